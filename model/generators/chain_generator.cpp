#include "model/generators/chain_generator.h"

#include "model/chain/preset_layouts.h"
#include "model/generators/activation_watch.h"

#include <algorithm>
#include <optional>

namespace loom::model {
namespace {

namespace F = torch::nn::functional;

constexpr double kMomentum = 0.1;  // of running statistics while it is trained, PyTorch's own

GeneratorInfo describe(const ResolvedChain& chain) {
  GeneratorInfo info;
  info.architecture = chain.layout.name.empty() ? "Layer chain" : chain.layout.name;
  info.zDim = chain.zDim;
  info.zDistribution = chain.layout.zDistribution.value;
  if (chain.classes > 0) {
    info.labels = LabelKind::Classes;
    info.classCount = chain.classes;
    info.classNames = chain.layout.labels.names;
  }
  info.channels = static_cast<int>(chain.picture.c);
  info.height = static_cast<int>(chain.picture.h);
  info.width = static_cast<int>(chain.picture.w);
  info.range = chain.layout.range.value;
  info.options.emplace_back("Layers", std::to_string(chain.layers.size()));
  if (!chain.layout.origin.empty()) {
    info.options.emplace_back("Layout from", chain.layout.origin);
  }
  if (const int guesses = guessCount(chain.layout); guesses > 0) {
    info.options.emplace_back("Guesses", std::to_string(guesses));
  }
  return info;
}

torch::Tensor activate(const torch::Tensor& x, const LayoutLayer& layer) {
  switch (layer.activation.value) {
    case ActivationKind::None: return x;
    case ActivationKind::ReLU: return torch::relu(x);
    case ActivationKind::LeakyReLU: return torch::leaky_relu(x, layer.slope.value);
    case ActivationKind::Elu: return torch::elu(x);
    case ActivationKind::Selu: return torch::selu(x);
    case ActivationKind::Silu: return torch::silu(x);
    case ActivationKind::Gelu: return torch::gelu(x);
    case ActivationKind::Softplus: return torch::softplus(x);
    case ActivationKind::Tanh: return torch::tanh(x);
    case ActivationKind::Sigmoid: return torch::sigmoid(x);
  }
  return x;
}

/// What a convolution may do in the same pass; nothing where it may not.
std::optional<Then> thenOf(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::ReLU: return Then::Relu;
    case ActivationKind::LeakyReLU: return Then::LeakyRelu;
    case ActivationKind::Tanh: return Then::Tanh;
    case ActivationKind::Sigmoid: return Then::Sigmoid;
    default: return std::nullopt;
  }
}

torch::Tensor enlarge(const torch::Tensor& x, const LayoutLayer& layer) {
  const double scale = layer.scale.value;
  auto options = F::InterpolateFuncOptions().scale_factor(std::vector<double>{scale, scale});
  if (layer.mode.value == UpsampleMode::Nearest) {
    return F::interpolate(x, options.mode(torch::kNearest));
  }
  return F::interpolate(
      x, options.mode(torch::kBilinear).align_corners(layer.mode.value == UpsampleMode::BilinearCorners));
}

}  // namespace

ChainGenerator::ChainGenerator(ResolvedChain chain) : Generator(describe(chain)), m_chain(std::move(chain)) {
  const LayoutLabels& labels = m_chain.layout.labels;
  if (!labels.embedding.empty()) {
    addTensor(labels.embedding + ".weight", {m_chain.classes, m_chain.labelLength});
  }
  for (const ResolvedLayer& layer : m_chain.layers) {
    for (const auto& [leaf, shape] : layer.tensors) {
      addTensor(layer.layer.tensors + "." + leaf, shape);
    }
  }
}

/// Registers the tensor within modules of the names before its dots; layers may share one.
void ChainGenerator::addTensor(const std::string& name, const std::vector<std::int64_t>& shape) {
  if (m_tensors.contains(name)) {
    return;
  }
  torch::nn::Module* module = this;
  std::size_t begin = 0;
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', begin)) {
    const std::string part = name.substr(begin, dot - begin);
    const auto children = module->named_children();
    const auto* child = children.find(part);
    module = child ? child->get() : module->register_module(part, std::make_shared<torch::nn::Module>(part)).get();
    begin = dot + 1;
  }
  const std::string leaf = name.substr(begin);
  const bool statistic = leaf.starts_with("running_");
  m_tensors[name] = statistic ? module->register_buffer(leaf, torch::empty(shape))
                              : module->register_parameter(leaf, torch::empty(shape));
}

torch::Tensor ChainGenerator::tensor(std::size_t layer, const char* leaf) const {
  const auto it = m_tensors.find(m_chain.layers[layer].layer.tensors + "." + leaf);
  return it == m_tensors.end() ? torch::Tensor() : it->second;
}

torch::Tensor ChainGenerator::map(const torch::Tensor& z, const torch::Tensor& c, const SynthesisControl&) {
  const LayoutLabels& labels = m_chain.layout.labels;
  if (m_chain.classes == 0) {
    return z;
  }
  // Shares of classes blend their embeddings; a one-hot vector picks one, exactly.
  const torch::Tensor label =
      labels.embedding.empty() ? c : torch::matmul(c, m_tensors.at(labels.embedding + ".weight"));
  switch (labels.entry.value) {
    case LabelEntry::BeforeZ: return torch::cat({label, z}, 1);
    case LabelEntry::AfterZ: return torch::cat({z, label}, 1);
    case LabelEntry::MultipliesZ: return label * z;
  }
  return z;
}

