// CycleGAN's generator (Zhu et al. 2017) in the layout of pytorch-CycleGAN-and-pix2pix, models/networks.py,
// ResnetGenerator: convolutions that halve, residual blocks, convolutions that double. pix2pixHD's global generator is
// the same with more halvings.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/picture_layers.h"

#include <vector>

namespace loom::model {

struct CycleganOptions {
  /// A convolution and the norm after it.
  struct Stage {
    ConvShape conv;
    NormShape norm;
    bool operator==(const Stage&) const = default;
  };
  /// Two 3×3 convolutions within a residual block.
  struct Block {
    Stage first;
    Stage second;
    bool operator==(const Block&) const = default;
  };
  /// How the picture is doubled: a transposed convolution; or bilinear enlargement and a convolution.
  struct Up {
    Stage stage;
    bool resized = false;
    bool operator==(const Up&) const = default;
  };
  Stage first;  ///< 7×7
  std::vector<Stage> downs;
  std::vector<Block> blocks;
  std::vector<Up> ups;        ///< as many as downs
  ConvShape last;             ///< 7×7
  bool normed = true;         ///< norms without weights are instance norms; false: there are none
  bool reflectEdges = true;   ///< before the 7×7 convolutions; else zeros
  bool reflectBlocks = true;  ///< within the blocks; else zeros
  bool dropout = false;       ///< in training; it shifts the numbers within the blocks
};

class CycleganGenerator : public Generator {
 public:
  explicit CycleganGenerator(const CycleganOptions& options);

  /// w: the picture, N×C×H×W in [-1, 1] → N×C'×H×W in [-1, 1].
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override { prepareModules(*this); }

 private:
  std::shared_ptr<PictureChain> m_model;
};

Architecture cycleganArchitecture();

}  // namespace loom::model
