#include "model/generators/zoo/progressive_gan.h"

#include "model/generators/activation_watch.h"
#include "model/generators/doubling.h"
#include "model/generators/group_shapes.h"
#include "model/generators/zoo/zoo_config.h"

#include <cmath>
#include <cstdlib>

namespace loom::model {
namespace {

constexpr std::size_t kMostScales = 11;  // 4096 pixels

GeneratorInfo describe(const ProgressiveGanOptions& options) {
  GeneratorInfo info;
  info.architecture = "Progressive GAN";
  info.zDim = options.zDim;
  info.classCount = options.labelCount;
  info.labels = options.labelCount > 0 ? LabelKind::Classes : LabelKind::None;
  info.channels = options.pictureChannels;
  info.height = info.width = 4 << (options.channels.size() - 1);
  info.hasFade = options.channels.size() > 1;
  std::string widths;
  for (std::size_t i = 0; i < options.channels.size(); ++i) {
    info.resolutions.push_back(4 << i);
    widths += (i ? ", " : "") + std::to_string(options.channels[i]);
  }
  info.options = {{"Layout", "pytorch_GAN_zoo"}, {"Channels", widths}};
  return info;
}

void expectConvolution(GroupShapes& shapes, const std::string& name, std::int64_t out, std::int64_t in,
                       std::int64_t kernel) {
  shapes.expect(name + ".module.weight", {out, in, kernel, kernel});
  shapes.expect(name + ".module.bias", {out});
}

Recognition recognise(const TensorGroup& group, const Checkpoint& checkpoint) {
  const std::string format = "formatLayer.module";
  GroupShapes shapes(group, dataParallelPrefix(group, format + ".weight"));
  ProgressiveGanOptions options;
  const std::int64_t first = shapes.size("groupScale0.0.module.weight", 0);
  options.labelCount = zooLabelCount(checkpoint);
  options.zDim = static_cast<int>(shapes.size(format + ".weight", 1)) - options.labelCount;
  shapes.require(options.zDim > 0, "its configuration tells more labels than " + format + " takes");
  shapes.expect(format + ".weight", {16 * first, options.zDim + options.labelCount});
  shapes.expect(format + ".bias", {16 * first});
  expectConvolution(shapes, "groupScale0.0", first, first, 3);
  options.channels.push_back(static_cast<int>(first));
  for (std::size_t i = 0; shapes.fits(); ++i) {
    const std::string name = "scaleLayers." + std::to_string(i);
    if (!shapes.has(name + ".0.module.weight")) {
      break;
    }
    const std::int64_t out = shapes.size(name + ".0.module.weight", 0);
    shapes.require(i + 1 < kMostScales, "it has more than " + std::to_string(kMostScales) + " scales");
    expectConvolution(shapes, name + ".0", out, options.channels.back(), 3);
    expectConvolution(shapes, name + ".1", out, out, 3);
    options.channels.push_back(static_cast<int>(out));
  }
  options.pictureChannels = static_cast<int>(shapes.size("toRGBLayers.0.module.weight", 0));
  shapes.require(options.pictureChannels == 1 || options.pictureChannels == 3,
                 "it gives " + std::to_string(options.pictureChannels) + " channels, a picture has 1 or 3");
  for (std::size_t i = 0; i < options.channels.size(); ++i) {
    expectConvolution(shapes, "toRGBLayers." + std::to_string(i), options.pictureChannels, options.channels[i], 1);
  }
  options.equalized = zooConfig(checkpoint, "equalizedlR").value_or("True") != "False";
  options.leak = std::atof(zooConfig(checkpoint, "leakyReluLeak").value_or("0.2").c_str());
  shapes.require(std::isfinite(options.leak), "its configuration tells no leak of the leaky ReLU");
  options.tanh = zooEndsInTanh(checkpoint, false);
  Recognition recognition;
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.make = [options] { return std::make_shared<ProgressiveGanGenerator>(options); };
    recognition.fileName = replacePrefix("", shapes.prefix());
  }
  return recognition;
}

torch::Tensor normalizePixels(const torch::Tensor& x) {
  const auto length = torch::linalg_vector_norm(x, 2, {1}, true);
  const auto factor = (length.square() / x.size(1) + 1e-8).rsqrt();
  return torch::GradMode::is_enabled() ? x * factor : x.mul_(factor);
}

}  // namespace

