#include "model/generators/fixed_stack.h"

#include "model/generators/activation_watch.h"

namespace loom::model {
namespace {

using torch::Tensor;

Tensor activated(const Tensor& x, Then then, double slope) {
  switch (then) {
    case Then::Nothing: return x;
    case Then::Relu: return torch::relu(x);
    case Then::LeakyRelu: return torch::leaky_relu(x, slope);
    case Then::Tanh: return torch::tanh(x);
    case Then::Sigmoid: return torch::sigmoid(x);
  }
  return x;
}

}  // namespace

FixedConvolution* FixedStack::open() {
  const bool there =
      !m_steps.empty() && m_steps.back().convolution && m_steps.back().convolution->then() == Then::Nothing;
  return there ? &*m_steps.back().convolution : nullptr;
}

void FixedStack::convolve(Tensor weight, Tensor bias, const FixedConvolutionOptions& options) {
  m_steps.push_back({FixedConvolution(std::move(weight), std::move(bias), options), {}});
}

void FixedStack::normalise(const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& variance,
                           double epsilon) {
  // In doubles: what is rounded once here stays in every picture.
  Tensor scale = (variance.to(torch::kFloat64) + epsilon).rsqrt();
  scale = weight.defined() ? scale * weight : scale;
  Tensor shift = -mean * scale;
  shift = (bias.defined() ? shift + bias : shift).to(torch::kFloat32);
  scale = scale.to(torch::kFloat32);
  if (FixedConvolution* before = open()) {
    before->rescale(scale, shift);
    return;
  }
  apply([scale, shift](const Tensor& x) {
    const auto spread = [&](const Tensor& t) { return x.dim() == 4 ? t.unsqueeze(-1).unsqueeze(-1) : t; };
    return torch::addcmul(spread(shift), x, spread(scale));
  });
}

void FixedStack::activate(Then then, double slope) {
  if (FixedConvolution* before = open()) {
    before->setThen(then, slope);
    return;
  }
  apply([then, slope](const Tensor& x) { return activated(x, then, slope); });
}

void FixedStack::add(const torch::nn::Sequential& sequential) {
  for (const auto& module : sequential->children()) {
    if (const auto* conv = module->as<torch::nn::ConvTranspose2d>()) {
      const auto& told = conv->options;
      convolve(conv->weight.detach(), conv->bias.defined() ? conv->bias.detach() : Tensor(),
               {.stride = static_cast<int>(told.stride()->front()),
                .padding = static_cast<int>(std::get<torch::ExpandingArray<2>>(told.padding())->front()),
                .transposed = true,
                .outputPadding = static_cast<int>(told.output_padding()->front())});
    } else if (const auto* norm = module->as<torch::nn::BatchNorm2d>()) {
      normalise(norm->weight.detach(), norm->bias.detach(), norm->running_mean, norm->running_var, norm->options.eps());
    } else if (module->as<torch::nn::ReLU>()) {
      activate(Then::Relu);
    } else if (module->as<torch::nn::Tanh>()) {
      activate(Then::Tanh);
    } else {
      throw ModelError("a layer of it (" + module->name() + ") has no form for making pictures");
    }
  }
}

Tensor FixedStack::forward(Tensor x, const SynthesisControl& control) const {
  for (const Step& step : m_steps) {
    control.checkpoint();
    x = step.convolution ? step.convolution->forward(x) : step.function(x);
    passed(x);
  }
  return x;
}

}  // namespace loom::model
