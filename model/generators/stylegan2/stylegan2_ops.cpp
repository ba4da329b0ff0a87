#include "model/generators/stylegan2/stylegan2_ops.h"

#include "model/device/kernel_ops.h"
#include "model/generators/torch_threads.h"
#include "model/kernels/fir_filter.h"

#include <array>
#include <cmath>

namespace loom::model {
namespace {

struct ActivationEntry {
  Activation activation;
  const char* name;
  double gain;
};

const double kRoot2 = std::sqrt(2.0);

const std::array<ActivationEntry, 9>& entries() {
  static const std::array<ActivationEntry, 9> kEntries{{{Activation::Linear, "linear", 1.0},
                                                        {Activation::Relu, "relu", kRoot2},
                                                        {Activation::LeakyRelu, "lrelu", kRoot2},
                                                        {Activation::Tanh, "tanh", 1.0},
                                                        {Activation::Sigmoid, "sigmoid", 1.0},
                                                        {Activation::Elu, "elu", 1.0},
                                                        {Activation::Selu, "selu", 1.0},
                                                        {Activation::Softplus, "softplus", 1.0},
                                                        {Activation::Swish, "swish", kRoot2}}};
  return kEntries;
}

constexpr double kLeak = 0.2;

/// The filter as rows ⊗ columns where it is such a product, as all of the field's are: two passes of n taps, not n².
bool splitFilter(const torch::Tensor& f, torch::Tensor& rows, torch::Tensor& columns) {
  const auto sum = f.sum();
  if (sum.abs().item<double>() < 1e-6) {
    return false;
  }
  rows = f.sum(1) / sum;
  columns = f.sum(0);
  constexpr double kRounding = 1e-6;
  return (torch::outer(rows, columns) - f).abs().max().item<double>() <= kRounding * f.abs().max().item<double>();
}

}  // namespace

std::vector<float> valuesOf(const torch::Tensor& filter) {
  const torch::Tensor flat = filter.to(torch::kCPU, torch::kFloat32).contiguous().flatten();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

std::optional<Activation> activationNamed(const std::string& name) {
  for (const auto& entry : entries()) {
    if (name == entry.name) {
      return entry.activation;
    }
  }
  return std::nullopt;
}

const char* nameOf(Activation activation) { return entries().at(static_cast<std::size_t>(activation)).name; }

double gainOf(Activation activation) { return entries().at(static_cast<std::size_t>(activation)).gain; }

bool isHomogeneous(Activation activation) { return slopeOf(activation).has_value(); }

std::optional<float> slopeOf(Activation activation) {
  switch (activation) {
    case Activation::Linear: return 1.0F;
    case Activation::Relu: return 0.0F;
    case Activation::LeakyRelu: return static_cast<float>(kLeak);
    default: return std::nullopt;
  }
}

torch::Tensor activate(Activation activation, torch::Tensor x) {
  switch (activation) {
    case Activation::Linear: return x;
    case Activation::Relu: return x.relu_();
    case Activation::LeakyRelu: return torch::leaky_relu_(x, kLeak);
    case Activation::Tanh: return x.tanh_();
    case Activation::Sigmoid: return x.sigmoid_();
    case Activation::Elu: return torch::elu_(x);
    case Activation::Selu: return torch::selu_(x);
    case Activation::Softplus: return torch::softplus(x);
    case Activation::Swish: return torch::silu_(x);
  }
  return x;
}

FirFilter::FirFilter(const torch::Tensor& f, std::int64_t channels, double gain)
    : m_taps(f.size(0)), m_channels(channels) {
  const auto whole = (f.dim() == 1 ? torch::outer(f, f) : f.clone()) * gain;
  const auto forChannels = [&](const torch::Tensor& kernel) {
    return kernel.unsqueeze(0).unsqueeze(0).repeat({channels, 1, 1, 1}).contiguous();
  };
  m_spread = forChannels(whole);
  torch::Tensor rows;
  torch::Tensor columns;
  const bool isProduct = splitFilter(whole, rows, columns);
  if (isProduct) {
    m_down = valuesOf(rows.flip(0));
    m_across = valuesOf(columns.flip(0));
  }
  constexpr std::int64_t kShort = 6;  // channels last, one pass of n² taps is quicker than two of n up to here
  if (m_taps > kShort && isProduct) {
    m_rows = forChannels(rows.flip(0).unsqueeze(1));
    m_columns = forChannels(columns.flip(0).unsqueeze(0));
  } else {
    m_whole = forChannels(whole.flip({0, 1}));
  }
}

torch::Tensor FirFilter::convolve(const torch::Tensor& x, std::int64_t before, std::int64_t after, std::int64_t stride,
                                  const torch::Tensor& bias) const {
  if (useKernels(x)) {
    const torch::Tensor y = byKernels(x, 1, static_cast<int>(stride), before, after);
    return bias.defined() ? bend(y, {.bias = bias}) : y;
  }
  const auto type = x.scalar_type();
  const bool even = before == after && before >= 0;
  const auto padded = even ? x : torch::constant_pad_nd(x, {before, after, before, after});
  const std::int64_t pad = even ? before : 0;
  if (m_whole.defined()) {
    return torch::conv2d(padded, m_whole.to(type), bias, stride, pad, 1, m_channels);
  }
  const std::array<std::int64_t, 2> above{pad, 0};
  const std::array<std::int64_t, 2> beside{0, pad};
  const std::array<std::int64_t, 2> down{stride, 1};
  const std::array<std::int64_t, 2> right{1, stride};
  const auto rows =
      torch::conv2d(padded, m_rows.to(type), {}, at::IntArrayRef(down), at::IntArrayRef(above), 1, m_channels);
  return torch::conv2d(rows, m_columns.to(type), bias, at::IntArrayRef(right), at::IntArrayRef(beside), 1, m_channels);
}

torch::Tensor FirFilter::filter(const torch::Tensor& x, std::int64_t before, std::int64_t after,
                                const torch::Tensor& bias) const {
  return convolve(x, before, after, 1, bias);
}

torch::Tensor FirFilter::filterAndFinish(const torch::Tensor& x, std::int64_t before, std::int64_t after,
                                         const ChannelFinish& finish) const {
  const torch::Tensor input = x.contiguous(at::MemoryFormat::ChannelsLast);
  FirCall call;
  call.input = input.const_data_ptr<float>();
  call.count = static_cast<int>(input.size(0));
  call.height = static_cast<int>(input.size(2));
  call.width = static_cast<int>(input.size(3));
  call.channels = static_cast<int>(input.size(1));
  call.down = m_down;
  call.across = m_across;
  call.before = static_cast<int>(before);
  call.after = static_cast<int>(after);
  call.finish = finish;
  const int taps = static_cast<int>(m_taps);
  torch::Tensor output =
      torch::empty({input.size(0), input.size(1), firOutput(call.height, call.before, call.after, taps),
                    firOutput(call.width, call.before, call.after, taps)},
                   input.options(), at::MemoryFormat::ChannelsLast);
  call.output = output.data_ptr<float>();
  firFilter(call, torchJobs());
  return output;
}

torch::Tensor FirFilter::downsample(const torch::Tensor& x, std::int64_t before, std::int64_t after) const {
  return convolve(x, before, after, 2, {});
}

torch::Tensor FirFilter::upsample(const torch::Tensor& x) const {
  if (useKernels(x)) {
    return byKernels(x, 2, 1, (m_taps + 1) / 2, m_taps >= 2 ? (m_taps - 2) / 2 : -1);
  }
  // A transposed convolution gives every pixel that the zeros between let through; upsample2d pads by (taps + 1) / 2
  // before, so it leaves off the first taps − 1 − (taps + 1) / 2 of them.
  const std::int64_t first = m_taps - 1 - (m_taps + 1) / 2;
  const std::int64_t last = 2 * (x.size(3) - 1) + m_taps - first - 2 * x.size(3);
  const std::int64_t cut = std::max<std::int64_t>(0, std::min(first, last));
  const auto y = torch::conv_transpose2d(x, m_spread.to(x.scalar_type()), {}, 2, cut, 0, m_channels);
  const std::int64_t before = cut - first;
  const std::int64_t after = cut - last;
  return before == 0 && after == 0 ? y : torch::constant_pad_nd(y, {before, after, before, after});
}

}  // namespace loom::model
