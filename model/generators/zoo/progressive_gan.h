// Progressive GAN (Karras et al. 2018) as pytorch_GAN_zoo writes it (models/networks/progressive_conv_net.py, GNet).
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/fixed_convolution.h"
#include "model/generators/generator.h"

#include <optional>
#include <vector>

namespace loom::model {

struct ProgressiveGanOptions {
  int zDim = 512;
  int labelCount = 0;         ///< values that follow z
  std::vector<int> channels;  ///< of each scale: 4, 8, 16 … pixels
  int pictureChannels = 3;
  bool equalized = true;      ///< √(2 / fan-in) at run time
  double leak = 0.2;          ///< slope of the leaky ReLU
  bool tanh = false;
};

class ProgressiveGanGenerator : public Generator {
 public:
  explicit ProgressiveGanGenerator(const ProgressiveGanOptions& options);

  /// z beside the labels: N×(zDim + labelCount).
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;

  /// Every scale has its own output: settings.resolution chooses; settings.fade blends in the enlarged output below it.
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;

  void finishLoading() override;
  std::vector<torch::Tensor> latentWeights() const override { return {m_format->weight.slice(1, 0, m_options.zDim)}; }

 private:
  /// A layer as it acts: its weights scaled at run time, where they are equalized.
  struct Scaled {
    torch::Tensor weight;
    torch::Tensor bias;
  };
  Scaled scaled(const torch::Tensor& weight, const torch::Tensor& bias) const;
  /// The convolutions of one scale, leaky ReLUs with them.
  struct Scale {
    std::vector<FixedConvolution> layers;  // two; one of the first scale
    std::optional<FixedConvolution> toRgb;
  };

  ProgressiveGanOptions m_options;
  torch::nn::Linear m_format{nullptr};
  std::vector<std::vector<torch::nn::Conv2d>> m_scales;
  std::vector<torch::nn::Conv2d> m_toRgb;
  Scaled m_scaledFormat;
  std::vector<Scale> m_fixed;
};

Architecture progressiveGanArchitecture();

}  // namespace loom::model
