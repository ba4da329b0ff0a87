#include "model/generators/stylegan3/stylegan3_layers.h"

#include "model/device/kernel_ops.h"
#include "model/generators/torch_threads.h"

#include <cmath>
#include <numbers>

namespace loom::model {
namespace {

using torch::Tensor;

constexpr double kEpsilon = 1e-8;

Tensor channelsLast(const Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }
Tensor asPlanes(const Tensor& perChannel) { return perChannel.unsqueeze(-1).unsqueeze(-1); }

template <typename In, typename Out>
void filterAll(const FilteredLrelu& plan, const Tensor& x, const Tensor& scale, const Tensor& bias, Tensor& y) {
  FilteredLreluCall<In, Out> call;
  call.input = static_cast<const In*>(x.const_data_ptr());
  call.output = static_cast<Out*>(y.data_ptr());
  call.count = static_cast<int>(x.size(0));
  call.height = static_cast<int>(x.size(2));
  call.width = static_cast<int>(x.size(3));
  call.channels = static_cast<int>(x.size(1));
  call.bias = bias.const_data_ptr<float>();
  call.scale = scale.defined() ? scale.const_data_ptr<float>() : nullptr;
  filteredLrelu(plan, call, torchJobs());
}

/// filtered_lrelu of x·scale + bias on the CPU. x: N×C×H×W float32 or bfloat16, scale: N×C float32 or undefined; the
/// result is of `type`.
Tensor filteredLrelu(const FilteredLrelu& plan, const Tensor& x, const Tensor& scale, const Tensor& bias,
                     torch::ScalarType type) {
  const Tensor input = channelsLast(x);
  const Tensor add = bias.contiguous();
  const Tensor times = scale.defined() ? scale.contiguous() : Tensor();
  const std::int64_t outHeight = plan.outputSize(static_cast<int>(x.size(2)), plan.padTop, plan.padBottom);
  const std::int64_t outWidth = plan.outputSize(static_cast<int>(x.size(3)), plan.padLeft, plan.padRight);
  Tensor output = torch::empty({x.size(0), x.size(1), outHeight, outWidth}, input.options().dtype(type),
                               at::MemoryFormat::ChannelsLast);
  if (input.scalar_type() == torch::kFloat32) {
    filterAll<float, float>(plan, input, times, add, output);
  } else if (type == torch::kFloat32) {
    filterAll<Bfloat16, float>(plan, input, times, add, output);
  } else {
    filterAll<Bfloat16, Bfloat16>(plan, input, times, add, output);
  }
  return output;
}

}  // namespace

Stylegan3Input::Stylegan3Input(const Stylegan3Options& options, const Stylegan3Table& table)
    : m_size(table.inputSize), m_rate(table.inputRate), m_bandwidth(table.inputBandwidth) {
  const std::int64_t channels = options.channels.front();
  m_weight = register_parameter("weight", torch::empty({channels, channels}));
  m_affine = register_module("affine", std::make_shared<Stylegan2Linear>(options.wDim, 4));
  m_transform = register_buffer("transform", torch::empty({3, 3}));
  m_freqs = register_buffer("freqs", torch::empty({channels, 2}));
  m_phases = register_buffer("phases", torch::empty({channels}));
}

void Stylegan3Input::prepare() {
  m_affine->prepare(1.0);
  m_gainedWeight = register_buffer("gained_weight", m_weight / std::sqrt(static_cast<double>(m_weight.size(0))));
  // affine_grid with align_corners = False: centres of pixels, of a picture that is size / rate wide.
  const Tensor line = ((torch::arange(m_size) * 2 + 1) / static_cast<double>(m_size) - 1.0) * (0.5 * m_size / m_rate);
  m_grid = register_buffer(
      "grid", torch::stack({line.unsqueeze(0).expand({m_size, m_size}), line.unsqueeze(1).expand({m_size, m_size})}, 2)
                  .to(torch::kFloat32)
                  .contiguous());
}

Tensor Stylegan3Input::forward(const Tensor& w, const std::optional<Matrix3>& transform) const {
  const std::int64_t count = w.size(0);
  Tensor t = m_affine->forward(w);  // cosine, sine, x, y
  t = t / t.slice(1, 0, 2).norm(2, {1}, true);
  const Tensor c = t.select(1, 0);
  const Tensor s = t.select(1, 1);
  const Tensor zero = torch::zeros_like(c);
  const Tensor one = torch::ones_like(c);
  const auto matrix = [count](at::TensorList entries) { return torch::stack(entries, 1).view({count, 3, 3}); };
  const Tensor turn = matrix({c, -s, zero, s, c, zero, zero, zero, one});
  const Tensor shift = matrix({one, zero, -t.select(1, 2), zero, one, -t.select(1, 3), zero, zero, one});
  const Tensor user =
      transform ? torch::tensor(at::ArrayRef<float>(*transform)).view({3, 3}).to(w.device()) : m_transform;
  const Tensor whole = torch::matmul(turn, shift).matmul(user);

  const Tensor phases = m_phases + torch::matmul(m_freqs, whole.slice(1, 0, 2).slice(2, 2, 3)).squeeze(2);
  const Tensor freqs = torch::matmul(m_freqs, whole.slice(1, 0, 2).slice(2, 0, 2));  // N×channels×2
  // Frequencies that the transform brought out of the band fade away.
  const Tensor amplitudes = (1.0 - (freqs.norm(2, {2}) - m_bandwidth) / (m_rate / 2.0 - m_bandwidth)).clamp_(0.0, 1.0);
  Tensor x = torch::matmul(m_grid.view({1, -1, 2}), freqs.transpose(1, 2));  // N×pixels×channels
  x = x.add_(phases.unsqueeze(1)).mul_(2.0 * std::numbers::pi).sin_().mul_(amplitudes.unsqueeze(1));
  return torch::matmul(x, m_gainedWeight.t()).view({count, m_size, m_size, -1}).permute({0, 3, 1, 2});
}

Stylegan3Layer::Stylegan3Layer(const Stylegan3Options& options, const Stylegan3LayerShape& shape, bool downIsSquare)
    : m_shape(shape) {
  m_affine = register_module("affine", std::make_shared<Stylegan2Linear>(options.wDim, shape.inChannels));
  m_weight =
      register_parameter("weight", torch::empty({shape.outChannels, shape.inChannels, shape.kernel, shape.kernel}));
  m_bias = register_parameter("bias", torch::empty({shape.outChannels}));
  m_magnitude = register_buffer("magnitude_ema", torch::empty({}));
  if (shape.upTaps > 1) {
    m_upFilter = register_buffer("up_filter", torch::empty({shape.upTaps}));
  }
  if (shape.downTaps > 1) {
    m_downFilter = register_buffer(
        "down_filter", downIsSquare ? torch::empty({shape.downTaps, shape.downTaps}) : torch::empty({shape.downTaps}));
  }
  m_plan.up = shape.up;
  m_plan.down = shape.down;
  m_plan.downIsSquare = downIsSquare && shape.downTaps > 1;
  m_plan.padLeft = m_plan.padTop = shape.padBefore;
  m_plan.padRight = m_plan.padBottom = shape.padAfter;
  m_plan.slope = shape.isToRgb ? 1.0F : 0.2F;
  m_plan.gain = shape.isToRgb ? 1.0F : std::sqrt(2.0F);
  m_plan.clamp = static_cast<float>(options.clamp);
}

void Stylegan3Layer::prepare() {
  const double fanIn = static_cast<double>(m_weight.size(1)) * m_shape.kernel * m_shape.kernel;
  m_affine->prepare(1.0, m_shape.isToRgb ? 1.0 / std::sqrt(fanIn) : 1.0);
  m_inputGain = 1.0 / std::sqrt(m_magnitude.item<double>());
  m_plan.upTaps = m_upFilter.defined() ? valuesOf(m_upFilter) : std::vector<float>{1.0F};
  m_plan.downTaps = m_downFilter.defined() ? valuesOf(m_downFilter) : std::vector<float>{1.0F};
  Tensor weight = m_weight;
  if (!m_shape.isToRgb) {
    weight = weight * weight.square().mean({1, 2, 3}, true).rsqrt();
    m_weightSquares = register_buffer("weight_squares", weight.square().sum({2, 3}));
  }
  // The CPU's filtered_lrelu takes channels last, the GPU's a channel at a time.
  m_weight.set_data(weight.is_cpu() ? channelsLast(weight) : weight.contiguous());
  m_draftWeight = Tensor();
  m_convolution.reset();
}

Tensor Stylegan3Layer::convolve(const Tensor& x, const Tensor& w, Tensor& scale) const {
  // As in StyleGAN2's layers: either the weights are scaled, or what goes in and what comes out. x tells the precision.
  const auto type = x.scalar_type();
  Tensor styles = m_affine->forward(w);
  scale = Tensor();
  if (!m_shape.isToRgb) {
    styles = styles * styles.square().mean().rsqrt();
    scale = torch::linear(styles.square(), m_weightSquares).add_(kEpsilon).rsqrt_().mul_(m_inputGain);
  } else {
    styles = styles * m_inputGain;
  }
  const int pad = m_shape.kernel - 1;
  if (m_convolution.takes(x, m_weight, pad)) {
    return m_convolution.forward(x, styles, m_weight, pad);
  }
  if (w.size(0) == 1 && m_weight.numel() <= x.numel()) {
    return torch::conv2d(x, (m_weight * asPlanes(styles)).to(type), {}, 1, pad);
  }
  if (type == torch::kBFloat16 && !m_draftWeight.defined()) {
    m_draftWeight = m_weight.to(type);  // keeps the order in memory
  }
  const Tensor& weight = type == torch::kBFloat16 ? m_draftWeight : m_weight;
  return torch::conv2d(x * asPlanes(styles).to(type), weight, {}, 1, pad);
}

Tensor Stylegan3Layer::forward(const Tensor& x, const Tensor& w) const {
  if (useKernels(x)) {
    return forwardByKernels(x, w);
  }
  Tensor scale;
  const Tensor y = convolve(x, w, scale);
  return filteredLrelu(m_plan, y, scale, m_bias, m_shape.isToRgb ? torch::kFloat32 : x.scalar_type());
}

}  // namespace loom::model
