// Every pixel twice in both directions.
#pragma once

#include <torch/torch.h>

namespace loom::model {

/// N×C×H×W → N×C×2H×2W, the nearest pixels.
torch::Tensor doubled(const torch::Tensor& x);

/// y + doubled(x), into y; nothing of that size is made on the way.
void addDoubled(const torch::Tensor& y, const torch::Tensor& x);

/// The 4×4 kernel in which a 3×3 one is summed with itself shifted right, down and both: doubling and convolution at
/// once.
torch::Tensor sumOfShifted(const torch::Tensor& weight);

}  // namespace loom::model
