// Weights as networks begin with, drawn from one generator, so that a seed means the same network everywhere.
#pragma once

#include <torch/torch.h>

namespace loom::model {

/// Convolutions: normal of deviation 0.02, norms' weights 1 + such, biases 0 (Radford et al. 2015). Linear layers: uniform
/// in ±1/√fan-in, biases likewise (PyTorch's own). Embeddings (named label_emb): standard normal. Running statistics: 0
/// and 1.
void drawWeights(torch::nn::Module& module, at::Generator& random);

}  // namespace loom::model
