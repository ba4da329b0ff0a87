// Finding directions of an open model, by every method, as they are kept: for the window and the command line alike.
#pragma once

#include "app/directions/kept_direction.h"
#include "model/example_directions.h"
#include "model/latent_directions.h"
#include "model/opened_model.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace loom::app {

struct FoundDirections {
  std::vector<KeptDirection> directions;
  /// What the method measures each by: PCA's deviations, SeFa's eigenvalues, else KeptDirection::strength.
  std::vector<float> strengths;
};

/// How a search is watched and ended.
struct SearchControl {
  model::Interrupt interrupt;
  std::function<void(double)> progress;  ///< fraction in [0, 1]; may be empty
};

/// "w" where the generator has a mapping network, else "z"; empty where it has no latent space.
std::string latentSpace(const model::GeneratorInfo& info);
int latentDimensions(const model::GeneratorInfo& info);

/// The place of the picture at `state`: w, the mean over the layers, behind truncation; z where there is no mapping network.
/// Throws ModelError, Interrupted.
std::vector<float> placeOf(const model::OpenedModel& opened, model::LatentState state, const model::Interrupt& interrupt = {});

/// `state` moved along `direction` by `strength` of its units.
model::LatentState movedAlong(model::LatentState state, const KeptDirection& direction, float strength);

// All of these throw ModelError (a clause), Interrupted and DirectionError.

FoundDirections searchByPca(const model::OpenedModel& opened, int count, int samples, std::uint32_t seed,
                            const SearchControl& control = {});
/// Of what leaves `layer` of the network, see model::findByActivations.
FoundDirections searchByActivations(const model::OpenedModel& opened, int layer, int count, int samples, std::uint32_t seed,
                                    const SearchControl& control = {});
/// What one step is, the weights do not tell: the spread of the model's own latents does.
FoundDirections searchBySefa(const model::OpenedModel& opened, int count, int firstLayer, int lastLayer,
                             const SearchControl& control = {});

/// Places of pictures that have something, and of others that have it not.
struct DirectionExamples {
  std::string of;  ///< what they have, for people: a tag, a file name
  model::FloatTensor positives;
  model::FloatTensor negatives;
};
/// `unchanged`: directions that the answer leaves alone, and that its origin names.
FoundDirections searchByBoundary(const model::OpenedModel& opened, const DirectionExamples& examples, double cost,
                                 std::uint32_t seed, const std::vector<KeptDirection>& unchanged,
                                 const SearchControl& control = {});

/// From one place to the other: a strength of 1 goes all the way. The names are for people: "seed 3".
FoundDirections searchBetween(const std::vector<float>& from, const std::vector<float>& to, const std::string& fromName,
                              const std::string& toName);

/// Those of a file, see model::readDirections, which throws CheckpointError and ModelError in whole sentences.
FoundDirections searchInFile(const model::OpenedModel& opened, const std::filesystem::path& path, const std::stop_token& stop = {});

}  // namespace loom::app
