// D: the networks that tell generated pictures from real ones, and what they make of a class.
#pragma once

#include "model/training_settings.h"

#include <torch/torch.h>

namespace loom::model {

/// What the data look like to the networks.
struct DataShape {
  int channels = 1;    ///< of pictures; 2-D toys have 0
  int resolution = 0;  ///< pixels; 0: points of two coordinates
  int classes = 0;

  bool isPoints() const { return resolution == 0; }
  std::int64_t values() const { return isPoints() ? 2 : std::int64_t{channels} * resolution * resolution; }
};

class Discriminator : public torch::nn::Module {
 public:
  struct Verdict {
    torch::Tensor scores;   ///< N
    torch::Tensor classes;  ///< N×classes logits of Conditioning::Auxiliary; else undefined
  };
  /// x: N×C×R×R in [-1, 1], or N×2; labels: N class indices, undefined without classes.
  virtual Verdict judge(const torch::Tensor& x, const torch::Tensor& labels) = 0;
  /// Of a network that grows: the share of the lower resolution while the one of x fades in.
  virtual void setFade(double fade) { (void)fade; }
};

/// Filters at 4, 8, 16 … pixels of Progressive GAN and StyleGAN2, for G and D alike: settings.width next to the picture,
/// twice as many at each halving, at most settings.widest.
std::vector<int> widthsByResolution(const TrainingSettings& settings, const DataShape& shape);

/// Made by the settings, its weights drawn from `random`. Family Dcgan: convolutions 4×4 with stride 2 down to 4×4, batch
/// norm where no gradient penalty and no spectral norm stands in its place. Mlp and Toy: linear layers with LeakyReLU.
/// Progressive and Stylegan2: the papers' own.
std::shared_ptr<Discriminator> makeDiscriminator(const TrainingSettings& settings, const DataShape& shape,
                                                 at::Generator& random);

}  // namespace loom::model
