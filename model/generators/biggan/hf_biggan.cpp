#include "model/generators/biggan/hf_biggan.h"

#include "model/generators/activation_watch.h"
#include "model/generators/biggan/biggan_norm.h"
#include "model/generators/doubling.h"

#include <algorithm>
#include <cmath>

namespace loom::model {
namespace {

constexpr double kEps = 1e-4;  // config.eps of all three published networks; the weights do not tell it
constexpr std::size_t kMaxLayers = 64;
constexpr int kMaxSide = 4096;       // pixels: beyond it one picture's activations take gigabytes
constexpr int kMaxBottomWidth = 64;  // pixels; the original's is 4
constexpr std::int64_t kRgb = 3;

using Shape = std::vector<std::int64_t>;
using Layer = HfBigGanOptions::Layer;

const AttentionNames kAttentionNames{"snconv1x1_theta", "snconv1x1_phi", "snconv1x1_g", "snconv1x1_o_conv"};

GeneratorInfo describe(const HfBigGanOptions& options) {
  GeneratorInfo info;
  info.architecture = "BigGAN-deep";
  info.zDim = options.zDim;
  const auto blocks = std::count_if(options.layers.begin(), options.layers.end(), [](const auto& layer) { return !layer.attention; });
  info.conditionLayers = static_cast<int>(blocks) + 2;  // the first layer before them, the last norm behind
  info.conditionDim = 2 * options.zDim;
  info.truncation = Truncation::TruncatedNormalZ;
  info.hasTruncationStatistics = true;
  info.labels = LabelKind::Classes;
  info.classCount = options.classes;
  info.channels = kRgb;
  info.height = info.width = options.resolution();
  std::string widths;
  std::string attention;
  int side = options.bottomWidth;
  for (const Layer& layer : options.layers) {
    side *= layer.upsample ? 2 : 1;
    if (layer.attention) {
      attention += (attention.empty() ? "" : ", ") + std::to_string(side) + " pixels";
    } else {
      widths += (widths.empty() ? "" : ", ") + std::to_string(layer.out);
    }
  }
  info.options.emplace_back("Layout", "pytorch-pretrained-BigGAN");
  info.options.emplace_back("Channels", widths);
  if (!attention.empty()) {
    info.options.emplace_back("Self-attention", attention);
  }
  info.options.emplace_back("Sets of statistics", std::to_string(options.statistics));
  return info;
}

/// Output channels, input channels and kernel of a block's convolutions, in order.
std::vector<Shape> convolutions(const Layer& layer) {
  return {{layer.hidden, layer.in, 1, 1},
          {layer.hidden, layer.hidden, 3, 3},
          {layer.hidden, layer.hidden, 3, 3},
          {layer.out, layer.hidden, 1, 1}};
}

std::string layerName(std::size_t index) { return "generator.layers." + std::to_string(index); }

}  // namespace

int HfBigGanOptions::resolution() const {
  int side = bottomWidth;
  for (const Layer& layer : layers) {
    side *= layer.upsample ? 2 : 1;
  }
  return side;
}

HfStatistics statisticsFor(double truncation, int count) {
  const double step = 1.0 / (count - 1);  // in the original's order, since rounding decides which set is taken
  double whole = 0.0;
  const double share = std::modf(std::clamp(truncation, 0.0, 1.0) / step, &whole);
  const auto set = static_cast<std::int64_t>(whole);
  return set >= count - 1 ? HfStatistics{count - 1, 0.0} : HfStatistics{set, share};
}

HfBigGanNorm::HfBigGanNorm(std::int64_t channels, std::int64_t condition, int statistics) {
  m_means = register_buffer("running_means", torch::empty({statistics, channels}));
  m_vars = register_buffer("running_vars", torch::empty({statistics, channels}));
  if (condition == 0) {
    m_weight = register_parameter("weight", torch::empty({channels}));
    m_bias = register_parameter("bias", torch::empty({channels}));
    return;
  }
  const auto layer = [&](const char* name) {
    return register_module(name,
                           std::make_shared<SpectralLayer>(Shape{channels, condition}, false, SpectralNorm::Stored));
  };
  m_scale = layer("scale");
  m_offset = layer("offset");
}

torch::Tensor HfBigGanNorm::forward(const torch::Tensor& x, const torch::Tensor& condition,
                                    const HfStatistics& statistics) const {
  const auto chosen = [&](const torch::Tensor& sets) {
    const auto lower = sets.select(0, statistics.set);
    return statistics.share == 0.0
               ? lower
               : lower * statistics.share + sets.select(0, statistics.set + 1) * (1.0 - statistics.share);
  };
  const auto scale = (chosen(m_vars) + kEps).rsqrt_();
  if (!m_scale) {
    return normalizedRelu(x, chosen(m_means), scale, m_weight.unsqueeze(0), m_bias.unsqueeze(0));
  }
  return normalizedRelu(x, chosen(m_means), scale, m_scale->forward(condition).add_(1.0), m_offset->forward(condition));
}

void HfBigGanNorm::expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, std::int64_t condition,
                          int statistics) {
  shapes.expect(name + ".running_means", {statistics, channels});
  shapes.expect(name + ".running_vars", {statistics, channels});
  if (condition == 0) {
    shapes.expect(name + ".weight", {channels});
    shapes.expect(name + ".bias", {channels});
    return;
  }
  SpectralLayer::expect(shapes, name + ".scale", {channels, condition}, false, SpectralNorm::Stored);
  SpectralLayer::expect(shapes, name + ".offset", {channels, condition}, false, SpectralNorm::Stored);
}

