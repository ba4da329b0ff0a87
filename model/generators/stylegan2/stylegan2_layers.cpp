#include "model/generators/stylegan2/stylegan2_layers.h"

#include "model/device/kernel_ops.h"
#include "model/generators/activation_watch.h"

#include <cmath>

namespace loom::model {
namespace {

using torch::Tensor;

const double kRootHalf = std::sqrt(0.5);
constexpr double kUpGain = 4.0;  // zeros between pixels take three quarters of the light
constexpr double kEpsilon = 1e-8;

Tensor channelsLast(const Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

Tensor asPlanes(const Tensor& perChannel) { return perChannel.unsqueeze(-1).unsqueeze(-1); }

}  // namespace

Stylegan2Linear::Stylegan2Linear(std::int64_t in, std::int64_t out) {
  m_weight = register_parameter("weight", torch::empty({out, in}));
  m_bias = register_parameter("bias", torch::empty({out}));
}

void Stylegan2Linear::prepare(double rate, double extraGain) {
  const double gain = rate * extraGain / std::sqrt(static_cast<double>(m_weight.size(1)));
  m_gainedWeight = m_weight * gain;
  m_gainedBias = m_bias * (rate * extraGain);
}

Stylegan2Convolution::Stylegan2Convolution(const Stylegan2Options& options, std::int64_t in, std::int64_t out,
                                           std::int64_t pixels, bool up)
    : m_activation(options.activation),
      m_clamp(options.clamp),
      m_pixels(pixels),
      m_kernel(options.kernel),
      m_up(up),
      m_quick(up ? WinogradKind::Twice : WinogradKind::Same) {
  m_weight = register_parameter("weight", torch::empty({out, in, m_kernel, m_kernel}));
  m_bias = register_parameter("bias", torch::empty({out}));
  m_resampleFilter =
      register_buffer("resample_filter", torch::empty(up ? options.filterShape : options.idleFilterShape));
  if (options.noise) {
    m_noiseStrength = register_parameter("noise_strength", torch::empty({}));
    if (options.storedNoise) {
      m_noiseConst = register_buffer("noise_const", torch::empty({pixels, pixels}));
    }
  }
  m_affine = register_module("affine", std::make_shared<Stylegan2Linear>(options.wDim(), in));
}

void Stylegan2Convolution::prepare(double gain) {
  const double whole = gainOf(m_activation) * gain;
  m_inner = isHomogeneous(m_activation) ? whole : 1.0;
  m_outer = isHomogeneous(m_activation) ? 1.0 : whole;
  m_bound = m_clamp.value_or(0.0) * gain;
  m_affine->prepare(1.0);
  // Channels last, as the convolution takes it: a transposed one with its first two dimensions swapped.
  if (const Tensor laid = m_up ? m_weight.transpose(0, 1) : m_weight;
      !laid.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    const Tensor last = channelsLast(laid.detach());
    m_weight.set_data(m_up ? last.transpose(0, 1) : last);
  }
  m_draftWeight = Tensor();
  m_half = {};
  m_weightSquares = m_weight.square().sum({2, 3});
  m_gainedBias = m_bias * m_inner;
  if (m_noiseStrength.defined()) {
    m_gainedStrength = m_noiseStrength * m_inner;
  }
  if (m_noiseConst.defined()) {
    m_gainedNoise = m_noiseConst * m_gainedStrength;
  }
  m_quick.reset();
  m_packed.reset();
  if (m_up && (!m_blur || m_blur->device() != m_resampleFilter.device())) {
    m_blur.emplace(m_resampleFilter, m_weight.size(0), kUpGain);
    // conv2d_resample.py's path for up = 2: a transposed convolution, then the filter, both padded as the whole asks
    // for.
    const std::int64_t taps = m_blur->taps();
    const std::int64_t before = m_kernel / 2 + (taps + 1) / 2 - (m_kernel - 1);
    const std::int64_t after = m_kernel / 2 + (taps >= 2 ? (taps - 2) / 2 : -1) - (m_kernel - 2);
    m_cut = std::max<std::int64_t>(0, std::min(-before, -after));
    m_before = before + m_cut;
    m_after = after + m_cut;
  }
}

Tensor Stylegan2Convolution::noiseFor(std::int64_t count, NoiseSource& noise) const {
  if (!m_noiseStrength.defined() || noise.mode == NoiseMode::None) {
    return {};
  }
  if (noise.mode == NoiseMode::Random) {
    return torch::randn({count, 1, m_pixels, m_pixels}, noise.random).to(m_weight.device()) * m_gainedStrength;
  }
  return m_gainedNoise;
}

void Stylegan2Convolution::passNoise(NoiseSource& noise) const {
  if (noise.mode == NoiseMode::Random) {
    noiseFor(1, noise);
  }
}

const Tensor& Stylegan2Convolution::fixedWeight(bool draft) const {
  if (!draft) {
    return m_weight;
  }
  if (!m_draftWeight.defined()) {
    m_draftWeight = m_weight.detach().to(torch::kBFloat16);  // keeps the order in memory
  }
  return m_draftWeight;
}

Tensor Stylegan2Convolution::convolve(const Tensor& x, const Tensor& weight, const Tensor& bias) const {
  if (!m_up) {
    return torch::conv2d(x, weight, bias, 1, m_kernel / 2);
  }
  const Tensor y = torch::conv_transpose2d(x, weight.transpose(0, 1), {}, 2, m_cut);
  return m_blur->filter(y, m_before, m_after, bias);
}

Tensor Stylegan2Convolution::inOnePass(const Tensor& x, const Tensor& styles, const Tensor& scale,
                                       const Tensor& noise) const {
  const auto slope = slopeOf(m_activation);
  if (!slope || x.size(0) != styles.size(0) || (m_up && !m_blur->isProduct())) {
    return {};
  }
  const Tensor scales = scale.contiguous();
  const Tensor bias = m_gainedBias.contiguous();
  const Tensor added = noise.defined() ? noise.contiguous() : Tensor();
  ChannelFinish finish;
  const bool takes = m_cut == 0 && m_quick.takes(x, m_weight, m_kernel / 2);
  if (takes || m_up) {
    finish.scale = scales.const_data_ptr<float>();
    finish.bias = bias.const_data_ptr<float>();
    finish.noise = added.defined() ? added.const_data_ptr<float>() : nullptr;
    finish.noiseOfEach = added.defined() && added.dim() == 4 && added.size(0) > 1;
    finish.slope = *slope;
    finish.bound = m_clamp ? static_cast<float>(m_bound) : -1.0F;
  }
  if (m_up) {
    const Tensor twice = takes ? m_quick.forward(x, styles, m_weight, 0) : packed().forward(x * asPlanes(styles));
    return m_blur->filterAndFinish(twice, m_before, m_after, finish);
  }
  if (takes) {
    return m_quick.forward(x, styles, m_weight, m_kernel / 2, finish);
  }
  Tensor y = packed().forward(x * asPlanes(styles));
  torch::addcmul_out(y, asPlanes(bias), y, asPlanes(scales));
  if (added.defined()) {
    y.add_(added);
  }
  y = activate(m_activation, y);
  return m_clamp ? y.clamp_(-m_bound, m_bound) : y;
}

const FixedConvolution& Stylegan2Convolution::packed() const {
  if (!m_packed) {
    FixedConvolutionOptions options{.padding = static_cast<int>(m_up ? m_cut : m_kernel / 2), .transposed = m_up};
    options.stride = m_up ? 2 : 1;
    m_packed.emplace(m_up ? m_weight.detach().transpose(0, 1) : m_weight.detach(), Tensor(), options);
  }
  return *m_packed;
}

Tensor Stylegan2Convolution::forward(const Tensor& x, const Tensor& w, Stylegan2Pass& pass) const {
  if (useKernels(x)) {
    return forwardByKernels(x, w, pass);
  }
  // The original scales each sample's weights. The same comes of scaling what goes in and what comes out, which needs
  // one convolution for all samples; for a single one the cheaper of both is taken.
  const auto type = pass.draft ? torch::kBFloat16 : torch::kFloat32;
  const Tensor styles = m_affine->forward(w);
  const Tensor scale = torch::linear(styles.square(), m_weightSquares).add_(kEpsilon).rsqrt() * m_inner;
  const Tensor added = noiseFor(w.size(0), pass.noise);
  if (x.is_cpu() && type == torch::kFloat32 && !torch::GradMode::is_enabled() && !is_training()) {
    if (const Tensor whole = inOnePass(x, styles, scale, added); whole.defined()) {
      return whole;
    }
  }
  Tensor y;
  if (w.size(0) == 1 && m_weight.numel() <= x.numel()) {
    const Tensor weight = m_weight * asPlanes(styles) * asPlanes(scale[0]).unsqueeze(1);
    y = convolve(x, weight.to(type), m_gainedBias.to(type));
  } else {
    y = convolve(x * asPlanes(styles).to(type), fixedWeight(pass.draft), {});
    if (y.requires_grad()) {
      y = torch::addcmul(asPlanes(m_gainedBias), y, asPlanes(scale));
    } else {
      torch::addcmul_out(y, asPlanes(m_gainedBias).to(type), y, asPlanes(scale).to(type));
    }
  }
  if (added.defined()) {
    y.add_(added.to(type));
  }
  y = activate(m_activation, y);
  // Behind an activation nothing is done in place while a gradient is wanted: its own stands on what it gave.
  if (m_outer != 1.0) {
    y = y.requires_grad() ? y * m_outer : y.mul_(m_outer);
  }
  if (!m_clamp) {
    return y;
  }
  return y.requires_grad() ? y.clamp(-m_bound, m_bound) : y.clamp_(-m_bound, m_bound);
}

Stylegan2ToRgb::Stylegan2ToRgb(const Stylegan2Options& options, std::int64_t in) : m_clamp(options.clamp) {
  m_weight = register_parameter("weight", torch::empty({options.channels, in, 1, 1}));
  m_bias = register_parameter("bias", torch::empty({options.channels}));
  m_affine = register_module("affine", std::make_shared<Stylegan2Linear>(options.wDim(), in));
}

void Stylegan2ToRgb::prepare() { m_affine->prepare(1.0, 1.0 / std::sqrt(static_cast<double>(m_weight.size(1)))); }

Tensor Stylegan2ToRgb::forward(const Tensor& x, const Tensor& w) const {
  const auto type = x.scalar_type();
  const Tensor weight = m_weight.flatten(1).unsqueeze(0) * m_affine->forward(w).unsqueeze(1);  // N×channels×in
  const Tensor pixels = x.permute({0, 2, 3, 1}).reshape({x.size(0), -1, x.size(1)});  // no copy: x is channels last
  Tensor y = torch::baddbmm(m_bias.view({1, -1, 1}).to(type), weight.to(type), pixels.transpose(1, 2))
                 .view({x.size(0), weight.size(1), x.size(2), x.size(3)})
                 .to(torch::kFloat32);
  return m_clamp ? y.clamp_(-*m_clamp, *m_clamp) : y;
}

Stylegan2Shortcut::Stylegan2Shortcut(const Stylegan2Options& options, std::int64_t in, std::int64_t out) {
  m_weight = register_parameter("weight", torch::empty({out, in, 1, 1}));
  m_resampleFilter = register_buffer("resample_filter", torch::empty(options.filterShape));
}

void Stylegan2Shortcut::prepare(double gain) {
  const double scale = gain / std::sqrt(static_cast<double>(m_weight.size(1)));
  m_gainedWeight = m_weight * scale;
  if (!m_enlarge || m_enlarge->device() != m_resampleFilter.device()) {
    m_enlarge.emplace(m_resampleFilter, m_weight.size(0), kUpGain);
  }
}

Tensor Stylegan2Shortcut::forward(const Tensor& x) const {
  return m_enlarge->upsample(torch::conv2d(x, m_gainedWeight.to(x.scalar_type())));
}

Stylegan2Block::Stylegan2Block(const Stylegan2Options& options, std::int64_t in, std::int64_t out, std::int64_t pixels,
                               bool last)
    : m_channels(options.channels), m_half(pixels >= options.firstHalf()) {
  using Blocks = Stylegan2Options::Blocks;
  m_resampleFilter = register_buffer("resample_filter", torch::empty(options.pictureFilterShape));
  if (in == 0) {
    m_const = register_parameter("const", torch::empty({out, pixels, pixels}));
  } else {
    m_conv0 = register_module("conv0", std::make_shared<Stylegan2Convolution>(options, in, out, pixels, true));
  }
  m_conv1 = register_module("conv1", std::make_shared<Stylegan2Convolution>(options, out, out, pixels, false));
  if (last || options.blocks == Blocks::Skip) {
    m_toRgb = register_module("torgb", std::make_shared<Stylegan2ToRgb>(options, out));
  }
  if (in != 0 && options.blocks == Blocks::Resnet) {
    m_skip = register_module("skip", std::make_shared<Stylegan2Shortcut>(options, in, out));
  }
}

void Stylegan2Block::prepare() {
  if (m_conv0) {
    m_conv0->prepare(1.0);
  }
  m_conv1->prepare(m_skip ? kRootHalf : 1.0);
  if (m_skip) {
    m_skip->prepare(kRootHalf);
  }
  if (m_toRgb) {
    m_toRgb->prepare();
    if (!m_enlarge || m_enlarge->device() != m_resampleFilter.device()) {
      m_enlarge.emplace(m_resampleFilter, m_channels, kUpGain);
    }
  }
}

void Stylegan2Block::addStyleWeights(std::vector<Tensor>& weights) const {
  if (m_conv0) {
    weights.push_back(m_conv0->styleWeight());
  }
  weights.push_back(m_conv1->styleWeight());
}

void Stylegan2Block::convolve(Tensor& x, const Tensor& ws, std::int64_t first, std::int64_t from, Stylegan2Pass& pass,
                              const Keep& keep) const {
  const auto tell = [&](std::int64_t convolution, const Tensor& behind) {
    passed(x);
    if (keep) {
      keep(convolution, behind);
    }
  };
  std::int64_t layer = first + from;
  if (m_const.defined() && from == 0) {
    x = channelsLast(m_const.unsqueeze(0)).to(pass.draft ? torch::kBFloat16 : torch::kFloat32);
  }
  if (m_half && useHalf(x)) {
    x = x.to(torch::kFloat16);
  }
  const Tensor shortcut = m_skip && from == 0 ? m_skip->forward(x) : Tensor();
  if (m_conv0 && from == 0) {
    x = m_conv0->forward(x, ws.select(1, layer), pass);
    tell(layer++, m_skip ? Tensor() : x);  // what the shortcut starts from is gone by then
  }
  if (from < convolutions()) {
    x = m_conv1->forward(x, ws.select(1, layer), pass);
    if (m_skip) {
      x = x.requires_grad() ? x + shortcut : x.add_(shortcut);
    }
    tell(layer, x);
  }
}

void Stylegan2Block::passNoise(std::int64_t count, NoiseSource& noise) const {
  if (m_conv0 && count > 0) {
    m_conv0->passNoise(noise);
  }
  if (count == convolutions()) {
    m_conv1->passNoise(noise);
  }
}

void Stylegan2Block::addPicture(Tensor& image, const Tensor& x, const Tensor& w) const {
  if (m_toRgb) {
    const Tensor added = m_toRgb->forward(x, w);
    image = image.defined() ? m_enlarge->upsample(image).add_(added) : added;
  }
}

}  // namespace loom::model
