#include "model/generators/biggan/biggan.h"

#include "model/generators/activation_watch.h"
#include "model/generators/doubling.h"

namespace loom::model {
namespace {

GeneratorInfo describe(const BigGanOptions& options) {
  GeneratorInfo info;
  info.architecture = options.deep ? "BigGAN-deep" : "BigGAN";
  info.zDim = options.zDim;
  info.conditionLayers = static_cast<int>(options.blocks.size()) + 1;
  info.conditionDim = options.zDim + (options.sharedDim ? options.sharedDim : options.classes);
  info.truncation = Truncation::TruncatedNormalZ;
  info.labels = LabelKind::Classes;
  info.classCount = options.classes;
  info.channels = options.channels;
  info.height = info.width = options.resolution();
  std::string widths;
  std::string attention;
  int side = options.bottomWidth;
  for (const auto& block : options.blocks) {
    side *= block.upsample ? 2 : 1;
    widths += (widths.empty() ? "" : ", ") + std::to_string(block.out);
    attention += block.attention ? (attention.empty() ? "" : ", ") + std::to_string(side) + " pixels" : "";
  }
  info.options.emplace_back("Channels", widths);
  if (!attention.empty()) {
    info.options.emplace_back("Self-attention", attention);
  }
  info.options.emplace_back("Shared embedding", options.sharedDim ? std::to_string(options.sharedDim) : "none");
  info.options.emplace_back("Hierarchical z", options.chunk ? "yes" : "no");
  return info;
}

using Shape = std::vector<std::int64_t>;

/// Output channels, input channels and kernel of the block's convolutions, in order.
std::vector<Shape> convolutions(const BigGanOptions::Block& block, bool deep) {
  if (deep) {
    return {{block.hidden, block.in, 1, 1},
            {block.hidden, block.hidden, 3, 3},
            {block.hidden, block.hidden, 3, 3},
            {block.out, block.hidden, 1, 1}};
  }
  return {{block.out, block.in, 3, 3}, {block.out, block.out, 3, 3}};
}

}  // namespace

BigGanCondition BigGanOptions::condition() const {
  const std::int64_t size = sharedDim ? sharedDim + chunk : classes;
  return {size, sharedDim == 0, spectral, statistics};
}

int BigGanOptions::resolution() const {
  int side = bottomWidth;
  for (const Block& block : blocks) {
    side *= block.upsample ? 2 : 1;
  }
  return side;
}

BigGanBlock::BigGanBlock(const BigGanOptions::Block& block, const BigGanOptions& options, std::int64_t side)
    : m_block(block) {
  const int grows = !block.upsample ? 0 : options.deep ? 2 : 1;  // the convolution that the doubling stands before
  int number = 0;
  for (const Shape& shape : convolutions(block, options.deep)) {
    const std::string suffix = std::to_string(++number);
    const SpectralLayer::Use use{.doubledFrom = number == grows ? side : 0};
    m_convs.push_back(
        register_module("conv" + suffix, std::make_shared<SpectralLayer>(shape, true, options.spectral, use)));
    m_norms.push_back(
        register_module("bn" + suffix, std::make_shared<BigGanConditionalNorm>(shape[1], options.condition())));
  }
  if (!options.deep) {
    m_shortcut = register_module(
        "conv_sc", std::make_shared<SpectralLayer>(Shape{block.out, block.in, 1, 1}, true, options.spectral));
  }
}

void BigGanBlock::expect(GroupShapes& shapes, const std::string& name, const BigGanOptions::Block& block,
                         const BigGanOptions& options) {
  int number = 0;
  for (const Shape& shape : convolutions(block, options.deep)) {
    const std::string suffix = std::to_string(++number);
    SpectralLayer::expect(shapes, name + ".conv" + suffix, shape, true, options.spectral);
    BigGanConditionalNorm::expect(shapes, name + ".bn" + suffix, shape[1], options.condition());
  }
  if (!options.deep) {
    SpectralLayer::expect(shapes, name + ".conv_sc", {block.out, block.in, 1, 1}, true, options.spectral);
  }
}

torch::Tensor BigGanBlock::shortcut(const torch::Tensor& x) const {
  return m_shortcut ? m_shortcut->forward(x) : x.slice(1, 0, m_block.out);
}

torch::Tensor BigGanBlock::forward(const torch::Tensor& x, const torch::Tensor& y,
                                   const SynthesisControl& control) const {
  auto h = x;
  for (std::size_t i = 0; i < m_convs.size(); ++i) {
    control.checkpoint();
    h = m_convs[i]->forward(m_norms[i]->forward(h, y));
  }
  control.checkpoint();
  // The original doubles first; a 1×1 convolution sees each pixel alone, so this gives the same for a quarter of the
  // work.
  if (m_block.upsample) {
    addDoubled(h, shortcut(x));
    return h;
  }
  return h.add_(shortcut(x));
}

BigGanGenerator::BigGanGenerator(const BigGanOptions& options) : Generator(describe(options)), m_options(options) {
  if (options.sharedDim) {
    const auto shared = register_module("shared", std::make_shared<NamedModules>());
    m_embedding = shared->register_parameter("weight", torch::empty({options.classes, options.sharedDim}));
  }
  const std::int64_t in = options.deep    ? options.zDim + options.sharedDim
                          : options.chunk ? options.chunk
                                          : options.zDim;
  const std::int64_t area = options.bottomWidth * options.bottomWidth;
  m_linear = register_module(
      "linear", std::make_shared<SpectralLayer>(Shape{options.blocks[0].in * area, in}, true, options.spectral));
  const auto blocks = register_module("blocks", std::make_shared<NamedModules>());
  std::int64_t side = options.bottomWidth;
  for (const auto& block : options.blocks) {
    const auto list = blocks->register_module(std::to_string(m_blocks.size()), std::make_shared<NamedModules>());
    m_blocks.push_back(list->register_module("0", std::make_shared<BigGanBlock>(block, options, side)));
    side *= block.upsample ? 2 : 1;
    m_attentions.push_back(nullptr);
    if (block.attention) {
      m_attentions.back() = list->register_module(
          "1", std::make_shared<SelfAttention>(block.out, options.spectral, AttentionNames(), Shape()));
    }
  }
  const auto last = register_module("output_layer", std::make_shared<NamedModules>());
  const std::int64_t width = options.blocks.back().out;
  m_lastNorm = last->register_module("0", std::make_shared<BigGanNorm>(width, options.statistics));
  m_lastConv = last->register_module(
      "2", std::make_shared<SpectralLayer>(Shape{options.channels, width, 3, 3}, true, options.spectral));
}

torch::Tensor BigGanGenerator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl&) {
  return torch::cat({z, m_options.sharedDim ? c.matmul(m_embedding) : c}, 1);
}

