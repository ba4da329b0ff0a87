// What a generator is fed with and what it gives, as plain arrays: for exact comparison with other programs.
#pragma once

#include "model/float_tensor.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace loom::model {

/// One of `z`, `ws` and `x` is needed; N is the same in all that are given.
struct GeneratorInputs {
  std::optional<FloatTensor> z = {};      ///< N×zDim
  std::optional<FloatTensor> ws = {};     ///< N×mixLayers×wDim, instead of z: mapping and truncation are skipped
  std::optional<FloatTensor> x = {};      ///< N×C×H×W in the network's range, of an image-to-image generator
  std::optional<FloatTensor> c = {};      ///< N×classCount label vectors; or
  std::vector<std::int64_t> y = {};       ///< N class indices
  std::optional<FloatTensor> wMean = {};  ///< 1×wDim, where the checkpoint stores no mean of w, or instead of it

  /// N, or 0 where nothing is given.
  std::int64_t count() const {
    const auto& first = z ? z : ws ? ws : x;
    return first && !first->shape.empty() ? first->shape[0] : 0;
  }
};

struct GeneratorOutputs {
  FloatTensor image;  ///< N×C×H×W in the network's own range, not clamped
  FloatTensor ws;     ///< N×styleLayers×wDim as synthesized; empty where there is no mapping network
};

}  // namespace loom::model
