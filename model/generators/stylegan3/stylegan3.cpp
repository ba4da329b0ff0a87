#include "model/generators/stylegan3/stylegan3.h"

#include "model/generators/activation_watch.h"
#include "model/kernels/machine.h"

namespace loom::model {
namespace {

using torch::Tensor;

/// Rounding averages out over channels: a narrow network would lose too much, and is quick without.
bool worthDrafts(const Stylegan3Options& options) {
  constexpr std::int64_t kWide = 64;
  return *std::max_element(options.channels.begin(), options.channels.end()) >= kWide;
}

GeneratorInfo describe(const Stylegan3Options& options, const Stylegan3Table& table, const std::vector<bool>& squares) {
  GeneratorInfo info;
  info.architecture = "StyleGAN3";
  info.zDim = options.zDim;
  info.wDim = options.wDim;
  info.styleLayers = options.layers + 2;
  info.truncation = Truncation::MeanOfW;
  info.labels = options.cDim > 0 ? LabelKind::Classes : LabelKind::None;
  info.classCount = options.cDim;
  info.hasTransform = true;
  info.hasDrafts = hasBfloat16Products() && worthDrafts(options);
  info.channels = options.channels.back();
  info.height = info.width = options.resolution;
  const bool turns = std::find(squares.begin(), squares.end(), true) != squares.end();
  info.options = {{"Equivariance", turns || options.kernels.front() == 1 ? "shift and turn (-R)" : "shift (-T)"},
                  {"Mapping layers", std::to_string(options.mappingLayers)},
                  {"Layers", std::to_string(table.layers.size())}};
  return info;
}

}  // namespace

Stylegan3Synthesis::Stylegan3Synthesis(const Stylegan3Options& options, const Stylegan3Table& table,
                                       const std::vector<bool>& squares)
    : m_outputScale(options.outputScale), m_drafts(worthDrafts(options)) {
  m_input = register_module("input", std::make_shared<Stylegan3Input>(options, table));
  for (std::size_t i = 0; i < table.layers.size(); ++i) {
    m_layers.push_back(register_module(table.layers[i].name,
                                       std::make_shared<Stylegan3Layer>(options, table.layers[i], squares[i])));
  }
}

void Stylegan3Synthesis::prepare() {
  m_input->prepare();
  for (const auto& layer : m_layers) {
    layer->prepare();
  }
}

Tensor Stylegan3Synthesis::forward(const Tensor& ws, const SynthesisControl& control) const {
  control.checkpoint();
  Tensor x = m_input->forward(ws.select(1, 0), control.settings.transform);
  if (control.settings.precision == Precision::Draft && m_drafts && ws.is_cpu()) {
    x = x.to(torch::kBFloat16);
  }
  passed(x);
  for (std::size_t i = 0; i < m_layers.size(); ++i) {
    control.checkpoint();
    x = m_layers[i]->forward(x, ws.select(1, static_cast<std::int64_t>(i) + 1));
    passed(x);
  }
  return m_outputScale == 1.0 ? x : x.mul_(m_outputScale);
}

std::vector<Tensor> Stylegan3Synthesis::styleWeights() const {
  std::vector<Tensor> weights;
  for (std::size_t i = 0; i + 1 < m_layers.size(); ++i) {
    weights.push_back(m_layers[i]->styleWeight());
  }
  return weights;
}

Stylegan3Generator::Stylegan3Generator(const Stylegan3Options& options, const Stylegan3Table& table,
                                       const std::vector<bool>& squares)
    : Generator(describe(options, table, squares)) {
  m_mapping = register_module("mapping", std::make_shared<Stylegan2Mapping>(options.mapping()));
  m_synthesis = register_module("synthesis", std::make_shared<Stylegan3Synthesis>(options, table, squares));
}

void Stylegan3Generator::finishLoading() {
  const torch::NoGradGuard noGrad;
  m_mapping->prepare();
  m_synthesis->prepare();
}

Tensor Stylegan3Generator::map(const Tensor& z, const Tensor& c, const SynthesisControl& control) {
  return m_mapping->broadcast(z, c, info().styleLayers, control);
}

Tensor Stylegan3Generator::synthesize(const Tensor& w, const SynthesisControl& control) {
  return m_synthesis->forward(w, control);
}

}  // namespace loom::model
