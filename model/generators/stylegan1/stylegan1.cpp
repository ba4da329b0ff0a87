#include "model/generators/stylegan1/stylegan1.h"

#include "model/generators/activation_watch.h"

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

torch::Tensor enlarge(const torch::Tensor& x) {
  return torch::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
}

}  // namespace

torch::Tensor sumOfShifted(const torch::Tensor& weight) {
  using torch::indexing::None;
  using torch::indexing::Slice;
  const torch::Tensor padded = torch::constant_pad_nd(weight, {1, 1, 1, 1});
  const Slice late(1, None);
  const Slice early(None, -1);
  return padded.index({Slice(), Slice(), late, late}) + padded.index({Slice(), Slice(), early, late}) +
         padded.index({Slice(), Slice(), late, early}) + padded.index({Slice(), Slice(), early, early});
}

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

torch::Tensor Stylegan1Generator::grow(std::size_t index, const torch::Tensor& x) const {
  const Block& block = m_blocks[index];
  const torch::Tensor before = m_options.biasBehindBlur ? torch::Tensor() : block.growBias;
  const torch::Tensor behind = m_options.biasBehindBlur ? block.growBias : torch::Tensor();
  torch::Tensor y;
  if (m_options.blocks[index].growth == Growth::Fused) {
    y = torch::conv_transpose2d(x, block.growWeight, before, 2, 1);
  } else {
    y = torch::conv2d(enlarge(x), block.growWeight, before, 1, 1);
  }
  if (block.blur.defined()) {
    const std::int64_t channels = y.size(1);
    return torch::conv2d(y, block.blur.expand({channels, 1, 3, 3}), behind, 1, 1, 1, channels);
  }
  return behind.defined() ? y + behind.view({1, -1, 1, 1}) : y;
}

torch::Tensor Stylegan1Generator::finish(const Half& half, const torch::Tensor& x, const torch::Tensor& w,
                                         NoiseMode noise, torch::Generator& random) const {
  torch::Tensor y = x;
  if (noise == NoiseMode::Random) {
    y = y + half.noise * torch::randn({x.size(0), 1, x.size(2), x.size(3)}, random).to(x.device());
  } else if (noise == NoiseMode::Constant) {
    y = y + half.noise * half.stored;
  }
  y = torch::leaky_relu(y, kLeak);
  y = torch::instance_norm(y, {}, {}, {}, {}, true, 0.0, m_options.epsilon, false);
  const auto style = torch::linear(w, half.styleWeight, half.styleBias).unsqueeze(2).unsqueeze(3).chunk(2, 1);
  return torch::addcmul(style[1], style[0], y);
}

torch::Tensor Stylegan1Generator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  const auto& settings = control.settings;
  std::size_t last = m_blocks.size() - 1;
  while (settings.resolution > 0 && last > 0 && (4 << last) > settings.resolution) {
    --last;
  }
  torch::Generator random = at::detail::createCPUGenerator(settings.noiseSeed);
  const NoiseMode noise = settings.noise.value_or(NoiseMode::Random);
  torch::Tensor x = m_constant.expand({w.size(0), -1, -1, -1});
  torch::Tensor lower;
  for (std::size_t i = 0; i <= last; ++i) {
    control.checkpoint();
    const auto layer = static_cast<std::int64_t>(2 * i);
    const Block& block = m_blocks[i];
    if (i > 0) {
      if (i == last && settings.fade > 0.0 && m_blocks[i - 1].rgbWeight.defined()) {
        lower = enlarge(torch::conv2d(x, m_blocks[i - 1].rgbWeight, m_blocks[i - 1].rgbBias));
      }
      x = grow(i, x);
    }
    x = finish(block.first, x, w.select(1, layer), noise, random);
    passed(x);
    control.checkpoint();
    x = torch::conv2d(x, block.convWeight, block.convBias, 1, 1);
    x = finish(block.second, x, w.select(1, layer + 1), noise, random);
    passed(x);
  }
  x = torch::conv2d(x, m_blocks[last].rgbWeight, m_blocks[last].rgbBias);
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
