#include "model/training/equalised_layers.h"

#include <cmath>

namespace loom::model {

using torch::Tensor;

EqualisedLayer::EqualisedLayer(std::vector<std::int64_t> shape, bool bias, Then then, double clamp)
    : m_then(then), m_clamp(clamp) {
  m_weight = register_parameter("weight", torch::empty(shape));
  if (bias) {
    m_bias = register_parameter("bias", torch::empty({shape[0]}));
  }
}

Tensor EqualisedLayer::forward(const Tensor& x, double gain, std::int64_t stride, std::int64_t padding) const {
  // A leaky ReLU lets a gain pass: it goes into the weights, which are smaller than the pictures.
  const double whole = gain * (m_then == Then::LeakyRelu ? std::sqrt(2.0) : 1.0);
  const double fanIn = static_cast<double>(m_weight.numel() / m_weight.size(0));
  const Tensor weight = m_weight * (whole / std::sqrt(fanIn));
  const Tensor bias = m_bias.defined() ? m_bias * whole : Tensor();
  Tensor y = m_weight.dim() == 2
                 ? torch::linear(x, weight, bias)
                 : torch::conv2d(x, weight, bias, stride, padding < 0 ? m_weight.size(2) / 2 : padding);
  if (m_then == Then::LeakyRelu) {
    y = torch::leaky_relu(y, kEqualisedLeak);
  }
  return m_clamp > 0.0 ? y.clamp(-m_clamp * gain, m_clamp * gain) : y;
}

Tensor withGroupDeviation(const Tensor& x) {
  constexpr std::int64_t kLargestGroup = 4;
  std::int64_t group = std::min(kLargestGroup, x.size(0));
  while (x.size(0) % group != 0) {
    --group;
  }
  const Tensor groups = x.reshape({group, -1, x.size(1), x.size(2), x.size(3)});
  const Tensor deviation = ((groups - groups.mean(0)).square().mean(0) + 1e-8).sqrt().mean({1, 2, 3});
  const Tensor plane = deviation.view({-1, 1, 1, 1}).repeat({group, 1, x.size(2), x.size(3)});
  return torch::cat({x, plane}, 1).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace loom::model
