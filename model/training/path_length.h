// Path length regularisation of StyleGAN2 (Karras et al. 2020, section 3.2; NVlabs/stylegan3, training/loss.py, Gpl): a
// step of the same length in w is to change the picture by the same amount everywhere.
#pragma once

#include <torch/torch.h>

namespace loom::model {

/// The lengths, N values: how much `images` (N×C×H×W) change along `noise` (as images, standard normal) with `ws`
/// (N×layers×wDim, which they were made of). Gradients pass.
torch::Tensor pathLengths(const torch::Tensor& images, const torch::Tensor& ws, const torch::Tensor& noise);

/// The mean of (length − mean of all so far)²; `mean` (one value) moves by a hundredth towards these.
torch::Tensor pathPenalty(const torch::Tensor& lengths, torch::Tensor& mean);

}  // namespace loom::model
