#include "model/generators/biggan/resnet_gan.h"

#include "model/generators/activation_watch.h"
#include "model/generators/biggan/biggan_norm.h"

namespace loom::model {
namespace {

constexpr double kEps = 1e-5;  // nn.BatchNorm2d's own
constexpr std::size_t kMaxBlocks = 10;
constexpr int kMaxSide = 4096;       // pixels: beyond it one picture's activations take gigabytes
constexpr int kMaxBottomWidth = 64;  // pixels; the originals' are 4 and 6
constexpr std::size_t kFirst = 2;    // the number in the first block's name

using Shape = std::vector<std::int64_t>;

GeneratorInfo describe(const ResnetGanOptions& options) {
  GeneratorInfo info;
  info.architecture = options.attention ? "SAGAN" : "ResNet GAN";
  info.zDim = options.zDim;
  info.labels = options.classes ? LabelKind::Classes : LabelKind::None;
  info.classCount = options.classes;
  info.conditionLayers = options.classes ? static_cast<int>(options.blocks.size()) + 1 : 0;
  info.conditionDim = options.classes ? options.zDim + options.classes : 0;
  info.channels = options.channels;
  info.height = info.width = options.resolution();
  std::string widths;
  for (const auto& block : options.blocks) {
    widths += (widths.empty() ? "" : ", ") + std::to_string(block.out);
  }
  info.options.emplace_back("Layout", "mimicry");
  info.options.emplace_back("Channels", widths);
  if (options.attention) {
    const int side = options.bottomWidth << (options.attentionAfter() + 1);
    info.options.emplace_back("Self-attention", std::to_string(side) + " pixels");
  }
  return info;
}

std::string blockName(std::size_t index) { return "block" + std::to_string(index + kFirst); }

torch::Tensor bilinearlyDoubled(const torch::Tensor& x) {
  return torch::upsample_bilinear2d(x, c10::IntArrayRef({x.size(2) * 2, x.size(3) * 2}), false);
}

}  // namespace

ResnetGanNorm::ResnetGanNorm(std::int64_t channels, int classes) {
  torch::nn::Module* owner = this;
  if (classes) {
    owner = register_module("bn", std::make_shared<NamedModules>()).get();
    const auto embed = register_module("embed", std::make_shared<NamedModules>());
    m_embed = embed->register_parameter("weight", torch::empty({classes, 2 * channels}));
  } else {
    m_weight = register_parameter("weight", torch::empty({channels}));
    m_bias = register_parameter("bias", torch::empty({channels}));
  }
  m_mean = owner->register_buffer("running_mean", torch::empty({channels}));
  m_scale = owner->register_buffer("running_var", torch::empty({channels}));
}

void ResnetGanNorm::prepare(const std::string&) { m_scale.add_(kEps).rsqrt_(); }

torch::Tensor ResnetGanNorm::forward(const torch::Tensor& x, const torch::Tensor& c) const {
  if (!m_embed.defined()) {
    return normalizedRelu(x, m_mean, m_scale, m_weight.unsqueeze(0), m_bias.unsqueeze(0));
  }
  const auto halves = c.matmul(m_embed).chunk(2, 1);
  return normalizedRelu(x, m_mean, m_scale, halves[0], halves[1]);
}

void ResnetGanNorm::expect(GroupShapes& shapes, const std::string& name, std::int64_t channels, int classes) {
  const std::string inner = classes ? name + ".bn" : name;
  if (classes) {
    shapes.expect(name + ".embed.weight", {classes, 2 * channels});
  } else {
    shapes.expect(name + ".weight", {channels});
    shapes.expect(name + ".bias", {channels});
  }
  shapes.expect(inner + ".running_mean", {channels});
  shapes.expect(inner + ".running_var", {channels});
}

ResnetGanBlock::ResnetGanBlock(const ResnetGanOptions::Block& block, const ResnetGanOptions& options) {
  const auto conv = [&](const char* name, const Shape& shape) {
    return register_module(name, std::make_shared<SpectralLayer>(shape, true, options.spectral));
  };
  m_b1 = register_module("b1", std::make_shared<ResnetGanNorm>(block.in, options.classes));
  m_c1 = conv("c1", {block.hidden, block.in, 3, 3});
  m_b2 = register_module("b2", std::make_shared<ResnetGanNorm>(block.hidden, options.classes));
  m_c2 = conv("c2", {block.out, block.hidden, 3, 3});
  m_shortcut = conv("c_sc", {block.out, block.in, 1, 1});
}

torch::Tensor ResnetGanBlock::forward(const torch::Tensor& x, const torch::Tensor& c,
                                      const SynthesisControl& control) const {
  auto h = m_c1->forward(bilinearlyDoubled(m_b1->forward(x, c)));
  control.checkpoint();
  h = m_c2->forward(m_b2->forward(h, c));
  control.checkpoint();
  // The original doubles first; interpolation and a 1×1 convolution may change places, for a quarter of the work.
  return h.add_(bilinearlyDoubled(m_shortcut->forward(x)));
}

void ResnetGanBlock::expect(GroupShapes& shapes, const std::string& name, const ResnetGanOptions::Block& block,
                            const ResnetGanOptions& options) {
  ResnetGanNorm::expect(shapes, name + ".b1", block.in, options.classes);
  SpectralLayer::expect(shapes, name + ".c1", {block.hidden, block.in, 3, 3}, true, options.spectral);
  ResnetGanNorm::expect(shapes, name + ".b2", block.hidden, options.classes);
  SpectralLayer::expect(shapes, name + ".c2", {block.out, block.hidden, 3, 3}, true, options.spectral);
  SpectralLayer::expect(shapes, name + ".c_sc", {block.out, block.in, 1, 1}, true, options.spectral);
}

ResnetGanGenerator::ResnetGanGenerator(const ResnetGanOptions& options)
    : Generator(describe(options)), m_options(options) {
  const std::int64_t area = options.bottomWidth * options.bottomWidth;
  m_l1 = register_module(
      "l1", std::make_shared<SpectralLayer>(Shape{options.blocks[0].in * area, options.zDim}, true, options.spectral));
  for (const auto& block : options.blocks) {
    m_blocks.push_back(register_module(blockName(m_blocks.size()), std::make_shared<ResnetGanBlock>(block, options)));
  }
  if (options.attention) {
    const auto channels = options.blocks[options.attentionAfter()].out;
    m_attention = register_module(
        "attn_block", std::make_shared<SelfAttention>(channels, options.spectral, AttentionNames(), Shape()));
  }
  const std::string number = std::to_string(options.blocks.size() + kFirst);
  const std::int64_t width = options.blocks.back().out;
  m_lastNorm = register_module("b" + number, std::make_shared<ResnetGanNorm>(width, 0));
  m_lastConv = register_module(
      "c" + number, std::make_shared<SpectralLayer>(Shape{options.channels, width, 3, 3}, true, options.spectral));
}

torch::Tensor ResnetGanGenerator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl&) {
  return m_options.classes ? torch::cat({z, c}, 1) : z;
}

