// From the values of a torch pickle to groups of tensors: what the zip and the legacy container share.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/pickle_value.h"

#include <functional>
#include <span>
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

/// The bytes of a storage; throws PickleError where the file does not have it whole.
using StorageBytes = std::function<std::span<const std::byte>(const StorageReference&)>;

/// Walks `root` and fills groups, metadata and notes of `checkpoint`. Every dictionary or list that directly holds
/// tensors is a group under its dotted path. Texts that it fills in are valid UTF-8. Objects of other people's classes
/// stay what they are: a note names them.
void collectTensors(const PickleValue& root, const StorageBytes& storage, const ReadControl& control,
                    Checkpoint& checkpoint);

}  // namespace loom::model