torch::Tensor BigGanGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  const auto part = [&](std::int64_t layer, bool first) {
    const auto own = conditionOf(w, layer);
    const auto z = own.slice(1, 0, m_options.zDim);
    const auto y = own.slice(1, m_options.zDim);
    if (m_options.deep) {
      return torch::cat({y, z}, 1);  // BigGAN-deep feeds every layer with both
    }
    const auto chunk = z.slice(1, layer * m_options.chunk, (layer + 1) * m_options.chunk);
    if (first) {
      return m_options.chunk ? chunk : z;
    }
    return m_options.chunk ? torch::cat({y, chunk}, 1) : y;
  };
  auto x = m_linear->forward(part(0, true)).view({w.size(0), -1, m_options.bottomWidth, m_options.bottomWidth});
  passed(x);
  for (std::size_t i = 0; i < m_blocks.size(); ++i) {
    const auto condition = part(static_cast<std::int64_t>(i) + 1, false);
    control.checkpoint();
    x = m_blocks[i]->forward(x, condition, control);
    if (m_attentions[i]) {
      control.checkpoint();
      x = m_attentions[i]->forward(x);
    }
    passed(x);
  }
  control.checkpoint();
  return m_lastConv->forward(m_lastNorm->forward(x)).tanh_();
}

}  // namespace loom::model
