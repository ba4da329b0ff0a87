// What a training will ask of this machine, before it begins: memory by arithmetic, time by a few steps that are thrown
// away. Standard C++ alone.
#pragma once

#include "model/training_data.h"
#include "model/training_settings.h"

#include <cstdint>
#include <memory>
#include <stop_token>

namespace loom::model {

struct TrainingNeeds {
  double parametersG = 0.0;
  double parametersD = 0.0;
  double bytes = 0.0;  ///< weights, their averages, gradients and moments, and what a step keeps of its layers; about
};

/// Of pictures of `resolution` pixels; a toy heeds none of these.
TrainingNeeds needsOf(const TrainingSettings& settings, int resolution, int channels, int classes);

/// The mean time of a step in seconds, from at most five. Of a network that grows: at its whole size, which is the slowest.
/// Throws TrainingError, as a start would; returns 0 where `stop` was asked for. `data` is null for a toy.
double rehearse(const TrainingSettings& settings, std::shared_ptr<const TrainingData> data, const std::stop_token& stop);

}  // namespace loom::model
