#include "model/generators/picture_layers.h"

#include "model/generators/instance_norm.h"

namespace loom::model {
namespace {

constexpr double kNormEpsilon = 1e-5;  // PyTorch's own, of batch and of instance norms
constexpr double kMomentum = 0.1;      // without effect: nothing is tracked here

}  // namespace

ConvLayer::ConvLayer(const ConvOptions& options) : m_options(options) {
  const auto& [in, out, bias] = options.shape;
  const int first = options.transposed ? in : out;
  const int second = options.transposed ? out : in;
  m_weight = register_parameter("weight", torch::empty({first, second, options.kernel, options.kernel}));
  torch::nn::init::normal_(m_weight, 0.0, 0.02);  // as the authors begin training
  if (bias) {
    m_bias = register_parameter("bias", torch::zeros({out}));
  }
}

void ConvLayer::prepare(const std::string&) {
  m_convolution.emplace(takenFrom(m_weight), m_bias,
                        FixedConvolutionOptions{.stride = m_options.stride,
                                                .padding = m_options.reflect ? 0 : m_options.padding,
                                                .transposed = m_options.transposed,
                                                .outputPadding = m_options.outputPadding});
}

torch::Tensor ConvLayer::forward(const torch::Tensor& x, const SynthesisControl&) {
  const std::int64_t pad = m_options.reflect ? m_options.padding : 0;
  return m_convolution->forward(pad > 0 ? torch::reflection_pad2d(x, {pad, pad, pad, pad}) : x);
}

NormLayer::NormLayer(int channels, const NormShape& shape, NormStatistics original) : m_original(original) {
  if (shape.affine) {
    m_weight = register_parameter("weight", torch::ones({channels}));
    m_bias = register_parameter("bias", torch::zeros({channels}));
  }
  if (shape.statistics) {
    m_mean = register_buffer("running_mean", torch::zeros({channels}));
    m_variance = register_buffer("running_var", torch::ones({channels}));
  }
}

torch::Tensor NormLayer::forward(const torch::Tensor& x, const SynthesisControl& control) {
  const auto wanted = control.settings.normStatistics;
  const auto which = wanted == NormStatistics::Original ? m_original : wanted;
  if (which == NormStatistics::Stored && m_mean.defined()) {
    return torch::batch_norm(x, m_weight, m_bias, m_mean, m_variance, false, kMomentum, kNormEpsilon, true);
  }
  const auto row = [](const torch::Tensor& t) { return t.defined() ? t.unsqueeze(0) : t; };
  return instanceNorm(x, row(m_weight), row(m_bias), kNormEpsilon);
}

void PictureChain::add(int number, std::shared_ptr<PictureLayer> layer) {
  m_layers.push_back(register_module(std::to_string(number), std::move(layer)));
}

torch::Tensor PictureChain::forward(const torch::Tensor& x, const SynthesisControl& control) {
  torch::Tensor y = x;
  for (const auto& layer : m_layers) {
    control.checkpoint();
    y = layer->forward(y, control);
  }
  return y;
}

ResidualLayer::ResidualLayer(const std::string& own, std::shared_ptr<PictureChain> chain)
    : m_chain(register_module(own, std::move(chain))) {}

torch::Tensor ResidualLayer::forward(const torch::Tensor& x, const SynthesisControl& control) {
  return m_chain->forward(x, control).add_(x);
}

GeneratorInfo describePictureGenerator(std::string architecture, int inputChannels, int channels, int halvings) {
  for (const int count : {inputChannels, channels}) {
    if (count != 1 && count != 3) {
      throw Mismatch("it goes from " + std::to_string(inputChannels) + " channels to " + std::to_string(channels) +
                     ", pictures have 1 or 3");
    }
  }
  GeneratorInfo info;
  info.architecture = std::move(architecture);
  info.input = InputKind::Picture;
  info.inputChannels = inputChannels;
  info.inputMultiple = 1 << halvings;
  info.channels = channels;
  return info;
}

}  // namespace loom::model
