#include "model/training/path_length.h"

#include <cmath>

namespace loom::model {

using torch::Tensor;

Tensor pathLengths(const Tensor& images, const Tensor& ws, const Tensor& noise) {
  const double pixels = static_cast<double>(images.size(2) * images.size(3));
  const Tensor along = (images * (noise / std::sqrt(pixels))).sum();
  const Tensor gradient = torch::autograd::grad({along}, {ws}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  return gradient.to(torch::kFloat32).square().sum(2).mean(1).sqrt();
}

Tensor pathPenalty(const Tensor& lengths, Tensor& mean) {
  constexpr double kDecay = 0.01;
  const Tensor moved = mean.lerp(lengths.mean(), kDecay);
  const Tensor penalty = (lengths - moved).square().mean();
  mean.copy_(moved.detach());
  return penalty;
}

}  // namespace loom::model
