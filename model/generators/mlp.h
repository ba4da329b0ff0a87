// The plain GAN (Goodfellow et al. 2014) with a multilayer perceptron as generator, as an nn.Sequential.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/generator.h"

#include <vector>

namespace loom::model {

struct MlpOptions {
  struct Layer {
    int features = 0;   ///< outputs
    bool norm = false;  ///< BatchNorm1d behind it
    bool operator==(const Layer&) const = default;
  };
  int zDim = 100;
  std::vector<Layer> layers;  ///< all but the last are followed by LeakyReLU 0.2, the last by tanh
  /// BatchNorm1d's eps. eriklindernoren/PyTorch-GAN writes `BatchNorm1d(features, 0.8)`, which sets eps and not the
  /// momentum that was meant; its checkpoints (Sequential `model`) need the same.
  double normEps = 1e-5;
  int channels = 1;  ///< 1 or 3
  int height = 28;   ///< pixels
  int width = 28;    ///< pixels
};

class MlpGenerator : public Generator {
 public:
  explicit MlpGenerator(const MlpOptions& options);

  /// w: N×zDim → N×C×H×W in [-1, 1].
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  std::vector<torch::Tensor> latentWeights() const override;

 private:
  torch::nn::Sequential m_layers;
};

Architecture mlpArchitecture();

}  // namespace loom::model
