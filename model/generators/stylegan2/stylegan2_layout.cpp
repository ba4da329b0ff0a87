#include "model/generators/stylegan2/stylegan2_layout.h"

#include "model/generators/layer_chain.h"
#include "model/generators/state_dict.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <climits>
#include <cmath>

namespace loom::model {
namespace {

/// False where few bytes pretend to be a large tensor: strides of 0 make that possible.
bool holdsItsElements(const TensorView& tensor) {
  return static_cast<std::uint64_t>(tensor.elementCount()) <= tensor.bytes.size() / sizeOf(tensor.dtype);
}

}  // namespace

TensorIndex::TensorIndex(const TensorGroup& group, std::string prefix) : m_prefix(std::move(prefix)) {
  for (const TensorView& tensor : group.tensors) {
    if (tensor.name.starts_with(m_prefix)) {
      m_tensors.emplace(tensor.name.substr(m_prefix.size()), &tensor);
    }
  }
}

const TensorView* TensorIndex::find(const std::string& name) const {
  const auto it = m_tensors.find(name);
  return it == m_tensors.end() ? nullptr : it->second;
}

int TensorIndex::size(const std::string& name, std::size_t rank, std::size_t dimension) const {
  const TensorView* tensor = find(name);
  if (!tensor || tensor->shape.size() != rank) {
    return 0;
  }
  return static_cast<int>(std::clamp<std::int64_t>(tensor->shape[dimension], 0, INT_MAX / 4));
}

OptionIndex::OptionIndex(const TensorGroup& group, const Checkpoint& checkpoint) : m_className(group.className) {
  m_values.insert(group.attributes.begin(), group.attributes.end());
  constexpr std::string_view kConverted = "attributes.";  // as `latent-loom convert` writes them
  for (const auto& [key, value] : checkpoint.metadata) {
    if (key.starts_with(kConverted)) {
      m_values.emplace(key.substr(kConverted.size()), value);
    } else if (key == "class" && m_className.empty()) {
      m_className = value;
    }
  }
}

const std::string* OptionIndex::find(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    const auto it = m_values.find(name);
    if (it != m_values.end()) {
      return it->second == "None" ? nullptr : &it->second;
    }
  }
  return nullptr;
}

bool OptionIndex::has(std::initializer_list<const char*> names) const {
  return std::any_of(names.begin(), names.end(), [this](const char* name) { return m_values.contains(name); });
}

std::optional<std::string> OptionIndex::otherThan(const std::string& prefix,
                                                  std::span<const char* const> known) const {
  for (const auto& [key, value] : m_values) {
    if (key.starts_with(prefix)) {
      const std::string name = key.substr(prefix.size(), key.find('.', prefix.size()) - prefix.size());
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        return name;
      }
    }
  }
  return std::nullopt;
}

std::optional<double> numberIn(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::string readActivation(const OptionIndex& options, std::initializer_list<const char*> names,
                           Activation& activation) {
  if (const std::string* name = options.find(names)) {
    const auto known = activationNamed(*name);
    if (!known) {
      return "its activation is " + *name + ", which StyleGAN2 does not know";
    }
    activation = *known;
  }
  return {};
}

BlockTensor blockTensor(const std::string& name) {
  constexpr std::string_view kBlock = "synthesis.b";
  const auto blockEnd = name.find('.', kBlock.size());
  const auto pixels = std::stoul(name.substr(kBlock.size(), blockEnd - kBlock.size()));
  const auto block = static_cast<std::size_t>(std::countr_zero(pixels) - 2);
  const std::string rest = name.substr(blockEnd + 1);
  const auto dot = rest.find('.');
  return dot == std::string::npos ? BlockTensor{block, {}, rest}
                                  : BlockTensor{block, rest.substr(0, dot), rest.substr(dot + 1)};
}

std::optional<std::pair<int, std::string>> mappingTensor(const std::string& name) {
  constexpr std::string_view kLayer = "mapping.fc";
  if (!name.starts_with(kLayer)) {
    return std::nullopt;
  }
  const auto dot = name.find('.');
  const auto leaf = name.find('.', dot + 1);
  return std::pair{std::stoi(name.substr(kLayer.size())), name.substr(leaf + 1)};
}

std::string compareTensors(const Stylegan2Options& options, const ForeignTable& table, const TensorIndex& file,
                           const std::function<bool(const std::string&)>& mayRemain) {
  std::set<std::string> taken;
  for (const NamedShape& own : stylegan2Tensors(options)) {
    const ForeignTensor foreign = table(own);
    if (foreign.name.empty()) {
      continue;
    }
    const TensorView* tensor = file.find(foreign.name);
    if (!tensor) {
      return "it has no " + file.prefix() + foreign.name;
    }
    if (tensor->shape != foreign.shape) {
      return named(*tensor) + " should be " + shapeText(foreign.shape);
    }
    if (!holdsItsElements(*tensor)) {
      return named(*tensor) + " holds fewer numbers than its shape says";
    }
    taken.insert(foreign.name);
  }
  for (const auto& [name, tensor] : file.tensors()) {
    if (!taken.contains(name) && !(mayRemain && mayRemain(name))) {
      return named(*tensor) + " has no place in it";
    }
  }
  return {};
}

void loadForeign(Generator& generator, const Stylegan2Options& options, const ForeignTable& table,
                 const TensorGroup& group, const TensorGroup* companions) {
  const WeightSource source(group);
  const WeightSource beside(companions ? *companions : group);
  for (const NamedShape& own : stylegan2Tensors(options)) {
    const ForeignTensor foreign = table(own);
    torch::Tensor value;
    if (!foreign.name.empty()) {
      value = (source.has(foreign.name) ? source : beside).at(foreign.name).to(torch::kFloat32);
    }
    assign(generator, own.first, foreign.convert ? foreign.convert(value) : value.reshape(own.second));
  }
}

}  // namespace loom::model
