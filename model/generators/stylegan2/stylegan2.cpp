#include "model/generators/stylegan2/stylegan2.h"

#include "model/kernels/machine.h"

#include <algorithm>
#include <sstream>

namespace loom::model {
namespace {

using torch::Tensor;

std::string numberText(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << value;
  return text.str();
}

const char* nameOf(Stylegan2Options::Blocks blocks) {
  switch (blocks) {
    case Stylegan2Options::Blocks::Skip: return "skip";
    case Stylegan2Options::Blocks::Resnet: return "resnet";
    case Stylegan2Options::Blocks::Original: return "orig";
  }
  return "";
}

void describeOptions(const Stylegan2Options& options, GeneratorInfo& info) {
  std::string widths;
  for (const int width : options.blockWidths) {
    widths += (widths.empty() ? "" : ", ") + std::to_string(width);
  }
  info.options.emplace_back("Layout", options.form);
  info.options.emplace_back("Blocks", nameOf(options.blocks));
  info.options.emplace_back("Channels", widths);
  info.options.emplace_back("Mapping layers", std::to_string(options.mapping.size()));
  info.options.emplace_back("Activation", nameOf(options.activation));
  info.options.emplace_back("Clamp", options.clamp ? "±" + numberText(*options.clamp) : "none");
}

GeneratorInfo describe(const Stylegan2Options& options) {
  GeneratorInfo info;
  info.architecture = "StyleGAN2";
  info.zDim = options.zDim;
  info.wDim = options.wDim();
  info.styleLayers = options.styleLayers();
  // A mean over latents says nothing where every class has its own: only a stored one is the original's.
  info.truncation = options.storedMean || options.cDim == 0 ? Truncation::MeanOfW : Truncation::None;
  info.labels = options.cDim > 0 ? LabelKind::Classes : LabelKind::None;
  info.classCount = options.cDim;
  if (options.noise) {
    info.noiseModes = {NoiseMode::Random, NoiseMode::None};
    if (options.storedNoise) {
      info.noiseModes.insert(info.noiseModes.begin() + (options.randomNoiseFirst ? 1 : 0), NoiseMode::Constant);
    }
  }
  if (options.blocks == Stylegan2Options::Blocks::Skip && options.blockWidths.size() > 1) {
    for (int pixels = 4; pixels <= options.resolution(); pixels *= 2) {
      info.resolutions.push_back(pixels);
    }
  }
  info.hasDrafts = hasBfloat16Products();
  info.channels = options.channels;
  info.height = info.width = options.resolution();
  describeOptions(options, info);
  return info;
}

Tensor normalised(const Tensor& x) {
  constexpr double kEpsilon = 1e-8;
  return x * (x.square().mean({1}, true) + kEpsilon).rsqrt();
}

}  // namespace

Stylegan2Mapping::Stylegan2Mapping(const Stylegan2Options& options)
    : m_zDim(options.zDim), m_rate(options.mappingRate), m_activation(options.mappingActivation) {
  if (options.cDim > 0) {
    m_embed = register_module("embed", std::make_shared<Stylegan2Linear>(options.cDim, options.embedWidth));
  }
  int in = options.zDim + options.embedWidth;
  for (const int out : options.mapping) {
    m_layers.push_back(
        register_module("fc" + std::to_string(m_layers.size()), std::make_shared<Stylegan2Linear>(in, out)));
    in = out;
  }
  if (options.storedMean) {
    m_mean = register_buffer("w_avg", torch::empty({options.wDim()}));
  }
}

void Stylegan2Mapping::prepare() {
  if (m_embed) {
    m_embed->prepare(1.0);
  }
  for (const auto& layer : m_layers) {
    layer->prepare(m_rate, isHomogeneous(m_activation) ? gainOf(m_activation) : 1.0);
  }
}

Tensor Stylegan2Mapping::forward(const Tensor& z, const Tensor& c) const {
  Tensor x = normalised(z);
  if (m_embed) {
    x = torch::cat({x, normalised(m_embed->forward(c))}, 1);
  }
  for (const auto& layer : m_layers) {
    x = activate(m_activation, layer->forward(x));
    if (!isHomogeneous(m_activation)) {
      x = x * gainOf(m_activation);
    }
  }
  return x;
}

Tensor Stylegan2Mapping::broadcast(const Tensor& z, const Tensor& c, int layers, const SynthesisControl& control) {
  control.checkpoint();
  const Tensor ws = forward(z, c).unsqueeze(1).repeat({1, layers, 1});
  if (control.settings.truncation == 1.0) {
    return ws;
  }
  control.checkpoint();
  const Tensor center = (control.wMean.defined() ? control.wMean : mean()).unsqueeze(0);
  const std::int64_t cutoff = std::clamp<std::int64_t>(control.settings.truncationCutoff.value_or(layers), 0, layers);
  const Tensor first = ws.narrow(1, 0, cutoff);
  first.copy_(torch::lerp(center, first, control.settings.truncation));
  return ws;
}

Tensor Stylegan2Mapping::mean() {
  if (m_mean.defined()) {
    return m_mean.unsqueeze(0);
  }
  if (!m_drawnMean.defined()) {
    constexpr std::int64_t kDrawn = 4096;
    const auto z = torch::randn({kDrawn, m_zDim}, at::make_generator<at::CPUGeneratorImpl>(0));
    m_drawnMean = forward(z.to(m_layers.front()->parameters().front().device()), {}).mean({0}, true);
  }
  return m_drawnMean;
}

Stylegan2Synthesis::Stylegan2Synthesis(const Stylegan2Options& options) {
  int in = 0;
  for (const int out : options.blockWidths) {
    const int pixels = 4 << m_blocks.size();
    const bool last = m_blocks.size() + 1 == options.blockWidths.size();
    m_blocks.push_back(register_module("b" + std::to_string(pixels),
                                       std::make_shared<Stylegan2Block>(options, in, out, pixels, last)));
    in = out;
  }
}

void Stylegan2Synthesis::prepare() {
  for (Stylegan2Kept& kept : m_kept) {
    kept.clear();
  }
  for (const auto& block : m_blocks) {
    block->prepare();
  }
}

Tensor Stylegan2Synthesis::forward(const Tensor& ws, const SynthesisControl& control, Stylegan2Pass& pass) const {
  Stylegan2Kept* kept = control.keepActivations && ws.size(0) == 1 ? &m_kept[pass.draft ? 1 : 0] : nullptr;
  const std::int64_t done = kept ? kept->begin(ws, control.settings) : 0;
  Tensor x = kept ? kept->x() : Tensor();
  const Stylegan2Block::Keep keep =
      kept ? [kept](std::int64_t convolution, const Tensor& behind) { kept->keep(convolution, behind); }
           : Stylegan2Block::Keep();
  const int wanted = control.settings.resolution != 0 ? control.settings.resolution : 4 << (m_blocks.size() - 1);
  Tensor image;
  std::int64_t layer = 0;
  bool coarse = control.coarse != nullptr;
  for (std::size_t i = 0; i < m_blocks.size() && !(image.defined() && image.size(3) >= wanted); ++i) {
    control.checkpoint();
    const Stylegan2Block& block = *m_blocks[i];
    const std::int64_t held = std::min(block.convolutions(), std::max<std::int64_t>(0, done - layer));
    block.passNoise(held, pass.noise);
    block.convolve(x, ws, layer, held, pass, keep);
    layer += block.convolutions();
    if (layer < done) {
      image = kept->picture(i);
      coarse = coarse && (!image.defined() || image.size(3) < control.coarseResolution);  // what did not change is no news
      continue;
    }
    block.addPicture(image, x, ws.select(1, layer));
    if (kept) {
      kept->keepPicture(i, image);
    }
    if (coarse && image.defined() && image.size(3) >= control.coarseResolution && image.size(3) < wanted) {
      control.coarse(image);
      coarse = false;
    }
  }
  return image;
}

std::vector<Tensor> Stylegan2Synthesis::styleWeights() const {
  std::vector<Tensor> weights;
  for (const auto& block : m_blocks) {
    block->addStyleWeights(weights);
  }
  return weights;
}

Stylegan2Generator::Stylegan2Generator(const Stylegan2Options& options) : Generator(describe(options)) {
  m_mapping = register_module("mapping", std::make_shared<Stylegan2Mapping>(options));
  m_synthesis = register_module("synthesis", std::make_shared<Stylegan2Synthesis>(options));
}

void Stylegan2Generator::finishLoading() {
  m_mapping->prepare();
  m_synthesis->prepare();
}

Tensor Stylegan2Generator::map(const Tensor& z, const Tensor& c, const SynthesisControl& control) {
  return m_mapping->broadcast(z, c, info().styleLayers, control);
}

Tensor Stylegan2Generator::synthesize(const Tensor& w, const SynthesisControl& control) {
  Stylegan2Pass pass;
  pass.draft = control.settings.precision == Precision::Draft && w.is_cpu();
  if (!info().noiseModes.empty()) {
    pass.noise.mode = control.settings.noise.value_or(info().noiseModes.front());
    if (pass.noise.mode == NoiseMode::Random) {
      pass.noise.random = at::make_generator<at::CPUGeneratorImpl>(control.settings.noiseSeed);
    }
  }
  return m_synthesis->forward(w, control, pass);
}

}  // namespace loom::model
