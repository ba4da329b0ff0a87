// DCGAN (Radford et al. 2015) in the layout of the PyTorch DCGAN example: a Sequential `main` of transposed convolutions.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/fixed_stack.h"
#include "model/generators/generator.h"

#include <vector>

namespace loom::model {

struct DcganOptions {
  /// One transposed convolution with what follows it. The first makes 4×4 of 1×1 (stride 1, padding 0), each later one
  /// doubles (stride 2, padding 1); kernels are 4×4. All but the last are followed by ReLU, the last by tanh.
  struct Block {
    int channels = 0;  ///< output channels
    bool bias = false;
    bool norm = true;  ///< BatchNorm2d between convolution and ReLU
    bool operator==(const Block&) const = default;
  };
  int zDim = 100;
  std::vector<Block> blocks;  ///< at least two; the last one's channels are the picture's, 1 or 3

  int resolution() const { return 4 << (blocks.size() - 1); }  ///< pixels
};

class DcganGenerator : public Generator {
 public:
  explicit DcganGenerator(const DcganOptions& options);

  /// w: N×zDim → N×C×R×R in [-1, 1].
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  /// Turns the layers into the form that pictures are made with; not of a network in training.
  void finishLoading() override;
  std::vector<torch::Tensor> latentWeights() const override;

 private:
  torch::nn::Sequential m_main;  // until finishLoading
  FixedStack m_fixed;            // from then on
  torch::Tensor m_latentWeight;
};

Architecture dcganArchitecture();

}  // namespace loom::model