torch::Tensor ResnetGanGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  auto x =
      m_l1->forward(conditionOf(w, 0).slice(1, 0, m_options.zDim)).view({w.size(0), -1, m_options.bottomWidth, m_options.bottomWidth});
  passed(x);
  for (std::size_t i = 0; i < m_blocks.size(); ++i) {
    control.checkpoint();
    const auto own = conditionOf(w, static_cast<std::int64_t>(i) + 1);
    x = m_blocks[i]->forward(x, own.slice(1, m_options.zDim), control);
    if (m_attention && i == m_options.attentionAfter()) {
      control.checkpoint();
      x = m_attention->forward(x);
    }
    passed(x);
  }
  control.checkpoint();
  return m_lastConv->forward(m_lastNorm->forward(x, {})).tanh_();
}

namespace {

void readBlocks(GroupShapes& shapes, ResnetGanOptions& options, const std::string& weight) {
  std::int64_t channels = 0;
  for (std::size_t i = 0; i < kMaxBlocks && shapes.has(blockName(i) + ".c1" + weight); ++i) {
    ResnetGanOptions::Block block;
    block.in = shapes.size(blockName(i) + ".c1" + weight, 1);
    block.hidden = shapes.size(blockName(i) + ".c1" + weight, 0);
    block.out = shapes.size(blockName(i) + ".c2" + weight, 0);
    shapes.require(channels == 0 || block.in == channels, blockName(i) + ".c1" + weight + " takes other than the " +
                                                              std::to_string(channels) +
                                                              " channels of the block before it");
    channels = block.out;
    options.blocks.push_back(block);
  }
  shapes.require(!options.blocks.empty(), "it has no " + blockName(0) + ".c1" + weight);
  shapes.require(!shapes.has(blockName(kMaxBlocks) + ".c1" + weight),
                 "it has more than " + std::to_string(kMaxBlocks) + " blocks");
}

void expectAll(GroupShapes& shapes, const ResnetGanOptions& options) {
  const std::int64_t area = options.bottomWidth * options.bottomWidth;
  SpectralLayer::expect(shapes, "l1", {options.blocks[0].in * area, options.zDim}, true, options.spectral);
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    ResnetGanBlock::expect(shapes, blockName(i), options.blocks[i], options);
  }
  if (options.attention) {
    const auto after = options.attentionAfter();
    SelfAttention::expect(shapes, "attn_block", options.blocks[after].out, options.bottomWidth << (after + 1),
                          options.spectral, {}, {});
  }
  const std::string number = std::to_string(options.blocks.size() + kFirst);
  const auto width = options.blocks.back().out;
  ResnetGanNorm::expect(shapes, "b" + number, width, 0);
  shapes.require(options.channels == 1 || options.channels == 3,
                 "c" + number + " gives " + std::to_string(options.channels) + " channels, a picture has 1 or 3");
  SpectralLayer::expect(shapes, "c" + number, {options.channels, width, 3, 3}, true, options.spectral);
}

