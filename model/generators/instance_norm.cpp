#include "model/generators/instance_norm.h"

#include <vector>

namespace loom::model {

using torch::Tensor;

Tensor instanceNorm(const Tensor& x, const Tensor& scale, const Tensor& offset, double epsilon) {
  // A batch norm over the one picture is the same. torch::instance_norm reorders what is channels last, and group_norm
  // takes the variance as a difference of large numbers.
  constexpr double kNoMomentum = 0.0;
  const auto row = [](const Tensor& rows, std::int64_t n) {
    return rows.defined() ? rows[rows.size(0) == 1 ? 0 : n].contiguous() : Tensor();
  };
  std::vector<Tensor> pictures;
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    pictures.push_back(torch::batch_norm(x.slice(0, n, n + 1), row(scale, n), row(offset, n), {}, {}, /*training=*/true,
                                         kNoMomentum, epsilon, /*cudnn_enabled=*/true));
  }
  return pictures.size() == 1 ? pictures.front() : torch::cat(pictures);
}

}  // namespace loom::model
