#include "model/generators/layer_chain.h"

#include "model/generators/activation_watch.h"

#include <charconv>

namespace loom::model {
namespace {

struct ChainKey {
  std::string prefix;
  int number = 0;
  std::string leaf;
};

/// "main.12.weight" → "main.", 12, "weight"; nullopt where the part before the leaf is no number.
std::optional<ChainKey> splitKey(const std::string& name) {
  const auto leafDot = name.rfind('.');
  if (leafDot == std::string::npos || leafDot == 0) {
    return std::nullopt;
  }
  const auto prefixDot = name.rfind('.', leafDot - 1);
  const std::size_t begin = prefixDot == std::string::npos ? 0 : prefixDot + 1;
  ChainKey key{name.substr(0, begin), 0, name.substr(leafDot + 1)};
  const char* last = name.data() + leafDot;
  const auto [end, error] = std::from_chars(name.data() + begin, last, key.number);
  if (error != std::errc() || end != last || key.number < 0 || key.number > 10000) {
    return std::nullopt;
  }
  return key;
}

const TensorView** slot(ChainLayer& layer, const std::string& leaf) {
  if (leaf == "weight") {
    return &layer.weight;
  }
  if (leaf == "bias") {
    return &layer.bias;
  }
  if (leaf == "running_mean") {
    return &layer.runningMean;
  }
  return leaf == "running_var" ? &layer.runningVar : nullptr;
}

}  // namespace

bool ChainLayer::isNorm() const {
  return weight && weight->shape.size() == 1 && bias && runningMean && runningVar && bias->shape == weight->shape &&
         runningMean->shape == weight->shape && runningVar->shape == weight->shape;
}

std::optional<LayerChain> readLayerChain(const TensorGroup& group, std::string& whyNot) {
  LayerChain chain;
  bool first = true;
  for (const TensorView& tensor : group.tensors) {
    const auto key = splitKey(tensor.name);
    if (!key) {
      whyNot = tensor.name + " is not a numbered layer of a Sequential";
      return std::nullopt;
    }
    if (!first && key->prefix != chain.prefix) {
      whyNot = tensor.name + " does not stand in one Sequential with the others";
      return std::nullopt;
    }
    first = false;
    chain.prefix = key->prefix;
    if (key->leaf == "num_batches_tracked") {
      continue;  // a counter of training; nothing here reads it
    }
    const TensorView** place = slot(chain.layers[key->number], key->leaf);
    if (!place) {
      whyNot = tensor.name + " is no weight, bias or running statistic";
      return std::nullopt;
    }
    *place = &tensor;
  }
  return chain;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
  if (shape.empty()) {
    return "a single number";
  }
  std::string text;
  for (const auto size : shape) {
    text += (text.empty() ? "" : "×") + std::to_string(size);
  }
  return text;
}

std::string named(const TensorView& tensor) { return tensor.name + " (" + shapeText(tensor.shape) + ")"; }

torch::Tensor runChain(torch::nn::Sequential& sequential, torch::Tensor x, const SynthesisControl& control) {
  for (auto& module : *sequential) {
    control.checkpoint();
    x = module.forward(x);
    passed(x);
  }
  return x;
}

}  // namespace loom::model