ResnetGanOptions readOptions(GroupShapes& shapes) {
  ResnetGanOptions options;
  options.spectral = shapes.has("l1.weight_orig") ? SpectralNorm::Stored : SpectralNorm::None;
  const std::string weight = options.spectral == SpectralNorm::Stored ? ".weight_orig" : ".weight";
  shapes.require(shapes.has("l1" + weight), "it has no l1.weight or l1.weight_orig");
  shapes.require(!shapes.has("l1.sn_u"),
                 "its spectral norms are mimicry's own (l1.sn_u), which no network of its uses");
  if (shapes.fits()) {
    readBlocks(shapes, options, weight);
  }
  if (!shapes.fits()) {
    return options;
  }
  const auto first = options.blocks[0].in;
  const auto rows = shapes.size("l1" + weight, 0);
  const auto side = rows % first == 0 ? squareSide(rows / first) : 0;
  shapes.require(side > 0 && side <= kMaxBottomWidth && (side << options.blocks.size()) <= kMaxSide,
                 "l1" + weight + " gives " + std::to_string(rows) + " values, no square picture of " +
                     std::to_string(first) + " channels, or too large a one for " +
                     std::to_string(options.blocks.size()) + " blocks");
  options.bottomWidth = static_cast<int>(side);
  options.zDim = static_cast<int>(shapes.size("l1" + weight, 1));
  if (shapes.has("block2.b1.embed.weight")) {
    options.classes = static_cast<int>(shapes.size("block2.b1.embed.weight", 0));
  }
  options.attention = shapes.has("attn_block.gamma");
  options.channels = static_cast<int>(shapes.size("c" + std::to_string(options.blocks.size() + kFirst) + weight, 0));
  if (shapes.fits()) {
    expectAll(shapes, options);
  }
  return options;
}

Recognition recogniseResnetGan(const TensorGroup& group, const Checkpoint&) {
  GroupShapes shapes(group, dataParallelPrefix(group, "block2.c1.bias"));
  const ResnetGanOptions options = readOptions(shapes);
  Recognition recognition;
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.fileName = replacePrefix("", shapes.prefix());
    recognition.make = [options] { return std::make_shared<ResnetGanGenerator>(options); };
  }
  return recognition;
}

}  // namespace

Architecture resnetGanArchitecture() {
  return {"ResNet GAN",
          "mimicry's l1, block2, block3, … of c1, c2 and c_sc with norms b1 and b2, and a last norm and convolution "
          "whose numbers follow (b5, c5 behind block4)",
          recogniseResnetGan};
}

}  // namespace loom::model
