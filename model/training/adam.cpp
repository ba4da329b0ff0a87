#include "model/training/adam.h"

namespace loom::model {

using torch::Tensor;

Adam::Adam(torch::nn::Module& module, double beta1, double beta2) : m_beta1(beta1), m_beta2(beta2) {
  for (const auto& parameter : module.named_parameters()) {
    m_names.push_back(parameter.key());
    m_parameters.push_back(parameter.value());
    m_first.push_back(torch::zeros_like(parameter.value()));
    m_second.push_back(torch::zeros_like(parameter.value()));
    m_steps.push_back(torch::zeros({}, parameter.value().options().dtype(torch::kFloat32)));
  }
}

void Adam::step(double learningRate) {
  const torch::NoGradGuard noGrad;
  std::vector<Tensor> parameters, gradients, first, second, steps;
  for (std::size_t i = 0; i < m_parameters.size(); ++i) {
    if (m_parameters[i].grad().defined()) {
      parameters.push_back(m_parameters[i]);
      gradients.push_back(m_parameters[i].grad());
      first.push_back(m_first[i]);
      second.push_back(m_second[i]);
      steps.push_back(m_steps[i]);
    }
  }
  if (parameters.empty()) {
    return;
  }
  for (Tensor& count : steps) {
    count.add_(1.0);
  }
  constexpr double kEpsilon = 1e-8;
  at::_fused_adam_(parameters, gradients, first, second, {}, steps, learningRate, m_beta1, m_beta2, 0.0, kEpsilon, false,
                   false, {}, {});
}

void Adam::zeroGrad() {
  for (Tensor& parameter : m_parameters) {
    parameter.mutable_grad() = Tensor();
  }
}

Tensor Adam::gradientNorm() const {
  std::vector<Tensor> squares;
  for (const Tensor& parameter : m_parameters) {
    if (parameter.grad().defined()) {
      squares.push_back(parameter.grad().detach().square().sum());
    }
  }
  return squares.empty() ? torch::zeros({}) : torch::stack(squares).sum().sqrt();
}

std::vector<std::pair<std::string, Tensor>> Adam::state() const {
  std::vector<std::pair<std::string, Tensor>> state;
  for (std::size_t i = 0; i < m_names.size(); ++i) {
    state.emplace_back("m." + m_names[i], m_first[i]);
    state.emplace_back("v." + m_names[i], m_second[i]);
    state.emplace_back("steps." + m_names[i], m_steps[i]);
  }
  return state;
}

}  // namespace loom::model
