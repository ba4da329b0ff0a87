// StarGAN's generator (Choi et al. 2018) in the layout of yunjey/stargan, model.py: the wanted attributes enter as
// planes beside the picture; convolutions that halve, residual blocks, convolutions that double.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/picture_layers.h"

#include <vector>

namespace loom::model {

struct StarganOptions {
  /// A convolution and the norm after it.
  struct Stage {
    ConvShape conv;
    NormShape norm;
    bool operator==(const Stage&) const = default;
  };
  Stage first;                ///< 7×7; takes the picture and the labels
  std::vector<Stage> downs;   ///< 4×4, stride 2
  std::vector<Stage> blocks;  ///< 3×3, two for each residual block
  std::vector<Stage> ups;     ///< 4×4, transposed, stride 2; as many as downs
  ConvShape last;             ///< 7×7; gives the picture

  int labelCount() const { return first.conv.in - last.out; }
};

class StarganGenerator : public Generator {
 public:
  explicit StarganGenerator(const StarganOptions& options);

  /// z: the picture, N×C×H×W in [-1, 1]; c: N×classCount → N×(C + classCount)×H×W.
  torch::Tensor map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) override;

  /// What `map` gives → N×C×H×W in [-1, 1].
  torch::Tensor synthesize(const torch::Tensor& w, const SynthesisControl& control) override;
  void finishLoading() override { prepareModules(*this); }

 private:
  std::shared_ptr<PictureChain> m_main;
};

Architecture starganArchitecture();

}  // namespace loom::model
