// A map of a model's pictures: where seeds lie in the plane in which they differ most.
#pragma once

#include "model/opened_model.h"

#include <functional>

namespace loom::app {

enum class MapKind {
  Styles,    ///< by w, of a generator with a mapping network
  Pictures,  ///< by how the pictures look: their small versions' colours and forms
};

struct LatentMap {
  std::vector<std::uint32_t> seeds;
  std::vector<std::pair<float, float>> places;  ///< of each seed; the middle of all is (0, 0), the farthest of each axis 1
};

/// The first `count` seeds, each as `look` has it otherwise, by the two axes of their principal components. Throws
/// ModelError and Interrupted. `progress`: fraction in [0, 1].
LatentMap makeLatentMap(const model::OpenedModel& model, const model::LatentState& look, MapKind kind, int count,
                        const model::Interrupt& interrupt, const std::function<void(double)>& progress);

/// Coordinates of each row of `rows` (N×dim, N ≥ 2) along the first two principal axes of all, by power iteration from a
/// fixed start: deterministic, signs included.
std::vector<std::pair<float, float>> principalPlane(const model::FloatTensor& rows, const model::Interrupt& interrupt = {});

}  // namespace loom::app
