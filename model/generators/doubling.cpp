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
  using torch::indexing::None;
  using torch::indexing::Slice;
  const Tensor padded = torch::constant_pad_nd(weight, {1, 1, 1, 1});
  const Slice late(1, None);
  const Slice early(None, -1);
  return padded.index({Slice(), Slice(), late, late}) + padded.index({Slice(), Slice(), early, late}) +
         padded.index({Slice(), Slice(), late, early}) + padded.index({Slice(), Slice(), early, early});
}

}  // namespace loom::model
