// G as it is trained: the very class that opens checkpoints, or for 2-D toys a small perceptron.
#pragma once

#include "model/synthesis_settings.h"
#include "model/training/discriminator.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

struct TrainedGenerator {
  std::shared_ptr<torch::nn::Module> module;
  /// z: N×zDim, c: N×classes one-hot (undefined without) → what `paint` takes; N×styleLayers×wDim where there are styles.
  std::function<torch::Tensor(const torch::Tensor& z, const torch::Tensor& c)> map;
  /// → N×C×R×R in about [-1, 1], or N×2. Of the settings it heeds resolution, fade and noise.
  std::function<torch::Tensor(const torch::Tensor& w, const SynthesisSettings& settings)> paint;
  int styleLayers = 0;
  bool hasNoise = false;
  /// What a safetensors file of its weights needs beside them to open: its layout, where it is a chain of layers.
  std::vector<std::pair<std::string, std::string>> metadata;

  torch::Tensor make(const torch::Tensor& z, const torch::Tensor& c, const SynthesisSettings& settings) const {
    return paint(map(z, c), settings);
  }
};

/// Its weights drawn from `random`. Throws std::runtime_error that names the setting which cannot be.
TrainedGenerator makeTrainedGenerator(const TrainingSettings& settings, const DataShape& shape,
                                      const std::vector<std::string>& classNames, at::Generator& random);

}  // namespace loom::model
