// Weights as networks begin with, drawn from one generator, so that a seed means the same network everywhere.
#pragma once

#include <torch/torch.h>

namespace loom::model {

/// Convolutions: normal of deviation 0.02, norms' weights 1 + such, biases 0 (Radford et al. 2015). Linear layers: uniform
/// in ±1/√fan-in, biases likewise (PyTorch's own). Embeddings (named label_emb): standard normal. Running statistics: 0
/// and 1.
void drawWeights(torch::nn::Module& module, at::Generator& random);

/// For networks whose layers scale their weights at run time (Progressive GAN, StyleGAN2): standard normal (of the mapping
/// divided by its rate, 0.01), biases 0, of styles 1, strength of noise 0, resample_filter the usual one.
void drawEqualisedWeights(torch::nn::Module& module, at::Generator& random);

/// StyleGAN2's multiplier of the mapping layers' learning rate.
constexpr double kMappingRate = 0.01;

/// setup_filter([1, 3, 3, 1]) of upfirdn2d.py: 4×4, its sum 1.
torch::Tensor usualFilter();

}  // namespace loom::model
