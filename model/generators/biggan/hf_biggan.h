// BigGAN-deep in the layout of huggingface/pytorch-pretrained-BigGAN, model.py: DeepMind's own weights, ported.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/biggan/spectral_layer.h"

#include <vector>

namespace loom::model {

struct HfBigGanOptions {
  struct Layer {
    bool attention = false;   ///< self-attention over `in` channels, or else a bottleneck
    std::int64_t in = 0;      ///< channels
    std::int64_t hidden = 0;  ///< channels between the 1×1 convolutions
    std::int64_t out = 0;     ///< channels: `in`, or half of it
    bool upsample = false;    ///< every second bottleneck
  };
  int zDim = 128;  ///< of z and of the class embedding alike
  int classes = 1000;
  int statistics = 51;         ///< sets of running statistics, for truncations from 0 to 1 in equal steps
  int bottomWidth = 4;         ///< pixels before the first layer
  std::int64_t rgbRows = 128;  ///< of the last convolution, of which the first three make the picture
  std::vector<Layer> layers;

  int resolution() const;  ///< pixels
};

/// The statistics for one truncation, as weights of two neighbouring sets.
struct HfStatistics {
  std::int64_t set = 0;  ///< the lower of the two
  double share = 0.0;    ///< of the lower one; the other has the rest. 0: `set` alone
};

/// Which of `count` sets stand for `truncation` in [0, 1] (clamped to it). Weights the two as the original does, which
/// gives the lower one the share that is due to the upper.
HfStatistics statisticsFor(double truncation, int count);

/// BigGANBatchNorm: a set of statistics for each truncation; gain and bias from the condition, or of its own.
class HfBigGanNorm : public torch::nn::Module {
 public:
  /// `condition`: the size of the condition; 0: gain and bias of its own.
  HfBigGanNorm(std::int64_t channels, std::int64_t condition, int statistics);
  /// x: N×C×H×W, condition: N×its size → the norm's output behind a ReLU.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& condition, const HfStatistics& statistics) const;
  static void expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, std::int64_t condition,
                     int statistics);

 private:
  torch::Tensor m_means;
  torch::Tensor m_vars;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  std::shared_ptr<SpectralLayer> m_scale;
  std::shared_ptr<SpectralLayer> m_offset;
};

/// GenBlock.
class HfBigGanBlock : public torch::nn::Module {
 public:
  /// `side`: pixels of what comes in.
  HfBigGanBlock(const HfBigGanOptions::Layer& layer, const HfBigGanOptions& options, std::int64_t side);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& condition, const HfStatistics& statistics,
                        const SynthesisControl& control) const;
  static void expect(GroupShapes& shapes, const std::string& name, const HfBigGanOptions::Layer& layer,
                     const HfBigGanOptions& options);

 private:
  HfBigGanOptions::Layer m_layer;
  std::vector<std::shared_ptr<HfBigGanNorm>> m_norms;   // bn_0, …
  std::vector<std::shared_ptr<SpectralLayer>> m_convs;  // conv_0, …
};

class HfBigGanGenerator : public Generator {
 public:
  explicit HfBigGanGenerator(const HfBigGanOptions& options);

  /// z: N×zDim, c: N×classes → N×(2 zDim): z beside the embeddings that c blends.
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;
  /// w as `map` gives it → N×3×R×R in [-1, 1]. The norms' statistics follow control.settings.truncation.
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override { prepareModules(*this); }

 private:
  HfBigGanOptions m_options;
  torch::Tensor m_embedding;
  std::shared_ptr<SpectralLayer> m_genZ;
  std::vector<std::shared_ptr<HfBigGanBlock>> m_blocks;      // one for each layer, null: self-attention
  std::vector<std::shared_ptr<SelfAttention>> m_attentions;  // one for each layer, null: a block
  std::shared_ptr<HfBigGanNorm> m_lastNorm;
  std::shared_ptr<SpectralLayer> m_toRgb;
};

Architecture hfBigGanArchitecture();

}  // namespace loom::model
