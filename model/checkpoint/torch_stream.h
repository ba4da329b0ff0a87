// What torch.save writes, as a file of its own or as bytes within another one.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/pickle_value.h"
#include "model/checkpoint/torch_tensor.h"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace loom::model {

/// A pickled object and the storages that it refers to, all of them views of the bytes that were read.
struct TorchStream {
  const PickleValue* root = nullptr;                           ///< in the arena that was given
  std::map<std::string, std::span<const std::byte>> storages;  ///< by their keys
  bool isScript = false;                                       ///< a TorchScript archive: it holds a program as well

  /// The storage that a PersistentId of this stream refers to; throws PickleError where the stream does not have it
  /// whole.
  StoredNumbers find(const PickleValue& reference) const;
};

/// The two forms; both throw a ReadProblem. They are told at the top of torch_legacy_reader.cpp and
/// torch_zip_reader.cpp.
bool isLegacyStream(std::span<const std::byte> bytes);
TorchStream readLegacyStream(std::span<const std::byte> bytes, PickleArena& arena, const ReadControl& control);
bool isZipStream(std::span<const std::byte> bytes);
TorchStream readZipStream(std::span<const std::byte> bytes, PickleArena& arena, const ReadControl& control);

/// Whether `value` is a storage that a plain pickle holds as bytes: torch.storage._load_from_bytes(b'…'), where the
/// bytes are a whole stream of one of the two forms.
bool isStorageInBytes(const PickleValue& value);

/// That storage. Throws PickleError.
StoredNumbers readStorageInBytes(const PickleValue& value, const ReadControl& control);

}  // namespace loom::model