HfBigGanBlock::HfBigGanBlock(const Layer& layer, const HfBigGanOptions& options, std::int64_t side) : m_layer(layer) {
  for (const Shape& shape : convolutions(layer)) {
    const std::string suffix = std::to_string(m_convs.size());
    const SpectralLayer::Use use{.doubledFrom = layer.upsample && m_convs.size() == 1 ? side : 0};
    m_norms.push_back(register_module("bn_" + suffix,
                                      std::make_shared<HfBigGanNorm>(shape[1], 2 * options.zDim, options.statistics)));
    m_convs.push_back(
        register_module("conv_" + suffix, std::make_shared<SpectralLayer>(shape, true, SpectralNorm::Stored, use)));
  }
}

torch::Tensor HfBigGanBlock::forward(const torch::Tensor& x, const torch::Tensor& condition,
                                     const HfStatistics& statistics, const SynthesisControl& control) const {
  auto h = x;
  for (std::size_t i = 0; i < m_convs.size(); ++i) {
    control.checkpoint();
    h = m_convs[i]->forward(m_norms[i]->forward(h, condition, statistics));
  }
  const auto kept = x.slice(1, 0, m_layer.out);
  if (m_layer.upsample) {
    addDoubled(h, kept);
    return h;
  }
  return h.add_(kept);
}

void HfBigGanBlock::expect(GroupShapes& shapes, const std::string& name, const Layer& layer,
                           const HfBigGanOptions& options) {
  int number = 0;
  for (const Shape& shape : convolutions(layer)) {
    const std::string suffix = std::to_string(number++);
    HfBigGanNorm::expect(shapes, name + ".bn_" + suffix, shape[1], 2 * options.zDim, options.statistics);
    SpectralLayer::expect(shapes, name + ".conv_" + suffix, shape, true, SpectralNorm::Stored);
  }
}

