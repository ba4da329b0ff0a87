// Adam (Kingma & Ba 2015) over the parameters of one network, with all of its state under names, so that a snapshot
// holds it whole. The arithmetic is LibTorch's fused kernel.
#pragma once

#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

namespace loom::model {

class Adam {
 public:
  /// `module` outlives this.
  Adam(torch::nn::Module& module, double beta1, double beta2);

  /// One step by the gradients that the parameters hold; those without one stay. eps is 1e-8, no weight decay.
  void step(double learningRate);

  /// Drops the gradients.
  void zeroGrad();
  /// The norm of all gradients together, one value.
  torch::Tensor gradientNorm() const;

  /// Moments and counts, named "m.NAME", "v.NAME" and "steps.NAME". They are the live ones: copying into them restores.
  std::vector<std::pair<std::string, torch::Tensor>> state() const;

 private:
  double m_beta1;
  double m_beta2;
  std::vector<std::string> m_names;
  std::vector<torch::Tensor> m_parameters;
  std::vector<torch::Tensor> m_first;
  std::vector<torch::Tensor> m_second;
  std::vector<torch::Tensor> m_steps;
};

}  // namespace loom::model
