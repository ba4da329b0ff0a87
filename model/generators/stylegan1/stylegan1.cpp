#include "model/generators/stylegan1/stylegan1.h"

#include "model/generators/activation_watch.h"
#include "model/generators/doubling.h"
#include "model/generators/instance_norm.h"

#include <ATen/CPUGeneratorImpl.h>

namespace loom::model {
namespace {

using Growth = Stylegan1Options::Growth;

constexpr double kLeak = 0.2;

GeneratorInfo describe(const Stylegan1Options& options) {
  GeneratorInfo info;
  info.architecture = "StyleGAN";
  info.zDim = options.zDim;
  info.wDim = options.wDim;
  info.styleLayers = options.styleLayers();
  info.truncation = options.storesMean || options.classes == 0 ? Truncation::MeanOfW : Truncation::None;
  info.labels = options.classes > 0 ? LabelKind::Classes : LabelKind::None;
  info.classCount = options.classes;
  info.noiseModes = {NoiseMode::Random, NoiseMode::None};
  if (options.storesNoise) {
    info.noiseModes.insert(info.noiseModes.begin() + 1, NoiseMode::Constant);
  }
  info.channels = options.pictureChannels;
  info.height = info.width = 4 << (options.blocks.size() - 1);
  std::string widths;
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    if (options.blocks[i].toRgb) {
      info.resolutions.push_back(4 << i);
    }
    widths += (i ? ", " : "") + std::to_string(options.blocks[i].channels);
  }
  info.hasFade = info.resolutions.size() > 1;
  info.options = {{"Layout", options.layout},
                  {"Mapping layers", std::to_string(options.mappingLayers)},
                  {"Channels", widths}};
  return info;
}

}  // namespace

Stylegan1Generator::Stylegan1Generator(const Stylegan1Options& options)
    : Generator(describe(options)), m_options(options) {
  const auto add = [](torch::nn::Module& module, const std::string& name, at::IntArrayRef shape) {
    return module.register_parameter(name, torch::empty(shape), false);
  };
  const auto child = [](torch::nn::Module& parent, const std::string& name) {
    return parent.register_module(name, std::make_shared<torch::nn::Module>());
  };
  const auto mapping = child(*this, "mapping");
  const int between = options.mappingWidth ? options.mappingWidth : options.wDim;
  if (options.classes > 0) {
    m_embed = add(*this, "embed", {options.classes, options.zDim});
  }
  for (int i = 0; i < options.mappingLayers; ++i) {
    const auto layer = child(*mapping, std::to_string(i));
    const int out = i + 1 == options.mappingLayers ? options.wDim : between;
    const int in = i ? between : options.zDim * (options.classes > 0 ? 2 : 1);
    m_mapping.emplace_back(add(*layer, "weight", {out, in}), add(*layer, "bias", {out}));
  }
  m_constant = add(*this, "constant", {1, options.blocks[0].channels, 4, 4});
  if (options.storesMean) {
    m_mean = add(*this, "mean", {1, options.wDim});
  }
  const auto blocks = child(*this, "blocks");
  std::int64_t in = 0;
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const auto& told = options.blocks[i];
    const std::int64_t out = told.channels;
    const auto module = child(*blocks, std::to_string(i));
    const auto addPair = [&](const char* name, torch::Tensor& weight, torch::Tensor& bias, at::IntArrayRef shape,
                             std::int64_t outputs) {
      const auto layer = child(*module, name);
      weight = add(*layer, "weight", shape);
      bias = add(*layer, "bias", {outputs});
    };
    Block block;
    if (told.growth == Growth::Nearest) {
      addPair("grow", block.growWeight, block.growBias, {out, in, 3, 3}, out);
    } else if (told.growth == Growth::Fused) {
      addPair("grow", block.growWeight, block.growBias, {in, out, 4, 4}, out);
    }
    if (told.blur) {
      block.blur = add(*module, "blur", {1, 1, 3, 3});
    }
    addPair("conv", block.convWeight, block.convBias, {out, out, 3, 3}, out);
    addPair("style1", block.first.styleWeight, block.first.styleBias, {2 * out, options.wDim}, 2 * out);
    addPair("style2", block.second.styleWeight, block.second.styleBias, {2 * out, options.wDim}, 2 * out);
    block.first.noise = add(*module, "noise1", {1, told.noiseWeights, 1, 1});
    block.second.noise = add(*module, "noise2", {1, told.noiseWeights, 1, 1});
    if (options.storesNoise) {
      const std::int64_t pixels = std::int64_t{4} << i;
      block.first.stored = add(*module, "stored1", {1, 1, pixels, pixels});
      block.second.stored = add(*module, "stored2", {1, 1, pixels, pixels});
    }
    if (told.toRgb) {
      addPair("rgb", block.rgbWeight, block.rgbBias, {options.pictureChannels, out, 1, 1}, options.pictureChannels);
    }
    m_blocks.push_back(std::move(block));
    in = out;
  }
}

torch::Tensor Stylegan1Generator::runMapping(const torch::Tensor& z, const torch::Tensor& c) const {
  torch::Tensor w = m_embed.defined() ? torch::cat({z, torch::mm(c, m_embed)}, 1) : z;
  w = w * torch::rsqrt(w.square().mean(1, true) + 1e-8);
  for (const auto& [weight, bias] : m_mapping) {
    w = torch::leaky_relu(torch::linear(w, weight, bias), kLeak);
  }
  return w;
}