HfBigGanGenerator::HfBigGanGenerator(const HfBigGanOptions& options)
    : Generator(describe(options)), m_options(options) {
  constexpr auto kStored = SpectralNorm::Stored;
  const auto embeddings = register_module("embeddings", std::make_shared<NamedModules>());
  m_embedding = embeddings->register_parameter("weight", torch::empty({options.zDim, options.classes}));
  const auto generator = register_module("generator", std::make_shared<NamedModules>());
  const std::int64_t rows = options.layers[0].in * options.bottomWidth * options.bottomWidth;
  m_genZ = generator->register_module("gen_z",
                                      std::make_shared<SpectralLayer>(Shape{rows, 2 * options.zDim}, true, kStored));
  const auto layers = generator->register_module("layers", std::make_shared<NamedModules>());
  std::int64_t side = options.bottomWidth;
  for (const Layer& layer : options.layers) {
    const std::string name = std::to_string(m_blocks.size());
    m_blocks.push_back(nullptr);
    m_attentions.push_back(nullptr);
    if (layer.attention) {
      m_attentions.back() =
          layers->register_module(name, std::make_shared<SelfAttention>(layer.in, kStored, kAttentionNames, Shape{1}));
    } else {
      m_blocks.back() = layers->register_module(name, std::make_shared<HfBigGanBlock>(layer, options, side));
    }
    side *= layer.upsample ? 2 : 1;
  }
  const std::int64_t width = options.layers.back().out;
  m_lastNorm = generator->register_module("bn", std::make_shared<HfBigGanNorm>(width, 0, options.statistics));
  m_toRgb = generator->register_module(
      "conv_to_rgb", std::make_shared<SpectralLayer>(Shape{options.rgbRows, width, 3, 3}, true, kStored,
                                                     SpectralLayer::Use{.rows = kRgb}));
}

torch::Tensor HfBigGanGenerator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl&) {
  return torch::cat({z, torch::linear(c, m_embedding)}, 1);
}

torch::Tensor HfBigGanGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  const HfStatistics statistics = statisticsFor(control.settings.truncation, m_options.statistics);
  const std::int64_t side = m_options.bottomWidth;
  // TensorFlow's order: channels last.
  auto x = m_genZ->forward(conditionOf(w, 0)).view({w.size(0), side, side, -1}).permute({0, 3, 1, 2});
  passed(x);
  std::int64_t layer = 0;
  for (std::size_t i = 0; i < m_blocks.size(); ++i) {
    control.checkpoint();
    x = m_blocks[i] ? m_blocks[i]->forward(x, conditionOf(w, ++layer), statistics, control) : m_attentions[i]->forward(x);
    passed(x);
  }
  control.checkpoint();
  return m_toRgb->forward(m_lastNorm->forward(x, conditionOf(w, ++layer), statistics)).tanh_();
}

