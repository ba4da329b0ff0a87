#include "model/generators/doubling.h"

namespace loom::model {

using torch::Tensor;

Tensor doubled(const Tensor& x) {
  return torch::upsample_nearest2d(x, c10::IntArrayRef({x.size(2) * 2, x.size(3) * 2}));
}

void addDoubled(const Tensor& y, const Tensor& x) {
  const Tensor squares = y.unflatten(3, {x.size(3), 2}).unflatten(2, {x.size(2), 2});  // N×C×H×2×W×2
  squares.add_(x.unsqueeze(3).unsqueeze(5));
}

Tensor sumOfShifted(const Tensor& weight) {
  // Rows of the 4×4 kernel as sums of rows of the 3×3 one, columns alike: one product takes every kernel there.
  const Tensor sums = torch::tensor({{1.0F, 0.0F, 0.0F}, {1.0F, 1.0F, 0.0F}, {0.0F, 1.0F, 1.0F}, {0.0F, 0.0F, 1.0F}});
  const Tensor both = torch::kron(sums, sums).t().to(weight.device());  // 9×16
  return weight.reshape({-1, 9}).matmul(both).view({weight.size(0), weight.size(1), 4, 4});
}

}  // namespace loom::model
