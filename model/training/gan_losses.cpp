#include "model/training/gan_losses.h"

namespace loom::model {
namespace {

using torch::Tensor;

Tensor gradientOf(const Tensor& scores, const Tensor& inputs) {
  return torch::autograd::grad({scores.sum()}, {inputs}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0].flatten(1);
}

}  // namespace

Tensor lossOfD(GanLoss loss, const Tensor& real, const Tensor& fake) {
  switch (loss) {
    case GanLoss::Minimax:
    case GanLoss::NonSaturating: return torch::softplus(-real).mean() + torch::softplus(fake).mean();
    case GanLoss::LeastSquares: return 0.5 * ((real - 1.0).square().mean() + fake.square().mean());
    case GanLoss::Hinge: return torch::relu(1.0 - real).mean() + torch::relu(1.0 + fake).mean();
    case GanLoss::Wasserstein: return fake.mean() - real.mean();
  }
  return {};
}

Tensor lossOfG(GanLoss loss, const Tensor& fake) {
  switch (loss) {
    case GanLoss::Minimax: return -torch::softplus(fake).mean();
    case GanLoss::NonSaturating: return torch::softplus(-fake).mean();
    case GanLoss::LeastSquares: return 0.5 * (fake - 1.0).square().mean();
    case GanLoss::Hinge:
    case GanLoss::Wasserstein: return -fake.mean();
  }
  return {};
}

std::optional<double> thresholdOf(GanLoss loss) {
  switch (loss) {
    case GanLoss::LeastSquares: return 0.5;
    case GanLoss::Wasserstein: return std::nullopt;
    default: return 0.0;
  }
}

Tensor squaredGradient(const Tensor& scores, const Tensor& inputs) {
  return gradientOf(scores, inputs).square().sum(1).mean();
}

Tensor gradientPenalty(const std::function<Tensor(const Tensor&)>& scoreOf, const Tensor& real, const Tensor& fake,
                       const Tensor& alpha) {
  std::vector<std::int64_t> perPicture(static_cast<std::size_t>(real.dim()), 1);
  perPicture[0] = -1;
  const Tensor between = torch::lerp(fake, real, alpha.view(perPicture)).detach().requires_grad_(true);
  return (gradientOf(scoreOf(between), between).norm(2, 1) - 1.0).square().mean();
}

}  // namespace loom::model