namespace {

void readLayers(GroupShapes& shapes, HfBigGanOptions& options) {
  std::int64_t channels = 0;
  int blocks = 0;
  for (std::size_t i = 0; i < kMaxLayers; ++i) {
    const std::string name = layerName(i);
    Layer layer;
    layer.attention = shapes.has(name + ".snconv1x1_theta.weight_orig");
    if (layer.attention) {
      layer.in = layer.out = shapes.size(name + ".snconv1x1_theta.weight_orig", 1);
    } else if (shapes.has(name + ".conv_0.weight_orig")) {
      layer.in = shapes.size(name + ".conv_0.weight_orig", 1);
      layer.hidden = shapes.size(name + ".conv_0.weight_orig", 0);
      layer.out = shapes.size(name + ".conv_3.weight_orig", 0);
      layer.upsample = blocks++ % 2 == 1;
    } else {
      break;
    }
    shapes.require(channels == 0 || layer.in == channels,
                   name + " takes other than the " + std::to_string(channels) + " channels of the layer before it");
    shapes.require(layer.out == layer.in || layer.out == layer.in / 2,
                   name + " gives neither as many channels as it takes nor half of them");
    channels = layer.out;
    options.layers.push_back(layer);
  }
  shapes.require(blocks > 0 && !options.layers[0].attention, "it does not begin with " + layerName(0) + ".conv_0");
  shapes.require(!shapes.has(layerName(kMaxLayers) + ".conv_0.weight_orig"),
                 "it has more than " + std::to_string(kMaxLayers) + " layers");
}

void readSides(GroupShapes& shapes, HfBigGanOptions& options) {
  const auto first = options.layers[0].in;
  const auto rows = shapes.size("generator.gen_z.weight_orig", 0);
  const auto side = rows % first == 0 ? squareSide(rows / first) : 0;
  shapes.require(side > 0 && side <= kMaxBottomWidth, "generator.gen_z.weight_orig gives " + std::to_string(rows) +
                                                          " values, no square picture of " + std::to_string(first) +
                                                          " channels");
  options.bottomWidth = static_cast<int>(side);
  std::int64_t last = side;
  for (const Layer& layer : options.layers) {
    last = std::min<std::int64_t>(layer.upsample ? last * 2 : last, kMaxSide + 1);
  }
  shapes.require(last <= kMaxSide, "its pictures are larger than " + std::to_string(kMaxSide) + " pixels");
}

void expectAll(GroupShapes& shapes, const HfBigGanOptions& options) {
  constexpr auto kStored = SpectralNorm::Stored;
  std::int64_t side = options.bottomWidth;
  shapes.expect("embeddings.weight", {options.zDim, options.classes});
  SpectralLayer::expect(shapes, "generator.gen_z", {options.layers[0].in * side * side, 2 * options.zDim}, true,
                        kStored);
  for (std::size_t i = 0; i < options.layers.size(); ++i) {
    const Layer& layer = options.layers[i];
    side *= layer.upsample ? 2 : 1;
    if (layer.attention) {
      SelfAttention::expect(shapes, layerName(i), layer.in, side, kStored, kAttentionNames, {1});
    } else {
      HfBigGanBlock::expect(shapes, layerName(i), layer, options);
    }
  }
  const auto width = options.layers.back().out;
  HfBigGanNorm::expect(shapes, "generator.bn", width, 0, options.statistics);
  shapes.require(options.rgbRows >= kRgb, "generator.conv_to_rgb.weight_orig gives fewer than 3 channels");
  SpectralLayer::expect(shapes, "generator.conv_to_rgb", {options.rgbRows, width, 3, 3}, true, kStored);
}

Recognition recogniseHfBigGan(const TensorGroup& group, const Checkpoint&) {
  GroupShapes shapes(group, dataParallelPrefix(group, "embeddings.weight"));
  HfBigGanOptions options;
  for (const char* name : {"embeddings.weight", "generator.gen_z.weight_orig", "generator.conv_to_rgb.weight_orig"}) {
    shapes.require(shapes.has(name), std::string("it has no ") + name);
  }
  if (shapes.fits()) {
    options.zDim = static_cast<int>(shapes.size("embeddings.weight", 0));
    options.classes = static_cast<int>(shapes.size("embeddings.weight", 1));
    options.statistics = static_cast<int>(shapes.size("generator.bn.running_means", 0));
    shapes.require(options.statistics > 1,
                   "generator.bn.running_means has one set of statistics; there are at least "
                   "two, for the truncations 0 and 1");
    options.rgbRows = shapes.size("generator.conv_to_rgb.weight_orig", 0);
    readLayers(shapes, options);
  }
  if (shapes.fits()) {
    readSides(shapes, options);
  }
  if (shapes.fits()) {
    expectAll(shapes, options);
  }
  Recognition recognition;
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.fileName = replacePrefix("", shapes.prefix());
    recognition.make = [options] { return std::make_shared<HfBigGanGenerator>(options); };
  }
  return recognition;
}

}  // namespace

Architecture hfBigGanArchitecture() {
  return {"BigGAN-deep (pytorch-pretrained-BigGAN)",
          "embeddings.weight, generator.gen_z.weight_orig, generator.layers.0.conv_0.weight_orig to conv_3, norms with "
          "sets of statistics (generator.bn.running_means) and generator.conv_to_rgb.weight_orig",
          recogniseHfBigGan};
}

}  // namespace loom::model
