#include "model/generators/biggan/group_shapes.h"

#include "model/generators/layer_chain.h"

#include <algorithm>
#include <cmath>

namespace loom::model {
namespace {

constexpr std::int64_t kMaxSize = 65536;
constexpr double kMaxElements = 2147483648.0;  // 8 GB of float32

}  // namespace

GroupShapes::GroupShapes(const TensorGroup& group, std::string prefix) : m_prefix(std::move(prefix)) {
  for (const TensorView& tensor : group.tensors) {
    m_tensors.emplace(tensor.name, &tensor);
  }
}

const TensorView* GroupShapes::find(const std::string& name) const {
  const auto it = m_tensors.find(m_prefix + name);
  return it == m_tensors.end() ? nullptr : it->second;
}

std::int64_t GroupShapes::size(const std::string& name, std::size_t dimension) {
  const TensorView* tensor = find(name);
  if (!tensor) {
    require(false, "it has no " + name);
    return 1;
  }
  if (tensor->shape.size() <= dimension || tensor->shape[dimension] < 1 || tensor->shape[dimension] > kMaxSize) {
    require(false, named(*tensor) + " is no weight of such a network");
    return 1;
  }
  return tensor->shape[dimension];
}

void GroupShapes::expect(const std::string& name, const std::vector<std::int64_t>& shape) {
  if (!fits()) {
    return;
  }
  const TensorView* tensor = find(name);
  if (!tensor) {
    require(false, "it has no " + name);
    return;
  }
  if (tensor->shape != shape) {
    require(false, named(*tensor) + " should be " + shapeText(shape));
    return;
  }
  double elements = 1.0;
  for (const auto size : shape) {
    elements *= static_cast<double>(size);
  }
  m_elements += elements;
  require(m_elements <= kMaxElements, "its weights up to " + name + " take more than 8 GB");
}

void GroupShapes::require(bool holds, const std::string& clause) {
  if (!holds && fits()) {
    m_mismatch = clause;
  }
}

std::string dataParallelPrefix(const TensorGroup& group, const std::string& name) {
  const auto has = [&](const std::string& wanted) {
    return std::any_of(group.tensors.begin(), group.tensors.end(), [&](const auto& t) { return t.name == wanted; });
  };
  return !has(name) && has("module." + name) ? "module." : "";
}

std::int64_t squareSide(std::int64_t area) {
  const auto side =
      static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(std::max<std::int64_t>(area, 0)))));
  return side * side == area ? side : 0;
}

}  // namespace loom::model