torch::Tensor ChainGenerator::synthesize(const torch::Tensor& w, const SynthesisControl& control) {
  return m_fixed.empty() ? watch(w, control, {}) : m_fixed.forward(w, control);
}

/// A weight that two layers share is copied for each: a norm may go into it.
torch::Tensor ChainGenerator::weightFor(std::size_t index) {
  const std::string& name = m_chain.layers[index].layer.tensors;
  const auto uses = std::count_if(m_chain.layers.begin(), m_chain.layers.end(),
                                  [&](const ResolvedLayer& each) { return each.layer.tensors == name; });
  torch::Tensor weight = tensor(index, "weight");
  return uses > 1 ? weight.detach().clone() : takenFrom(weight);
}

void ChainGenerator::finishLoading() {
  for (std::size_t i = 0; i < m_chain.layers.size(); ++i) {
    fix(i);
  }
}

void ChainGenerator::fix(std::size_t index) {
  const LayoutLayer& layer = m_chain.layers[index].layer;
  FixedConvolutionOptions options{.stride = static_cast<int>(layer.stride.value),
                                  .padding = static_cast<int>(layer.padding.value)};
  switch (layer.kind.value) {
    case LayerKind::TransposedConv:
      options.transposed = true;
      options.outputPadding = static_cast<int>(layer.outputPadding.value);
      [[fallthrough]];
    case LayerKind::Conv: m_fixed.convolve(weightFor(index), tensor(index, "bias"), options); return;
    case LayerKind::BatchNorm:
      m_fixed.normalise(tensor(index, "weight"), tensor(index, "bias"), tensor(index, "running_mean"),
                        tensor(index, "running_var"), layer.eps.value);
      return;
    case LayerKind::Activation:
      if (const auto then = thenOf(layer.activation.value)) {
        m_fixed.activate(*then, layer.slope.value);
        return;
      }
      break;
    case LayerKind::Dropout: return;
    default: break;
  }
  m_fixed.apply([this, index](const torch::Tensor& x) { return run(index, x); });
}

torch::Tensor ChainGenerator::watch(const torch::Tensor& w, const SynthesisControl& control, const Watcher& watcher) {
  torch::Tensor x = w;
  for (std::size_t i = 0; i < m_chain.layers.size(); ++i) {
    control.checkpoint();
    if (watcher) {
      watcher(i, x);
    }
    x = run(i, x);
    passed(x);
  }
  return x;
}

torch::Tensor ChainGenerator::run(std::size_t index, const torch::Tensor& x) const {
  const ResolvedLayer& resolved = m_chain.layers[index];
  const LayoutLayer& layer = resolved.layer;
  const std::int64_t stride = layer.stride.value;
  const std::int64_t padding = layer.padding.value;
  switch (layer.kind.value) {
    case LayerKind::Linear: return torch::linear(x, tensor(index, "weight"), tensor(index, "bias"));
    case LayerKind::Conv:
      return torch::conv2d(x, tensor(index, "weight"), tensor(index, "bias"), {stride, stride}, {padding, padding});
    case LayerKind::TransposedConv: {
      const std::int64_t extra = layer.outputPadding.value;
      return torch::conv_transpose2d(x, tensor(index, "weight"), tensor(index, "bias"), {stride, stride},
                                     {padding, padding}, {extra, extra});
    }
    case LayerKind::BatchNorm:
      return torch::batch_norm(x, tensor(index, "weight"), tensor(index, "bias"), tensor(index, "running_mean"),
                               tensor(index, "running_var"), is_training(), kMomentum, layer.eps.value,
                               /*cudnn_enabled=*/true);
    case LayerKind::InstanceNorm:
      return torch::instance_norm(x, tensor(index, "weight"), tensor(index, "bias"), {}, {}, /*use_input_stats=*/true,
                                  0.0, layer.eps.value, /*cudnn_enabled=*/true);
    case LayerKind::Upsample: return enlarge(x, layer);
    case LayerKind::Activation: return activate(x, layer);
    case LayerKind::Dropout: return x;
    case LayerKind::Reshape: return x.reshape({x.size(0), resolved.out.c, resolved.out.h, resolved.out.w});
    case LayerKind::Flatten: return x.flatten(1);
  }
  return x;
}

Recognition recogniseByLayout(const ChainLayout& layout, const TensorGroup& group) {
  Recognition recognition;
  if (auto chain = resolveChain(layout, group, recognition.mismatch)) {
    recognition.make = [chain = std::move(*chain)] { return std::make_shared<ChainGenerator>(chain); };
  }
  return recognition;
}

Architecture presetArchitecture() {
  const auto recognise = [](const TensorGroup& group, const Checkpoint&) {
    Recognition recognition;
    for (const ChainLayout& layout : presetLayouts()) {
      recognition = recogniseByLayout(layout, group);
      if (recognition) {
        return recognition;
      }
    }
    recognition.mismatch = "its names or shapes are those of no stack of layers that is known";
    return recognition;
  };
  return {"stack of layers from a known program", "the names and shapes of a layout in resources/layouts", recognise};
}

}  // namespace loom::model