torch::Tensor Stylegan1Generator::drawnMean() {
  std::call_once(m_drawn, [this] {
    constexpr std::int64_t kLatents = 10240;
    const auto random = at::detail::createCPUGenerator(0);
    const torch::Tensor z = torch::randn({kLatents, m_options.zDim}, random).to(m_constant.device());
    m_drawnMean = runMapping(z, {}).mean(0, true);
  });
  return m_drawnMean;
}

torch::Tensor Stylegan1Generator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl& control) {
  torch::Tensor ws = runMapping(z, c).unsqueeze(1).repeat({1, m_options.styleLayers(), 1});
  const auto& settings = control.settings;
  if (settings.truncation != 1.0) {
    control.checkpoint();
    const torch::Tensor mean = control.wMean.defined() ? control.wMean : m_mean.defined() ? m_mean : drawnMean();
    const std::int64_t cutoff = settings.truncationCutoff.value_or(m_options.styleLayers());
    torch::Tensor truncated = ws.slice(1, 0, cutoff);
    truncated.copy_(torch::lerp(mean.unsqueeze(1), truncated, settings.truncation));
  }
  return ws;
}

void Stylegan1Generator::finishLoading() {
  for (std::size_t i = 0; i < m_blocks.size(); ++i) {
    Block& block = m_blocks[i];
    const torch::Tensor before = m_options.biasBehindBlur ? torch::Tensor() : block.growBias;
    FixedConvolutionOptions grow{.padding = 1, .doubledFrom = std::int64_t{2} << i};
    if (m_options.blocks[i].growth == Growth::Fused) {
      grow = {.stride = 2, .padding = 1, .transposed = true};
    }
    if (block.growWeight.defined()) {
      block.grow.emplace(takenFrom(block.growWeight), before, grow);
    }
    if (block.blur.defined()) {
      const std::int64_t channels = m_options.blocks[i].channels;
      block.blurs = block.blur.expand({channels, 1, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
    }
    block.conv.emplace(takenFrom(block.convWeight), block.convBias, FixedConvolutionOptions{.padding = 1});
    if (block.rgbWeight.defined()) {
      block.rgb.emplace(takenFrom(block.rgbWeight), block.rgbBias, FixedConvolutionOptions{});
    }
  }
}

torch::Tensor Stylegan1Generator::grow(std::size_t index, const torch::Tensor& x) const {
  const Block& block = m_blocks[index];
  const torch::Tensor behind = m_options.biasBehindBlur ? block.growBias : torch::Tensor();
  const torch::Tensor y = block.grow->forward(x);
  if (block.blurs.defined()) {
    return torch::conv2d(y, block.blurs, behind, 1, 1, 1, y.size(1));
  }
  return behind.defined() ? y.add_(behind.view({1, -1, 1, 1})) : y;
}

torch::Tensor Stylegan1Generator::finish(const Half& half, const torch::Tensor& x, const torch::Tensor& w,
                                         NoiseMode noise, torch::Generator& random) const {
  if (noise == NoiseMode::Random) {
    x.addcmul_(half.noise, torch::randn({x.size(0), 1, x.size(2), x.size(3)}, random).to(x.device()));
  } else if (noise == NoiseMode::Constant) {
    x.addcmul_(half.noise, half.stored);
  }
  torch::Tensor y = x;
  torch::leaky_relu_(y, kLeak);
  const auto style = torch::linear(w, half.styleWeight, half.styleBias).chunk(2, 1);
  return instanceNorm(y, style[0], style[1], m_options.epsilon);
}

torch::Tensor Stylegan1Generator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  const auto& settings = control.settings;
  std::size_t last = m_blocks.size() - 1;
  while (settings.resolution > 0 && last > 0 && (4 << last) > settings.resolution) {
    --last;
  }
  torch::Generator random = at::detail::createCPUGenerator(settings.noiseSeed);
  const NoiseMode noise = settings.noise.value_or(NoiseMode::Random);
  torch::Tensor x = m_constant.expand({w.size(0), -1, -1, -1}).clone(at::MemoryFormat::ChannelsLast);
  torch::Tensor lower;
  for (std::size_t i = 0; i <= last; ++i) {
    control.checkpoint();
    const auto layer = static_cast<std::int64_t>(2 * i);
    const Block& block = m_blocks[i];
    if (i > 0) {
      if (i == last && settings.fade > 0.0 && m_blocks[i - 1].rgb) {
        lower = doubled(m_blocks[i - 1].rgb->forward(x));
      }
      x = grow(i, x);
    }
    x = finish(block.first, x, w.select(1, layer), noise, random);
    passed(x);
    control.checkpoint();
    x = block.conv->forward(x);
    x = finish(block.second, x, w.select(1, layer + 1), noise, random);
    passed(x);
  }
  x = m_blocks[last].rgb->forward(x);
  if (lower.defined()) {
    x = settings.fade * lower + (1.0 - settings.fade) * x;
  }
  return m_options.tanh ? torch::tanh(x) : x;
}

std::vector<torch::Tensor> Stylegan1Generator::latentWeights() const {
  std::vector<torch::Tensor> weights;
  for (const Block& block : m_blocks) {
    weights.push_back(block.first.styleWeight);
    weights.push_back(block.second.styleWeight);
  }
  return weights;
}

}  // namespace loom::model
