#include "model/training/stylegan2_discriminator.h"

#include "model/generators/stylegan2/stylegan2_layers.h"
#include "model/training/equalised_layers.h"
#include "model/training/initial_weights.h"

#include <cmath>
#include <optional>

namespace loom::model {
namespace {

using torch::Tensor;
using Then = EqualisedLayer::Then;

constexpr double kClamp = 256.0;
const double kRootHalf = std::sqrt(0.5);

std::shared_ptr<EqualisedLayer> convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, bool bias = true) {
  return std::make_shared<EqualisedLayer>(std::vector<std::int64_t>{out, in, kernel, kernel}, bias,
                                          bias ? Then::LeakyRelu : Then::Nothing, bias ? kClamp : 0.0);
}

class Block : public torch::nn::Module {
 public:
  /// `channels`: of the picture where this is the first block, else 0.
  Block(int channels, int in, int out) {
    if (channels > 0) {
      m_fromRgb = register_module("fromrgb", convolution(channels, in, 1));
    }
    m_conv0 = register_module("conv0", convolution(in, in, 3));
    m_conv1 = register_module("conv1", convolution(in, out, 3));
    m_skip = register_module("skip", convolution(in, out, 1, false));
    m_filter.emplace(usualFilter(), in, 1.0);
  }
  Tensor forward(Tensor x) const {
    if (m_fromRgb) {
      x = m_fromRgb->forward(x);
    }
    const Tensor shortcut = m_skip->forward(m_filter->downsample(x, 1, 1), kRootHalf);
    x = m_conv0->forward(x);
    return m_conv1->forward(m_filter->filter(x, 2, 2), kRootHalf, 2, 0) + shortcut;
  }

 private:
  std::shared_ptr<EqualisedLayer> m_fromRgb;
  std::shared_ptr<EqualisedLayer> m_conv0;
  std::shared_ptr<EqualisedLayer> m_conv1;
  std::shared_ptr<EqualisedLayer> m_skip;
  std::optional<FirFilter> m_filter;
};

class Epilogue : public torch::nn::Module {
 public:
  Epilogue(int channels, int width, int out) {
    if (channels > 0) {
      m_fromRgb = register_module("fromrgb", convolution(channels, width, 1));
    }
    m_conv = register_module("conv", convolution(width + 1, width, 3));
    const auto linear = [](std::int64_t in, std::int64_t to, Then then) {
      return std::make_shared<EqualisedLayer>(std::vector<std::int64_t>{to, in}, true, then);
    };
    m_fc = register_module("fc", linear(std::int64_t{width} * 16, width, Then::LeakyRelu));
    m_out = register_module("out", linear(width, out, Then::Nothing));
  }
  Tensor forward(Tensor x) const {
    if (m_fromRgb) {
      x = m_fromRgb->forward(x);
    }
    return m_out->forward(m_fc->forward(m_conv->forward(withGroupDeviation(x)).flatten(1)));
  }

 private:
  std::shared_ptr<EqualisedLayer> m_fromRgb;
  std::shared_ptr<EqualisedLayer> m_conv;
  std::shared_ptr<EqualisedLayer> m_fc;
  std::shared_ptr<EqualisedLayer> m_out;
};

/// The class as what D's last features are multiplied with: the mapping network without a latent.
class ClassMapping : public torch::nn::Module {
 public:
  ClassMapping(int classes, int width) : m_classes(classes) {
    m_embed = register_module("embed", std::make_shared<Stylegan2Linear>(classes, width));
    for (int i = 0; i < kLayers; ++i) {
      m_layers.push_back(register_module("fc" + std::to_string(i), std::make_shared<Stylegan2Linear>(width, width)));
    }
  }
  Tensor forward(const Tensor& labels) const {
    m_embed->prepare(1.0);
    Tensor x = m_embed->forward(torch::one_hot(labels, m_classes).to(torch::kFloat32));
    x = x * (x.square().mean({1}, true) + 1e-8).rsqrt();
    for (const auto& layer : m_layers) {
      layer->prepare(kMappingRate, std::sqrt(2.0));
      x = torch::leaky_relu(layer->forward(x), kEqualisedLeak);
    }
    return x;
  }

 private:
  static constexpr int kLayers = 8;
  int m_classes;
  std::shared_ptr<Stylegan2Linear> m_embed;
  std::vector<std::shared_ptr<Stylegan2Linear>> m_layers;
};

class Stylegan2Discriminator : public Discriminator {
 public:
  Stylegan2Discriminator(const std::vector<int>& widths, const DataShape& shape, bool conditional) {
    for (std::size_t i = widths.size() - 1; i > 0; --i) {
      const bool first = i + 1 == widths.size();
      m_blocks.push_back(register_module("b" + std::to_string(4 << i), std::make_shared<Block>(first ? shape.channels : 0,
                                                                                              widths[i], widths[i - 1])));
    }
    const int scores = conditional ? widths[0] : 1;
    m_last = register_module("b4", std::make_shared<Epilogue>(m_blocks.empty() ? shape.channels : 0, widths[0], scores));
    if (conditional) {
      m_mapping = register_module("mapping", std::make_shared<ClassMapping>(shape.classes, widths[0]));
    }
  }
  Verdict judge(const Tensor& x, const Tensor& labels) override {
    Tensor y = x.contiguous(at::MemoryFormat::ChannelsLast);
    for (const auto& block : m_blocks) {
      y = block->forward(y);
    }
    y = m_last->forward(y);
    if (m_mapping) {
      return {(y * m_mapping->forward(labels)).sum(1) / std::sqrt(static_cast<double>(y.size(1))), {}};
    }
    return {y.squeeze(1), {}};
  }

 private:
  std::vector<std::shared_ptr<Block>> m_blocks;
  std::shared_ptr<Epilogue> m_last;
  std::shared_ptr<ClassMapping> m_mapping;
};

}  // namespace

std::shared_ptr<Discriminator> makeStylegan2Discriminator(const std::vector<int>& widths, const DataShape& shape,
                                                          bool conditional) {
  return std::make_shared<Stylegan2Discriminator>(widths, shape, conditional);
}

}  // namespace loom::model
