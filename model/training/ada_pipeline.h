// The stochastic pipeline that D of StyleGAN2-ADA looks through, and the rule that sets its strength: Karras et al. 2020,
// "Training Generative Adversarial Networks with Limited Data", appendix B; NVlabs/stylegan3, training/augment.py, in the
// choice "bgc" that its authors train with: pixel blitting, geometric and colour transformations.
#pragma once

#include <torch/torch.h>

#include <optional>

namespace loom::model {

/// images: N×C×H×W in about [-1, 1], C 1 or 3; gradients pass, twice. Each transformation happens to each picture with
/// chance `p`. `percentile` in (0, 1) stands in for every draw, as debug_percentile does there: for comparison.
torch::Tensor augmentWithAda(const torch::Tensor& images, double p, at::Generator& random,
                             std::optional<double> percentile = {});

/// p that follows how surely D knows the real pictures.
class AdaController {
 public:
  static constexpr int kEvery = 4;               ///< batches between two adjustments
  static constexpr double kPictures = 500'000.0;  ///< that p takes from 0 to 1

  explicit AdaController(double p) : m_p(p) {}

  /// D's scores of a batch of real pictures; `target` of the mean of their signs. p is never below 0.
  void see(double meanSign, std::int64_t batch, double target);

  double p() const { return m_p; }

  /// All that it remembers, three values, and back.
  torch::Tensor state() const { return torch::tensor({m_p, m_signs, static_cast<double>(m_batches)}, torch::kFloat64); }
  void restore(const torch::Tensor& state);

 private:
  double m_p;
  double m_signs = 0.0;
  int m_batches = 0;
};

}  // namespace loom::model
