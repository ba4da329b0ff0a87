// BigGAN and BigGAN-deep (Brock et al. 2019) in the layout of ajbrock/BigGAN-PyTorch: BigGAN.py, BigGANdeep.py,
// layers.py.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/biggan/biggan_norm.h"

#include <vector>

namespace loom::model {

struct BigGanOptions {
  struct Block {
    std::int64_t in = 0;      ///< channels
    std::int64_t hidden = 0;  ///< channels between the 1×1 convolutions of a bottleneck; BigGAN-deep only
    std::int64_t out = 0;     ///< channels
    bool upsample = true;
    bool attention = false;  ///< self-attention behind it
  };
  bool deep = false;
  int zDim = 0;
  int classes = 0;
  int sharedDim = 0;    ///< of the embedding that all norms share; 0: none, each norm has a row for each class
  int chunk = 0;        ///< of z for each block, beside the embedding (option hier); 0: z goes to the first layer alone
  int bottomWidth = 4;  ///< pixels before the first block
  int channels = 3;     ///< of the picture
  SpectralNorm spectral = SpectralNorm::OneIteration;
  BigGanStatistics statistics = BigGanStatistics::Plain;
  std::vector<Block> blocks;

  /// What the blocks' norms take.
  BigGanCondition condition() const;
  int resolution() const;  ///< pixels
};

/// A residual block: bn1, conv1, bn2, conv2 with a convolution on the shortcut; or, deep, a bottleneck of four.
class BigGanBlock : public torch::nn::Module {
 public:
  /// `side`: pixels of what comes in.
  BigGanBlock(const BigGanOptions::Block& block, const BigGanOptions& options, std::int64_t side);
  /// x: N×in×H×W, y: the condition → N×out×H'×W', doubled where the block upsamples.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& y, const SynthesisControl& control) const;
  static void expect(GroupShapes& shapes, const std::string& name, const BigGanOptions::Block& block,
                     const BigGanOptions& options);

 private:
  torch::Tensor shortcut(const torch::Tensor& x) const;

  BigGanOptions::Block m_block;
  std::vector<std::shared_ptr<BigGanConditionalNorm>> m_norms;  // bn1, …
  std::vector<std::shared_ptr<SpectralLayer>> m_convs;          // conv1, …
  std::shared_ptr<SpectralLayer> m_shortcut;                    // null: deep
};

class BigGanGenerator : public Generator {
 public:
  explicit BigGanGenerator(const BigGanOptions& options);

  /// z: N×zDim, c: N×classes → N×(zDim + sharedDim): z beside the embeddings that c blends; beside c itself where there
  /// is no shared embedding.
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;
  /// w as `map` gives it → N×C×R×R in [-1, 1].
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override { prepareModules(*this); }

 private:
  BigGanOptions m_options;
  torch::Tensor m_embedding;
  std::shared_ptr<SpectralLayer> m_linear;
  std::vector<std::shared_ptr<BigGanBlock>> m_blocks;
  std::vector<std::shared_ptr<SelfAttention>> m_attentions;  // one for each block, null: none
  std::shared_ptr<BigGanNorm> m_lastNorm;
  std::shared_ptr<SpectralLayer> m_lastConv;
};

Architecture bigGanArchitecture();
Architecture bigGanDeepArchitecture();

}  // namespace loom::model
