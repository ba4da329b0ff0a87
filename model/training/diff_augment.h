// DiffAugment (Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training"), policy "color,translation,
// cutout": what D is shown of real and generated pictures alike.
#pragma once

#include <torch/torch.h>

namespace loom::model {

/// What was drawn for N pictures, so that it can be given: values in [0, 1) but for whole pixels.
struct DiffDraws {
  torch::Tensor brightness;  ///< N
  torch::Tensor saturation;  ///< N
  torch::Tensor contrast;    ///< N
  torch::Tensor shift;       ///< N×2 whole pixels: along height, along width
  torch::Tensor hole;        ///< N×2 whole pixels: the cut square's centre
};

/// For pictures of N×C×H×W.
DiffDraws drawDiffAugment(const torch::Tensor& images, at::Generator& random);

/// Gradients pass, twice.
torch::Tensor diffAugment(const torch::Tensor& images, const DiffDraws& draws);

}  // namespace loom::model
