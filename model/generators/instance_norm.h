#pragma once

#include <torch/torch.h>

namespace loom::model {

/// Every channel of every picture brought to mean 0 and variance 1, then times scale plus offset. x: N×C×H×W float32,
/// where the outcome may lie, too; it is channels last on the CPU. scale and offset: N×C, 1×C for all alike, or both
/// undefined.
torch::Tensor instanceNorm(const torch::Tensor& x, const torch::Tensor& scale, const torch::Tensor& offset,
                           double epsilon);

}  // namespace loom::model
