#include "model/training/class_watch.h"

#include "model/training/initial_weights.h"

#include <ATen/CPUGeneratorImpl.h>

namespace loom::model {

using torch::Tensor;

namespace {

constexpr float kBatches = 600.0F;  // after which it has learnt what it will
constexpr float kSure = 0.85F;      // accuracy from which on it is asked
constexpr double kRate = 2e-3;
constexpr double kSlow = 0.95;      // of the running accuracy

}  // namespace

/// Two convolutions that halve, a pool to 4×4, and a linear layer.
class ClassWatch::Network : public torch::nn::Module {
 public:
  explicit Network(const DataShape& shape)
      : m_first(register_module("first", torch::nn::Conv2d(torch::nn::Conv2dOptions(shape.channels, 16, 3).stride(2).padding(1)))),
        m_second(register_module("second", torch::nn::Conv2d(torch::nn::Conv2dOptions(16, 32, 3).stride(2).padding(1)))),
        m_last(register_module("last", torch::nn::Linear(32 * 16, shape.classes))) {}
  Tensor forward(const Tensor& x) {
    const Tensor y = torch::relu(m_second(torch::relu(m_first(x))));
    return m_last(torch::adaptive_avg_pool2d(y, {4, 4}).flatten(1));
  }

 private:
  torch::nn::Conv2d m_first;
  torch::nn::Conv2d m_second;
  torch::nn::Linear m_last;
};

ClassWatch::ClassWatch(const DataShape& shape, std::uint64_t seed)
    : m_network(std::make_shared<Network>(shape)), m_progress(torch::zeros({2})) {
  at::Generator random = at::make_generator<at::CPUGeneratorImpl>(seed);
  const torch::NoGradGuard noGrad;
  for (Tensor parameter : m_network->parameters()) {
    if (parameter.dim() > 1) {
      const double fanIn = static_cast<double>(parameter.numel() / parameter.size(0));
      parameter.normal_(0.0, std::sqrt(2.0 / fanIn), random);
    } else {
      parameter.zero_();
    }
  }
  m_adam = std::make_unique<Adam>(*m_network, 0.9, 0.999);
}

ClassWatch::~ClassWatch() = default;

void ClassWatch::learn(const Tensor& pictures, const Tensor& labels) {
  if (m_progress[0].item<float>() >= kBatches) {
    return;
  }
  m_adam->zeroGrad();
  const Tensor logits = m_network->forward(pictures);
  torch::cross_entropy_loss(logits, labels).backward();
  m_adam->step(kRate);
  const float right = logits.detach().argmax(1).eq(labels).to(torch::kFloat32).mean().item<float>();
  m_progress[0] += 1.0F;
  m_progress[1] = m_progress[1] * kSlow + right * (1.0 - kSlow);
}

bool ClassWatch::knows() const { return m_progress[1].item<float>() >= kSure; }

std::vector<double> ClassWatch::shares(const Tensor& pictures) const {
  const torch::NoGradGuard noGrad;
  const Tensor logits = m_network->forward(pictures);
  const Tensor counts = torch::bincount(logits.argmax(1), {}, logits.size(1)).to(torch::kFloat64) /
                        static_cast<double>(pictures.size(0));
  return {counts.data_ptr<double>(), counts.data_ptr<double>() + counts.numel()};
}

std::vector<std::pair<std::string, Tensor>> ClassWatch::state() const {
  std::vector<std::pair<std::string, Tensor>> all;
  for (const auto& item : m_network->named_parameters()) {
    all.emplace_back("classes." + item.key(), item.value());
  }
  for (const auto& [name, tensor] : m_adam->state()) {
    all.emplace_back("classes.adam." + name, tensor);
  }
  all.emplace_back("classes.progress", m_progress);
  return all;
}

}  // namespace loom::model
