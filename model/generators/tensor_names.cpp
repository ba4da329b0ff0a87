#include "model/generators/tensor_names.h"

#include "model/generators/layer_chain.h"

namespace loom::model {
namespace {

constexpr std::int64_t kMostChannels = 8192;

/// Every size in [1, most] and all elements really there: strides of 0 could pretend a giant out of a few bytes.
bool isSound(const TensorView& tensor, std::int64_t most) {
  std::uint64_t bytes = sizeOf(tensor.dtype);
  for (const std::int64_t size : tensor.shape) {
    if (size < 1 || size > most) {
      return false;
    }
    bytes *= static_cast<std::uint64_t>(size);  // at most 8192⁴ × 8: no overflow
  }
  return bytes <= tensor.bytes.size();
}

void requireVector(const TensorView& tensor, int size) {
  if (tensor.shape != std::vector<std::int64_t>{size} || !isSound(tensor, kMostChannels)) {
    throw Mismatch(named(tensor) + " does not fit the " + std::to_string(size) + " channels of its layer");
  }
}

}  // namespace

TensorNames::TensorNames(const TensorGroup& group, std::string prefix) : m_prefix(std::move(prefix)) {
  for (const TensorView& tensor : group.tensors) {
    if (tensor.name.starts_with(m_prefix)) {
      m_inOrder.push_back(&tensor);
      m_byName.emplace(tensor.name.substr(m_prefix.size()), &tensor);
    }
  }
}

const TensorView* TensorNames::find(const std::string& name) const {
  const auto it = m_byName.find(name);
  return it == m_byName.end() ? nullptr : it->second;
}

const TensorView* TensorNames::take(const std::string& name) {
  const TensorView* tensor = find(name);
  if (tensor) {
    m_taken.insert(tensor);
  }
  return tensor;
}

ConvShape TensorNames::takeConvolution(const std::string& layer, int kernel, int in, bool transposed) {
  const TensorView* weight = take(layer + ".weight");
  if (!weight) {
    throw Mismatch(m_prefix + layer + ".weight is missing");
  }
  if (weight->shape.size() != 4 || weight->shape[2] != kernel || weight->shape[3] != kernel) {
    const std::string size = std::to_string(kernel);
    throw Mismatch(named(*weight) + " is no convolution of " + size + "×" + size);
  }
  if (!isSound(*weight, kMostChannels)) {
    throw Mismatch(named(*weight) + " is no weight of a convolution of this kind");
  }
  ConvShape shape{static_cast<int>(weight->shape[transposed ? 0 : 1]), static_cast<int>(weight->shape[transposed ? 1 : 0]),
                  false};
  if (in != 0 && shape.in != in) {
    throw Mismatch(named(*weight) + " does not take the " + std::to_string(in) + " channels of the layer before it");
  }
  if (const TensorView* bias = take(layer + ".bias")) {
    requireVector(*bias, shape.out);
    shape.bias = true;
  }
  return shape;
}

NormShape TensorNames::takeNorm(const std::string& layer, int channels) {
  const TensorView* weight = take(layer + ".weight");
  const TensorView* bias = take(layer + ".bias");
  const TensorView* mean = take(layer + ".running_mean");
  const TensorView* variance = take(layer + ".running_var");
  take(layer + ".num_batches_tracked");  // a counter of training; nothing here reads it
  for (const TensorView* tensor : {weight, bias, mean, variance}) {
    if (tensor) {
      requireVector(*tensor, channels);
    }
  }
  if (!weight != !bias || !mean != !variance) {
    throw Mismatch(m_prefix + layer + " has one half of a norm");
  }
  return {weight != nullptr, mean != nullptr};
}

void TensorNames::requireAllTaken() const {
  for (const TensorView* tensor : m_inOrder) {
    if (!m_taken.contains(tensor)) {
      throw Mismatch(named(*tensor) + " has no place in it");
    }
  }
}

std::optional<std::string> prefixBefore(const std::string& ending, const TensorGroup& group) {
  const std::string* shortest = nullptr;
  for (const TensorView& tensor : group.tensors) {
    if (tensor.name.ends_with(ending) && (!shortest || tensor.name.size() < shortest->size())) {
      shortest = &tensor.name;
    }
  }
  if (!shortest) {
    return std::nullopt;
  }
  std::string prefix = shortest->substr(0, shortest->size() - ending.size());
  // "xmain.0.weight" is another name: a prefix ends in a dot.
  return prefix.empty() || prefix.ends_with('.') ? std::optional(std::move(prefix)) : std::nullopt;
}

}  // namespace loom::model