ProgressiveGanGenerator::ProgressiveGanGenerator(const ProgressiveGanOptions& options)
    : Generator(describe(options)), m_options(options) {
  using namespace torch::nn;
  // The layers of the original lie in a wrapper, under the name `module`.
  const auto wrap = [](std::shared_ptr<torch::nn::Module> inner) {
    auto wrapper = std::make_shared<torch::nn::Module>();
    wrapper->register_module("module", std::move(inner));
    return wrapper;
  };
  const auto list = [](torch::nn::Module& parent, const std::string& name) {
    return parent.register_module(name, std::make_shared<torch::nn::Module>());
  };
  const auto convolution = [&](torch::nn::Module& parent, std::size_t number, int in, int out, int kernel) {
    Conv2d layer(Conv2dOptions(in, out, kernel).padding(kernel / 2));
    parent.register_module(std::to_string(number), wrap(layer.ptr()));
    return layer;
  };
  const int first = options.channels[0];
  m_format = Linear(options.zDim + options.labelCount, 16 * first);
  register_module("formatLayer", wrap(m_format.ptr()));
  m_scales.push_back({convolution(*list(*this, "groupScale0"), 0, first, first, 3)});
  const auto scales = list(*this, "scaleLayers");
  const auto toRgb = list(*this, "toRGBLayers");
  m_toRgb.push_back(convolution(*toRgb, 0, first, options.pictureChannels, 1));
  for (std::size_t i = 1; i < options.channels.size(); ++i) {
    const int in = options.channels[i - 1];
    const int out = options.channels[i];
    const auto scale = list(*scales, std::to_string(i - 1));
    m_scales.push_back({convolution(*scale, 0, in, out, 3), convolution(*scale, 1, out, out, 3)});
    m_toRgb.push_back(convolution(*toRgb, i, out, options.pictureChannels, 1));
  }
}

ProgressiveGanGenerator::Scaled ProgressiveGanGenerator::scaled(const torch::Tensor& weight,
                                                                const torch::Tensor& bias) const {
  if (!m_options.equalized) {
    return {weight, bias};
  }
  const double scale = std::sqrt(2.0 / static_cast<double>(weight.numel() / weight.size(0)));
  return {weight * scale, bias * scale};
}

void ProgressiveGanGenerator::finishLoading() {
  m_scaledFormat = scaled(m_format->weight, m_format->bias);
  m_fixed.clear();
  for (std::size_t i = 0; i < m_scales.size(); ++i) {
    Scale& made = m_fixed.emplace_back();
    FixedConvolutionOptions options{.padding = 1, .doubledFrom = i > 0 ? std::int64_t{2} << i : 0,
                                    .then = Then::LeakyRelu, .slope = m_options.leak};
    for (const auto& layer : m_scales[i]) {
      const auto [weight, bias] = scaled(layer->weight, layer->bias);
      made.layers.emplace_back(weight, bias, options);
      options.doubledFrom = 0;
    }
    const auto [weight, bias] = scaled(m_toRgb[i]->weight, m_toRgb[i]->bias);
    made.toRgb.emplace(weight, bias, FixedConvolutionOptions{});
  }
}

torch::Tensor ProgressiveGanGenerator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl&) {
  return c.defined() ? torch::cat({z, c}, 1) : z;
}

torch::Tensor ProgressiveGanGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  const int wanted = control.settings.resolution;
  std::size_t last = m_scales.size() - 1;
  while (wanted > 0 && last > 0 && (4 << last) > wanted) {
    --last;
  }
  // The latent is the caller's: nothing is written into it.
  const torch::Tensor first = torch::linear(normalizePixels(w.clone()), m_scaledFormat.weight, m_scaledFormat.bias);
  torch::Tensor x = normalizePixels(torch::leaky_relu(first.reshape({w.size(0), -1, 4, 4}), m_options.leak));
  passed(x);
  torch::Tensor lower;
  for (std::size_t i = 0; i <= last; ++i) {
    if (i > 0 && i == last && control.settings.fade > 0.0) {
      lower = doubled(m_fixed[i - 1].toRgb->forward(x));
    }
    for (const FixedConvolution& layer : m_fixed[i].layers) {
      control.checkpoint();
      x = normalizePixels(layer.forward(x));
      passed(x);
    }
  }
  x = m_fixed[last].toRgb->forward(x);
  if (lower.defined()) {
    x = control.settings.fade * lower + (1.0 - control.settings.fade) * x;
  }
  return m_options.tanh ? torch::tanh(x) : x;
}

Architecture progressiveGanArchitecture() {
  return {"Progressive GAN",
          "pytorch_GAN_zoo's formatLayer.module.weight, groupScale0.0.module.weight, scaleLayers.0.0.module.weight, … and "
          "an output toRGBLayers.0.module.weight, … for each scale",
          recognise};
}

}  // namespace loom::model
