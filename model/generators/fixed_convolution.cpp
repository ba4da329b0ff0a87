#include "model/generators/fixed_convolution.h"

#include "model/generators/doubling.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <array>

namespace loom::model {
namespace {

using torch::Tensor;
using Sizes = c10::IntArrayRef;
using Scalars = c10::List<std::optional<c10::Scalar>>;
using Text = std::optional<c10::string_view>;

// Operators that LibTorch has for its compiler of Python programs and that no header declares: convolutions of weights
// in oneDNN's own order, with what follows on them. Found by name; one that is gone is an error of the first picture.
template <typename Signature>
c10::TypedOperatorHandle<Signature> found(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

const char* nameOf(Then then) {
  switch (then) {
    case Then::Nothing: return "none";
    case Then::Relu: return "relu";
    case Then::LeakyRelu: return "leaky_relu";
    case Then::Tanh: return "tanh";
    case Then::Sigmoid: return "sigmoid";
  }
  return "none";
}

}  // namespace

FixedConvolution::FixedConvolution(Tensor weight, Tensor bias, const FixedConvolutionOptions& options)
    : m_options(options), m_weight(std::move(weight)), m_bias(std::move(bias)) {
  constexpr std::int64_t kWorthIt = 8;  // below it the weights take longer to read than to multiply with
  if (m_options.doubledFrom >= kWorthIt && !torch::GradMode::is_enabled() && !WinogradLayer::mayTake(m_weight)) {
    m_weight = sumOfShifted(m_weight.transpose(0, 1).flip({2, 3}));
    m_options.stride = 2;
    m_options.transposed = true;
    m_options.doubledFrom = 0;
  }
}

void FixedConvolution::rescale(const Tensor& scale, const Tensor& shift) {
  const Tensor perKernel = scale.unsqueeze(-1).unsqueeze(-1);  // O×1×1
  m_weight.mul_(m_options.transposed ? perKernel : perKernel.unsqueeze(-1));
  m_bias = m_bias.defined() ? torch::addcmul(shift, m_bias, scale) : shift;
}

void FixedConvolution::setThen(Then then, double slope) {
  m_options.then = then;
  m_options.slope = slope;
}

Tensor FixedConvolution::plain(const Tensor& x) const {
  const auto& [stride, padding, transposed, outputPadding, doubledFrom, then, slope] = m_options;
  const Tensor y = transposed ? torch::conv_transpose2d(x, m_weight, m_bias, stride, padding, outputPadding)
                              : torch::conv2d(x, m_weight, m_bias, stride, padding);
  switch (then) {
    case Then::Nothing: return y;
    case Then::Relu: return torch::relu(y);
    case Then::LeakyRelu: return torch::leaky_relu(y, slope);
    case Then::Tanh: return torch::tanh(y);
    case Then::Sigmoid: return torch::sigmoid(y);
  }
  return y;
}

Tensor FixedConvolution::filtered(const Tensor& x) const {
  const bool bends = m_options.then == Then::Tanh || m_options.then == Then::Sigmoid;
  if (m_options.transposed || m_options.stride != 1 || bends || !m_weight.defined() ||
      !m_winograd.takes(x, m_weight, m_options.padding)) {
    return {};
  }
  ChannelFinish finish;
  const Tensor bias = m_bias.defined() ? m_bias.contiguous() : Tensor();
  finish.bias = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  if (m_options.then != Then::Nothing) {
    finish.slope = m_options.then == Then::Relu ? 0.0F : static_cast<float>(m_options.slope);
  }
  return m_winograd.forward(x, {}, m_weight, m_options.padding, finish);
}

void FixedConvolution::pack(const Tensor& x) const {
  const std::array<std::int64_t, 2> stride{m_options.stride, m_options.stride};
  const std::array<std::int64_t, 2> padding{m_options.padding, m_options.padding};
  const std::array<std::int64_t, 2> outputPadding{m_options.outputPadding, m_options.outputPadding};
  const std::array<std::int64_t, 2> dilation{1, 1};
  const std::array<std::int64_t, 4> size{1, x.size(1), x.size(2), x.size(3)};  // one picture is what a hand waits for
  if (m_options.transposed) {
    using Reorder =
        Tensor(const Tensor&, Sizes, Sizes, Sizes, Sizes, std::int64_t, c10::OptionalArrayRef<std::int64_t>);
    static const auto kReorder = found<Reorder>("mkldnn::_reorder_convolution_transpose_weight");
    m_packed = kReorder.call(m_weight, padding, outputPadding, stride, dilation, 1, Sizes(size));
  } else {
    using Reorder = Tensor(const Tensor&, Sizes, Sizes, Sizes, std::int64_t, c10::OptionalArrayRef<std::int64_t>);
    static const auto kReorder = found<Reorder>("mkldnn::_reorder_convolution_weight");
    m_packed = kReorder.call(m_weight, padding, stride, dilation, 1, Sizes(size));
  }
  if (!m_winograd.mayTake(m_weight)) {
    m_weight = Tensor();
  }
}

Tensor FixedConvolution::forward(const Tensor& given) const {
  const Tensor x = m_options.doubledFrom ? doubled(given) : given;
  if (!x.is_cpu() || torch::GradMode::is_enabled()) {
    return plain(x);
  }
  if (const Tensor whole = filtered(x); whole.defined()) {
    return whole;
  }
  if (!m_packed.defined()) {
    pack(x);
  }
  const std::array<std::int64_t, 2> stride{m_options.stride, m_options.stride};
  const std::array<std::int64_t, 2> padding{m_options.padding, m_options.padding};
  const std::array<std::int64_t, 2> outputPadding{m_options.outputPadding, m_options.outputPadding};
  const std::array<std::int64_t, 2> dilation{1, 1};
  const auto bias = m_bias.defined() ? std::optional(m_bias) : std::nullopt;
  const Tensor last = x.contiguous(at::MemoryFormat::ChannelsLast);
  Scalars scalars;
  if (m_options.then == Then::LeakyRelu) {
    scalars.push_back(c10::Scalar(m_options.slope));
  }
  if (m_options.transposed) {
    using Convolve = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, Sizes, Sizes, Sizes, Sizes,
                            std::int64_t, c10::string_view, Scalars, Text);
    static const auto kConvolve = found<Convolve>("mkldnn::_convolution_transpose_pointwise");
    return kConvolve.call(last, m_packed, bias, padding, outputPadding, stride, dilation, 1, nameOf(m_options.then),
                          scalars, "");
  }
  using Convolve = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, Sizes, Sizes, Sizes, std::int64_t,
                          c10::string_view, Scalars, Text);
  static const auto kConvolve = found<Convolve>("mkldnn::_convolution_pointwise");
  return kConvolve.call(last, m_packed, bias, padding, stride, dilation, 1, nameOf(m_options.then), scalars, "");
}

Tensor takenFrom(Tensor& parameter) {
  Tensor values = parameter.detach();
  parameter.set_data(torch::empty({0}, parameter.options()));
  return values;
}

}  // namespace loom::model
