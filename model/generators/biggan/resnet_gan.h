// The residual generators of kwotsin/mimicry (torch_mimicry/nets): SNGAN, WGAN-GP, SSGAN, InfoMax-GAN and DCGAN with
// plain norms, cGAN-PD and SAGAN with class-conditional ones. Their layouts are one.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/biggan/spectral_layer.h"

#include <vector>

namespace loom::model {

struct ResnetGanOptions {
  struct Block {
    std::int64_t in = 0;      ///< channels
    std::int64_t hidden = 0;  ///< channels
    std::int64_t out = 0;     ///< channels
  };
  int zDim = 128;
  int classes = 0;      ///< 0: unconditional
  int bottomWidth = 4;  ///< pixels before the first block; each block doubles them
  int channels = 3;     ///< of the picture
  bool attention = false;
  SpectralNorm spectral = SpectralNorm::None;  ///< of all convolutions and the linear layer
  std::vector<Block> blocks;

  /// The block that self-attention follows: the one in the middle (sagan_32.py: the second of three; sagan_128.py: the
  /// third of five).
  std::size_t attentionAfter() const { return blocks.size() / 2; }
  int resolution() const { return bottomWidth << blocks.size(); }  ///< pixels
};

/// nn.BatchNorm2d, or ConditionalBatchNorm2d: gain and bias are the halves of a class's row in `embed`.
class ResnetGanNorm : public PreparedModule {
 public:
  /// `classes` 0: nn.BatchNorm2d.
  ResnetGanNorm(std::int64_t channels, int classes);
  void prepare(const std::string& name) override;
  /// x: N×C×H×W, c: N×classes → the norm's output behind a ReLU.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& c) const;
  static void expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, int classes);

 private:
  torch::Tensor m_mean;
  torch::Tensor m_scale;
  torch::Tensor m_weight;
  torch::Tensor m_bias;
  torch::Tensor m_embed;
};

/// GBlock of resblocks.py: doubles bilinearly.
class ResnetGanBlock : public torch::nn::Module {
 public:
  ResnetGanBlock(const ResnetGanOptions::Block& block, const ResnetGanOptions& options);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& c, const SynthesisControl& control) const;
  static void expect(GroupShapes& shapes, const std::string& name, const ResnetGanOptions::Block& block,
                     const ResnetGanOptions& options);

 private:
  std::shared_ptr<ResnetGanNorm> m_b1;
  std::shared_ptr<ResnetGanNorm> m_b2;
  std::shared_ptr<SpectralLayer> m_c1;
  std::shared_ptr<SpectralLayer> m_c2;
  std::shared_ptr<SpectralLayer> m_shortcut;
};

class ResnetGanGenerator : public Generator {
 public:
  explicit ResnetGanGenerator(const ResnetGanOptions& options);

  /// z: N×zDim, c: N×classes → N×(zDim + classes).
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;
  /// w as `map` gives it → N×C×R×R in [-1, 1].
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override { prepareModules(*this); }

 private:
  ResnetGanOptions m_options;
  std::shared_ptr<SpectralLayer> m_l1;
  std::vector<std::shared_ptr<ResnetGanBlock>> m_blocks;
  std::shared_ptr<SelfAttention> m_attention;
  std::shared_ptr<ResnetGanNorm> m_lastNorm;
  std::shared_ptr<SpectralLayer> m_lastConv;
};

Architecture resnetGanArchitecture();

}  // namespace loom::model
