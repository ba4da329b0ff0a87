#include "model/generators/state_dict.h"

#include "model/generators/torch_threads.h"

#include "model/generators/layer_chain.h"

#include <atomic>
#include <cmath>
#include <cstring>

namespace loom::model {
namespace {

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

[[noreturn]] void refuseDiverged(const std::string& name) {
  throw ModelError("the weights in " + name + " are not finite (NaN or infinity): this training has diverged, and " +
                   "no picture can be made of it");
}

void requireFinite(const torch::Tensor& tensor, const std::string& name) {
  // A sum is NaN or infinite if any term is: one pass, no mask of the tensor's size. Doubles, so that it cannot
  // overflow.
  if (tensor.is_floating_point() && !std::isfinite(tensor.sum(torch::kFloat64).item<double>())) {
    refuseDiverged(name);
  }
}

/// Copies float32 and looks for NaN and infinity in the same pass, on all threads: a large checkpoint is read as fast
/// as the disk gives it. True where all is finite.
bool copyFinite(float* target, const float* source, std::int64_t count) {
  constexpr std::int64_t kGrain = 1 << 16;
  constexpr std::uint32_t kExponent = 0x7f800000U;  // all of its bits are set in NaN and infinity alone
  std::atomic<bool> finite{true};
  torchJobs().run((count + kGrain - 1) / kGrain, [&](std::int64_t job) {
    std::uint32_t bad = 0;
    for (std::int64_t i = job * kGrain; i < std::min(count, (job + 1) * kGrain); ++i) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, source + i, sizeof bits);  // the file promises no alignment
      bad |= static_cast<std::uint32_t>((bits & kExponent) == kExponent);
      std::memcpy(target + i, &bits, sizeof bits);
    }
    if (bad != 0) {
      finite = false;
    }
  });
  return finite;
}

void copyChecked(torch::Tensor& target, const torch::Tensor& value, const std::string& name) {
  if (target.sizes() != value.sizes()) {
    const auto shape = [](const torch::Tensor& t) { return shapeText({t.sizes().begin(), t.sizes().end()}); };
    throw ModelError("the tensor " + name + " is " + shape(value) + ", it should be " + shape(target));
  }
  target.copy_(value);
}

}  // namespace

WeightSource::WeightSource(const TensorGroup& group) {
  for (const TensorView& view : group.tensors) {
    m_tensors.emplace(view.name, &view);
  }
}

torch::Tensor WeightSource::at(const std::string& name) const {
  const auto it = m_tensors.find(name);
  if (it == m_tensors.end()) {
    throw ModelError("the tensor " + name + " is missing");
  }
  const torch::Tensor tensor = borrow(*it->second);
  requireFinite(tensor, name);
  return tensor;
}

void WeightSource::fill(torch::Tensor& target, const std::string& name) const {
  if (!has(name) && name.ends_with("num_batches_tracked")) {
    return;  // a counter of training
  }
  const auto it = m_tensors.find(name);
  if (it != m_tensors.end() && it->second->dtype == DType::F32 && target.scalar_type() == torch::kFloat32 &&
      target.is_contiguous() && target.sizes() == it->second->shape &&
      it->second->strides == contiguousStrides(it->second->shape)) {
    const auto* source = reinterpret_cast<const float*>(it->second->bytes.data());
    if (!copyFinite(target.data_ptr<float>(), source, target.numel())) {
      refuseDiverged(name);
    }
    return;
  }
  copyChecked(target, at(name), name);
}

void loadStateDict(Generator& generator, const TensorGroup& group, const Checkpoint& checkpoint,
                   const Recognition& recognition) {
  const torch::NoGradGuard noGrad;
  if (recognition.load) {
    recognition.load(generator, group, checkpoint);
    return;
  }
  const WeightSource source(group);
  const auto fileName = [&](const std::string& own) { return recognition.fileName ? recognition.fileName(own) : own; };
  for (auto& item : generator.named_parameters()) {
    source.fill(item.value(), fileName(item.key()));
  }
  for (auto& item : generator.named_buffers()) {
    source.fill(item.value(), fileName(item.key()));
  }
}

void assign(Generator& generator, const std::string& own, const torch::Tensor& value) {
  const torch::NoGradGuard noGrad;
  auto parameters = generator.named_parameters();
  auto buffers = generator.named_buffers();
  torch::Tensor* target = parameters.find(own);
  if (!target) {
    target = buffers.find(own);
  }
  if (!target) {
    throw ModelError("the network has no tensor " + own);
  }
  copyChecked(*target, value, own);
}

std::int64_t parameterCount(const Generator& generator) {
  std::int64_t count = 0;
  for (const auto& parameter : generator.parameters()) {
    count += parameter.numel();
  }
  return count;
}

}  // namespace loom::model
