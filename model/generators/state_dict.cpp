#include "model/generators/state_dict.h"

#include "model/generators/layer_chain.h"

#include <unordered_map>

namespace loom::model {
namespace {

using TensorsByName = std::unordered_map<std::string, const TensorView*>;

torch::ScalarType scalarType(DType dtype) {
  switch (dtype) {
    case DType::F16: return torch::kFloat16;
    case DType::BF16: return torch::kBFloat16;
    case DType::F32: return torch::kFloat32;
    case DType::F64: return torch::kFloat64;
    case DType::I8: return torch::kInt8;
    case DType::I16: return torch::kInt16;
    case DType::I32: return torch::kInt32;
    case DType::I64: return torch::kInt64;
    case DType::U8: return torch::kUInt8;
    case DType::Bool: return torch::kBool;
  }
  throw ModelError("a tensor has a number type that is not known here");
}

/// The view as a tensor that borrows the mapped bytes.
torch::Tensor borrow(const TensorView& view) {
  // from_blob wants a mutable pointer; nothing writes through it.
  auto* data = const_cast<std::byte*>(view.bytes.data());
  return torch::from_blob(data, view.shape, view.strides, torch::TensorOptions().dtype(scalarType(view.dtype)));
}

void requireFinite(const torch::Tensor& tensor, const std::string& name) {
  // A sum is NaN or infinite if any term is: one pass, no mask of the tensor's size.
  if (tensor.is_floating_point() && !std::isfinite(tensor.sum().item<float>())) {
    throw ModelError("the weights in " + name + " are not finite (NaN or infinity): this training has diverged, and " +
                     "no picture can be made of it");
  }
}

void copyTensor(torch::Tensor& target, const std::string& name, const TensorsByName& tensors) {
  const auto it = tensors.find(name);
  if (it == tensors.end()) {
    if (name.ends_with("num_batches_tracked")) {
      return;  // a counter of training that files before PyTorch 0.4.1 lack
    }
    throw ModelError("the tensor " + name + " is missing");
  }
  const TensorView& view = *it->second;
  const std::vector<std::int64_t> expected(target.sizes().begin(), target.sizes().end());
  if (view.shape != expected) {
    throw ModelError("the tensor " + name + " is " + shapeText(view.shape) + ", it should be " + shapeText(expected));
  }
  target.copy_(borrow(view));
  requireFinite(target, name);
}

}  // namespace

void loadStateDict(Generator& generator, const TensorGroup& group, const Recognition& recognition) {
  TensorsByName tensors;
  for (const TensorView& view : group.tensors) {
    tensors.emplace(view.name, &view);
  }
  const auto fileName = [&](const std::string& own) {
    return own.starts_with(recognition.ownPrefix) ? recognition.filePrefix + own.substr(recognition.ownPrefix.size())
                                                  : own;
  };
  const torch::NoGradGuard noGrad;
  for (auto& item : generator.named_parameters()) {
    copyTensor(item.value(), fileName(item.key()), tensors);
  }
  for (auto& item : generator.named_buffers()) {
    copyTensor(item.value(), fileName(item.key()), tensors);
  }
}

std::int64_t parameterCount(const Generator& generator) {
  std::int64_t count = 0;
  for (const auto& parameter : generator.parameters()) {
    count += parameter.numel();
  }
  return count;
}

}  // namespace loom::model
