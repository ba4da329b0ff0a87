// Tensors as torch pickles them: calls of a few functions around a reference to a storage.
#pragma once

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/pickle_value.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loom::model {

/// A storage as a tensor refers to it: `('storage', torch.FloatStorage, key, location, numel)`.
struct StorageReference {
  DType dtype = DType::F32;
  std::string_view key;  ///< lives as long as the pickle; at most some hundred bytes
  std::int64_t elements = 0;
};

/// What `reference` (a PersistentId) says; throws PickleError where it is no storage, or one of an unknown number type.
StorageReference readStorageReference(const PickleValue& reference);

/// A storage itself.
struct StoredNumbers {
  DType dtype = DType::F32;
  std::span<const std::byte> bytes;
};

/// The storage that a value stands for, a PersistentId for most; throws PickleError where the file does not have it
/// whole, or where it is none.
using FindStorage = std::function<StoredNumbers(const PickleValue&)>;

/// A call that rebuilds a tensor: `function(*arguments)`.
struct TensorCall {
  const PickleValue* function = nullptr;
  std::span<PickleValue* const> arguments;
};

/// The call behind `value`, through the parameters and subclasses around it; nothing where it is no tensor.
std::optional<TensorCall> findTensorCall(const PickleValue& value);

/// The tensor as a view of its storage. Throws PickleError: Broken; Unsupported for number types and kinds of tensor
/// (sparse, quantised) that are not read; Limit for strides of 0 that let a few numbers stand for very many.
/// Sources: torch/_utils.py; torch/_tensor.py, __reduce_ex__.
TensorView readTensor(const TensorCall& call, const std::string& name, const FindStorage& storage);

}  // namespace loom::model
