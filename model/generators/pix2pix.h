// pix2pix's U-Net (Isola et al. 2017) in the layout of pytorch-CycleGAN-and-pix2pix, models/networks.py, UnetGenerator:
// blocks within blocks, each halves the picture, hands it to the next and doubles it again beside what came in.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/picture_layers.h"

#include <vector>

namespace loom::model {

struct Pix2pixOptions {
  /// Convolutions are 4×4, stride 2, padding 1.
  struct Block {
    ConvShape down;
    NormShape downNorm;  ///< of neither the outermost nor the innermost
    ConvShape up;        ///< transposed
    NormShape upNorm;    ///< not of the outermost
    bool operator==(const Block&) const = default;
  };
  std::vector<Block> blocks;  ///< outermost first, at least two
  bool normed = true;         ///< norms without weights are instance norms; false: there are none
};

class Pix2pixGenerator : public Generator {
 public:
  explicit Pix2pixGenerator(const Pix2pixOptions& options);

  /// w: the picture, N×C×H×W in [-1, 1], its sides multiples of 2^blocks → N×C'×H×W in [-1, 1].
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override { prepareModules(*this); }

 private:
  std::shared_ptr<PictureLayer> m_model;
};

Architecture pix2pixArchitecture();

}  // namespace loom::model
