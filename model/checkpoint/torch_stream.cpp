#include "model/checkpoint/torch_stream.h"

#include "model/checkpoint/pickle_interpreter.h"

namespace loom::model {

StoredNumbers TorchStream::find(const PickleValue& reference) const {
  if (reference.kind != PickleValue::Kind::PersistentId) {
    throw PickleError("it has no storage");
  }
  const StorageReference told = readStorageReference(reference);
  const auto it = storages.find(std::string(told.key));
  if (it == storages.end()) {
    throw PickleError("its storage is missing from the file");
  }
  const std::span<const std::byte> bytes = it->second;
  if (static_cast<std::uint64_t>(told.elements) > bytes.size() / sizeOf(told.dtype)) {
    throw PickleError("its storage is shorter than it should be");
  }
  return {told.dtype, bytes.first(static_cast<std::size_t>(told.elements) * sizeOf(told.dtype))};
}

bool isStorageInBytes(const PickleValue& value) {
  return value.kind == PickleValue::Kind::Object && value.callable->isGlobal("torch.storage", "_load_from_bytes");
}

StoredNumbers readStorageInBytes(const PickleValue& value, const ReadControl& control) {
  const auto& arguments = value.args->items;
  if (arguments.size() != 1 || arguments[0]->kind != PickleValue::Kind::Bytes) {
    throw PickleError("its storage is no bytes");
  }
  const std::string_view text = arguments[0]->text;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(text.data()), text.size());
  PickleArena arena;
  if (isLegacyStream(bytes)) {
    const TorchStream stream = readLegacyStream(bytes, arena, control);
    return stream.find(*stream.root);
  }
  if (isZipStream(bytes)) {
    const TorchStream stream = readZipStream(bytes, arena, control);
    return stream.find(*stream.root);
  }
  throw PickleError("its storage is nothing that torch.save writes");
}

}  // namespace loom::model
