#include "model/chain/chain_units.h"

#include "model/chain/chain_resolver.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>

namespace loom::model {
namespace {

constexpr int kLongestGap = 8;

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto side : shape) {
    text += (text.empty() ? "" : "×") + std::to_string(side);
  }
  return text.empty() ? "a single number" : text;
}

bool contains(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

ChainUnit::Kind kindOf(const ChainUnit& unit) {
  static const std::set<std::string> kKnown{"weight", "bias", "running_mean", "running_var"};
  for (const auto& [leaf, tensor] : unit.leaves) {
    if (!kKnown.contains(leaf)) {
      return ChainUnit::Kind::Unknown;
    }
  }
  const std::size_t rank = unit.shape().size();
  if (rank == 1) {
    return ChainUnit::Kind::Norm;
  }
  if (unit.hasStatistics()) {
    return ChainUnit::Kind::Unknown;
  }
  if (rank == 2) {
    const bool named = contains(unit.prefix, "emb") || contains(unit.prefix, "label") || contains(unit.prefix, "class");
    return named && !unit.leaves.contains("bias") ? ChainUnit::Kind::Embedding : ChainUnit::Kind::Linear;
  }
  return rank == 4 && unit.shape()[2] == unit.shape()[3] ? ChainUnit::Kind::Convolution : ChainUnit::Kind::Unknown;
}

/// "main.12" → "main.", 12.
struct NumberedName {
  std::string container;
  int number = 0;
};

std::optional<NumberedName> numbered(const std::string& prefix) {
  const auto dot = prefix.rfind('.');
  const std::size_t begin = dot == std::string::npos ? 0 : dot + 1;
  NumberedName name{prefix.substr(0, begin), 0};
  const char* last = prefix.data() + prefix.size();
  const auto [end, error] = std::from_chars(prefix.data() + begin, last, name.number);
  if (error != std::errc() || end != last || name.number < 0 || name.number > 10000) {
    return std::nullopt;
  }
  return name;
}

/// Numbers in names compare as numbers.
bool naturallyLess(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      const auto from = [&](const std::string& text, std::size_t& at) {
        const std::size_t begin = at;
        while (at < text.size() && digit(text[at])) {
          ++at;
        }
        return std::string(12 - std::min<std::size_t>(12, at - begin), '0') + text.substr(begin, at - begin);
      };
      const std::string x = from(a, i);
      const std::string y = from(b, j);
      if (x != y) {
        return x < y;
      }
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

struct ModuleClass {
  const char* name;
  LayerKind kind;
  ActivationKind activation = ActivationKind::None;
};

/// The last part of torch.nn's class names. Norms of one and two dimensions are one kind here.
constexpr std::array<ModuleClass, 27> kClasses{{{"Linear", LayerKind::Linear},
                                               {"Conv2d", LayerKind::Conv},
                                               {"ConvTranspose2d", LayerKind::TransposedConv},
                                               {"BatchNorm1d", LayerKind::BatchNorm},
                                               {"BatchNorm2d", LayerKind::BatchNorm},
                                               {"SyncBatchNorm", LayerKind::BatchNorm},
                                               {"InstanceNorm2d", LayerKind::InstanceNorm},
                                               {"Upsample", LayerKind::Upsample},
                                               {"UpsamplingNearest2d", LayerKind::Upsample},
                                               {"UpsamplingBilinear2d", LayerKind::Upsample},
                                               {"Dropout", LayerKind::Dropout},
                                               {"Dropout2d", LayerKind::Dropout},
                                               {"Identity", LayerKind::Dropout},
                                               {"Unflatten", LayerKind::Reshape},
                                               {"Flatten", LayerKind::Flatten},
                                               {"ReLU", LayerKind::Activation, ActivationKind::ReLU},
                                               {"LeakyReLU", LayerKind::Activation, ActivationKind::LeakyReLU},
                                               {"ELU", LayerKind::Activation, ActivationKind::Elu},
                                               {"SELU", LayerKind::Activation, ActivationKind::Selu},
                                               {"SiLU", LayerKind::Activation, ActivationKind::Silu},
                                               {"GELU", LayerKind::Activation, ActivationKind::Gelu},
                                               {"Softplus", LayerKind::Activation, ActivationKind::Softplus},
                                               {"Tanh", LayerKind::Activation, ActivationKind::Tanh},
                                               {"Sigmoid", LayerKind::Activation, ActivationKind::Sigmoid},
                                               {"Embedding", LayerKind::Dropout},
                                               {"Sequential", LayerKind::Dropout},
                                               {"ModuleList", LayerKind::Dropout}}};

const ModuleClass* classNamed(const std::string& name) {
  if (!name.starts_with("torch.nn.")) {
    return nullptr;
  }
  const std::string last = name.substr(name.rfind('.') + 1);
  const auto it = std::find_if(kClasses.begin(), kClasses.end(), [&](const auto& each) { return last == each.name; });
  return it == kClasses.end() ? nullptr : &*it;
}

}  // namespace

const std::vector<std::int64_t>& ChainUnit::shape() const {
  static const std::vector<std::int64_t> kNone;
  for (const char* leaf : {"weight", "running_mean"}) {
    if (const auto it = leaves.find(leaf); it != leaves.end()) {
      return it->second->shape;
    }
  }
  return kNone;
}

bool ChainUnit::hasStatistics() const { return leaves.contains("running_mean") && leaves.contains("running_var"); }

std::vector<ChainUnit> collectUnits(const TensorGroup& group) {
  std::vector<ChainUnit> units;
  std::map<std::string, std::size_t> places;
  for (const TensorView& tensor : group.tensors) {
    if (isCounter(tensor.name)) {
      continue;
    }
    const auto dot = tensor.name.rfind('.');
    const std::string prefix = dot == std::string::npos ? std::string() : tensor.name.substr(0, dot);
    const auto [it, isNew] = places.emplace(prefix, units.size());
    if (isNew) {
      units.push_back({prefix, {}});
    }
    units[it->second].leaves[dot == std::string::npos ? tensor.name : tensor.name.substr(dot + 1)] = &tensor;
  }
  for (ChainUnit& unit : units) {
    unit.kind = unit.prefix.empty() ? ChainUnit::Kind::Unknown : kindOf(unit);
  }
  return units;
}

std::vector<ChainUnit> inNaturalOrder(std::vector<ChainUnit> units) {
  std::stable_sort(units.begin(), units.end(),
                   [](const ChainUnit& a, const ChainUnit& b) { return naturallyLess(a.prefix, b.prefix); });
  return units;
}

std::string describe(const ChainUnit& unit) {
  const auto& shape = unit.shape();
  const auto at = [&](std::size_t i) { return std::to_string(shape[i]); };
  const std::string name = (unit.prefix.empty() ? std::string("(top)") : unit.prefix) + ": ";
  switch (unit.kind) {
    case ChainUnit::Kind::Linear: return name + "linear " + at(1) + " → " + at(0);
    case ChainUnit::Kind::Convolution:
      return name + "convolution " + at(1) + " → " + at(0) + " or transposed " + at(0) + " → " + at(1) + ", " + at(2) +
             "×" + at(3);
    case ChainUnit::Kind::Norm:
      return name + (unit.hasStatistics() ? "batch norm" : "norm without statistics") + " of " + at(0);
    case ChainUnit::Kind::Embedding: return name + "embedding of " + at(0) + " classes in " + at(1) + " values";
    case ChainUnit::Kind::Unknown: break;
  }
  std::string leaves;
  for (const auto& [leaf, tensor] : unit.leaves) {
    leaves += (leaves.empty() ? "" : ", ") + leaf + " (" + shapeText(tensor->shape) + ")";
  }
  return name + leaves;
}

ModuleFacts::ModuleFacts(const TensorGroup& group) {
  for (const auto& [key, value] : group.attributes) {
    m_values.emplace(key, value);
  }
}

const std::string* ModuleFacts::find(const std::string& key) const {
  const auto it = m_values.find(key);
  return it == m_values.end() ? nullptr : &it->second;
}

void ModuleFacts::tellNumbers(const std::string& module, LayoutLayer& layer) const {
  const auto number = [&](const char* key, auto& told) {
    for (const char* place : {"", ".0"}) {  // one number, or the first of a pair
      const std::string name = module + "." + key + place;
      if (const std::string* text = find(name)) {
        char* end = nullptr;
        const double value = std::strtod(text->c_str(), &end);
        if (end != text->c_str() && value > -1e6 && value < 1e6) {
          told = {static_cast<std::decay_t<decltype(told.value)>>(value), false};
        }
      }
    }
  };
  number("stride", layer.stride);
  number("padding", layer.padding);
  number("output_padding", layer.outputPadding);
  number("eps", layer.eps);
  number("negative_slope", layer.slope);
  number("scale_factor", layer.scale);
  if (const std::string* mode = find(module + ".mode"); mode && *mode == "bilinear") {
    const std::string* corners = find(module + ".align_corners");
    layer.mode = {corners && *corners == "True" ? UpsampleMode::BilinearCorners : UpsampleMode::Bilinear, false};
  }
  if (layer.kind.value == LayerKind::Conv && find(module + ".padding") && *find(module + ".padding") == "same") {
    if (const std::string* kernel = find(module + ".kernel_size.0")) {
      layer.padding = {std::atoi(kernel->c_str()) / 2, false};
    }
  }
  std::vector<int> shape;
  for (int i = 0; i < 3; ++i) {
    if (const std::string* side = find(module + ".unflattened_size." + std::to_string(i))) {
      shape.push_back(std::atoi(side->c_str()));
    }
  }
  if (shape.size() == 3 && shape[0] > 0 && shape[1] > 0 && shape[2] > 0) {
    layer.shape = {shape, false};
  }
}

std::optional<LayoutLayer> ModuleFacts::layerAt(const std::string& module) const {
  const std::string* name = find(module + ".__class__");
  const ModuleClass* known = name ? classNamed(*name) : nullptr;
  if (!known) {
    return std::nullopt;
  }
  LayoutLayer layer;
  layer.kind.value = known->kind;
  layer.activation.value = known->activation;
  layer.slope.value = 0.01;  // torch.nn's own default
  tellNumbers(module, layer);
  return layer;
}

bool ModuleFacts::tell(const std::string& module, LayoutLayer& layer) const {
  auto told = layerAt(module);
  if (!told) {
    return false;
  }
  told->tensors = module;
  layer = *told;
  return true;
}

ChainGap ModuleFacts::between(const std::string& before, const std::string& after) const {
  ChainGap gap;
  const auto a = numbered(before);
  const auto b = numbered(after);
  if (!a || !b) {
    return gap;
  }
  std::vector<std::string> modules;
  if (a->container == b->container) {
    if (b->number <= a->number || b->number - a->number > kLongestGap) {
      return gap;
    }
    gap.count = b->number - a->number - 1;
    for (int n = a->number + 1; n < b->number; ++n) {
      modules.push_back(a->container + std::to_string(n));
    }
  } else {
    for (int n = a->number + 1; find(a->container + std::to_string(n) + ".__class__"); ++n) {
      modules.push_back(a->container + std::to_string(n));
    }
    for (int n = 0; n < b->number && n < kLongestGap; ++n) {
      modules.push_back(b->container + std::to_string(n));
    }
  }
  std::vector<LayoutLayer> layers;
  for (const std::string& module : modules) {
    const auto layer = layerAt(module);
    if (!layer) {
      return gap;
    }
    layers.push_back(*layer);
  }
  if (find(before + ".__class__")) {
    gap.told = layers;
  }
  return gap;
}

ChainGap ModuleFacts::behind(const std::string& last) const {
  ChainGap gap;
  const auto name = numbered(last);
  if (!name || !find(last + ".__class__")) {
    return gap;
  }
  std::vector<LayoutLayer> layers;
  for (int n = name->number + 1; find(name->container + std::to_string(n) + ".__class__"); ++n) {
    const auto layer = layerAt(name->container + std::to_string(n));
    if (!layer) {
      return gap;
    }
    layers.push_back(*layer);
  }
  if (!layers.empty()) {
    gap.told = layers;
  }
  return gap;
}

std::vector<std::string> ModuleFacts::unknownModules() const {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : m_values) {
    if (key.ends_with(".__class__") && value.starts_with("torch.nn.") && !classNamed(value)) {
      unknown.push_back(key.substr(0, key.size() - 10) + " (" + value + ")");
    }
  }
  return unknown;
}

}  // namespace loom::model
