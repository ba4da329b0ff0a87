// torch.save before PyTorch 1.6: five pickles one after another, then the storages.
//
//   pickle  0x1950a86a20f9469cfc6c, the magic number
//   pickle  1001, the protocol
//   pickle  {'protocol_version': 1001, 'little_endian': True, 'type_sizes': …}
//   pickle  the object; persistent ids are storages
//   pickle  the list of storage keys
//   for each key, in the list's order: int64 number of elements, then the elements
//
// Source: torch/serialization.py, _legacy_save.
#include "model/checkpoint/torch_legacy_reader.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/plain_value.h"
#include "model/checkpoint/torch_state.h"
#include "model/checkpoint/torch_stream.h"

#include <algorithm>
#include <map>

namespace loom::model {
namespace {

constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kProtocol = 1001;
constexpr std::uint64_t kPreambleBytes = 4096;  // the three take some 150

/// The three small pickles at the begin.
void readPreamble(ByteCursor& cursor, ReadControl control) {
  control.limits.pickleBytes = std::min<std::uint64_t>(control.limits.pickleBytes, kPreambleBytes);
  PickleArena arena;
  const PickleValue* magic = readPickle(cursor, arena, control).root;
  if (magic->kind != PickleValue::Kind::BigInt || magic->text != kMagic) {
    throw PickleError("it does not begin with torch.save's magic number");
  }
  const PickleValue& protocol = *readPickle(cursor, arena, control).root;
  const PickleValue& system = *readPickle(cursor, arena, control).root;
  if (protocol.kind != PickleValue::Kind::Int || protocol.number != kProtocol) {
    throw PickleError("its format has the number " + std::to_string(protocol.number) + ", only 1001 is known",
                      CheckpointError::Kind::Unsupported);
  }
  for (const auto& [key, value] : system.pairs) {
    if (key->text == "little_endian" && value->number == 0) {
      throw PickleError("its numbers are big-endian. Save it again on a little-endian machine",
                        CheckpointError::Kind::Unsupported);
    }
  }
}

/// The storages behind the pickles. Their number types stand in the references alone.
std::map<std::string, std::span<const std::byte>> readStorages(ByteCursor& cursor, const PickleValue& keys,
                                                               const PickleResult& object) {
  std::map<std::string_view, StorageReference> references;
  for (const PickleValue* id : object.persistentIds) {
    if (isClassReference(*id)) {
      continue;
    }
    const StorageReference reference = readStorageReference(*id);
    const StorageReference& first = references.emplace(reference.key, reference).first->second;
    if (first.dtype != reference.dtype || first.elements != reference.elements) {
      throw PickleError("it tells two things of one storage");
    }
  }
  std::map<std::string, std::span<const std::byte>> storages;
  for (const PickleValue* key : keys.items) {
    const auto it = references.find(key->text);
    if (it == references.end()) {
      throw PickleError("it holds a storage that nothing refers to");
    }
    const auto& [name, reference] = *it;
    if (cursor.number<std::int64_t>() != reference.elements) {
      throw PickleError("a storage of it has another size than its tensors say");
    }
    const auto elements = static_cast<std::uint64_t>(reference.elements);
    if (elements > cursor.left() / sizeOf(reference.dtype)) {
      throw OutOfBytes();
    }
    if (!storages.emplace(std::string(name), cursor.take(elements * sizeOf(reference.dtype))).second) {
      throw PickleError("it holds a storage twice");
    }
  }
  return storages;
}

}  // namespace

bool isLegacyStream(std::span<const std::byte> bytes) {
  // A pickle of protocol 2 or later whose first value is the magic number, written as LONG1.
  const std::string_view begin(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 32));
  return begin.starts_with('\x80') && begin.find(kMagic) != std::string_view::npos;
}

TorchStream readLegacyStream(std::span<const std::byte> bytes, PickleArena& arena, const ReadControl& control) {
  ByteCursor cursor(bytes);
  readPreamble(cursor, control);
  const PickleResult object = readPickle(cursor, arena, control);
  const PickleValue* keys = readPickle(cursor, arena, control).root;
  return {object.root, readStorages(cursor, *keys, object), false};
}

bool TorchLegacyReader::recognises(const MappedFile& file) const { return isLegacyStream(file.bytes()); }

void TorchLegacyReader::read(Checkpoint& checkpoint, const ReadControl& control) const {
  PickleArena arena;
  const TorchStream stream = readLegacyStream(checkpoint.file->bytes(), arena, control);
  control.report(0.5);
  collectTensors(
      *stream.root, [&](const PickleValue& reference) { return stream.find(reference); }, control, checkpoint);
  control.report(1.0);
}

}  // namespace loom::model
