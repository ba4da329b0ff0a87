// torch.save since PyTorch 1.6: a zip archive of stored entries below one folder of any name.
//
//   NAME/data.pkl     the object, a pickle whose persistent ids are storages
//   NAME/byteorder    "little" or "big"; absent before PyTorch 2.1, which wrote little-endian only
//   NAME/data/KEY     the bytes of the storage KEY
//   NAME/version      "3"
//
// A TorchScript archive is such a zip with NAME/constants.pkl and NAME/code/: a program, which is not opened here.
#include "model/checkpoint/torch_zip_reader.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/torch_state.h"
#include "model/checkpoint/zip_directory.h"

namespace loom::model {
namespace {

using Entries = std::map<std::string, std::span<const std::byte>>;

std::string textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[noreturn]] void fail(CheckpointError::Kind kind, const Checkpoint& checkpoint, const std::string& reason) {
  throw CheckpointError(kind, checkpoint.path.filename().string() + " cannot be read: " + reason + ".");
}

/// "NAME/", the folder that data.pkl lies in.
std::string findFolder(const Checkpoint& checkpoint, const Entries& entries) {
  constexpr std::string_view kPickle = "data.pkl";
  for (const auto& [name, bytes] : entries) {
    if (name.ends_with(kPickle) && (name.size() == kPickle.size() || name[name.size() - kPickle.size() - 1] == '/')) {
      return name.substr(0, name.size() - kPickle.size());
    }
  }
  fail(CheckpointError::Kind::NotACheckpoint, checkpoint,
       "it is a zip archive, but torch.save did not write it (it holds no data.pkl)");
}

void refuseWhatIsNotRead(const Checkpoint& checkpoint, const Entries& entries, const std::string& folder) {
  if (entries.contains(folder + "constants.pkl")) {
    fail(CheckpointError::Kind::Unsupported, checkpoint,
         "it is a TorchScript archive, which holds a program. Only weights are opened: save the state_dict instead");
  }
  const auto order = entries.find(folder + "byteorder");
  if (order != entries.end() && textOf(order->second) != "little") {
    fail(CheckpointError::Kind::Unsupported, checkpoint,
         "its numbers are big-endian. Save it again on a little-endian machine");
  }
}

std::span<const std::byte> storageBytes(const Entries& entries, const std::string& folder,
                                        const StorageReference& reference) {
  const auto it = entries.find(folder + "data/" + reference.key);
  if (it == entries.end()) {
    throw PickleError("its storage is missing from the archive");
  }
  if (static_cast<std::uint64_t>(reference.elements) > it->second.size() / sizeOf(reference.dtype)) {
    throw PickleError("its storage is shorter than it should be");
  }
  return it->second.first(static_cast<std::size_t>(reference.elements) * sizeOf(reference.dtype));
}

}  // namespace

bool TorchZipReader::recognises(const MappedFile& file) const {
  const auto bytes = file.bytes();
  return bytes.size() >= 4 && textOf(bytes.first(4)) == "PK\x03\x04";
}

void TorchZipReader::read(Checkpoint& checkpoint, const ReadControl& control) const {
  try {
    const Entries entries = readZipDirectory(checkpoint.file->bytes(), control.limits.zipEntries);
    control.report(0.3);
    const std::string folder = findFolder(checkpoint, entries);
    refuseWhatIsNotRead(checkpoint, entries, folder);
    const auto pickle = entries.at(folder + "data.pkl");
    if (pickle.size() > control.limits.pickleBytes) {
      fail(CheckpointError::Kind::Limit, checkpoint, "its pickle is larger than any real checkpoint's");
    }
    ByteCursor cursor(pickle);
    PickleArena arena;
    const PickleResult result = readPickle(cursor, arena, control);
    control.report(0.7);
    collectTensors(
        *result.root, [&](const StorageReference& reference) { return storageBytes(entries, folder, reference); },
        control, checkpoint);
    control.report(1.0);
  } catch (const ZipError& error) {
    fail(CheckpointError::Kind::Broken, checkpoint, error.what());
  } catch (const PickleError& error) {
    fail(CheckpointError::Kind::Broken, checkpoint, error.what());
  } catch (const OutOfBytes& error) {
    fail(CheckpointError::Kind::Broken, checkpoint, error.what());
  }
}

}  // namespace loom::model
