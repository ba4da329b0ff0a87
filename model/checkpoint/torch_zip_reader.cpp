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

#include <optional>

namespace loom::model {
namespace {

using Entries = std::map<std::string, std::span<const std::byte>>;

std::string textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// "NAME/", the one folder that data.pkl lies in: two would leave open which of them is meant.
std::string findFolder(const Entries& entries) {
  constexpr std::string_view kPickle = "/data.pkl";
  std::optional<std::string> folder;
  for (const auto& [name, bytes] : entries) {
    if (!name.ends_with(kPickle) || name.find('/') != name.size() - kPickle.size()) {
      continue;
    }
    if (folder) {
      throw ZipError("it is an archive of several checkpoints");
    }
    folder = name.substr(0, name.size() - kPickle.size() + 1);
  }
  if (!folder) {
    throw ZipError("it is a zip archive, but torch.save did not write it (it holds no data.pkl)",
                   CheckpointError::Kind::NotACheckpoint);
  }
  return *folder;
}

void refuseWhatIsNotRead(const Entries& entries, const std::string& folder) {
  const auto code = entries.lower_bound(folder + "code/");
  if (entries.contains(folder + "constants.pkl") ||
      (code != entries.end() && code->first.starts_with(folder + "code/"))) {
    throw ZipError(
        "it is a TorchScript archive, which holds a program. Only weights are opened: save the state_dict instead",
        CheckpointError::Kind::Unsupported);
  }
  const auto order = entries.find(folder + "byteorder");
  if (order == entries.end() || textOf(order->second) == "little") {
    return;
  }
  if (textOf(order->second) == "big") {
    throw ZipError("its numbers are big-endian. Save it again on a little-endian machine",
                   CheckpointError::Kind::Unsupported);
  }
  throw ZipError("its byteorder is neither little nor big");
}

std::span<const std::byte> storageBytes(const Entries& entries, const std::string& folder,
                                        const StorageReference& reference) {
  const auto it = entries.find(folder + "data/" + std::string(reference.key));
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
    const ZipDirectory archive = readZipDirectory(checkpoint.file->bytes(), control.limits.zipEntries);
    const Entries& entries = archive.entries;
    control.report(0.3);
    const std::string folder = findFolder(entries);
    refuseWhatIsNotRead(entries, folder);
    if (!archive.compressed.empty()) {
      throw ZipError(plainName(archive.compressed) + " is compressed, which torch.save never does",
                     CheckpointError::Kind::Unsupported);
    }
    ByteCursor cursor(entries.at(folder + "data.pkl"));
    PickleArena arena;
    const PickleResult result = readPickle(cursor, arena, control);
    control.report(0.7);
    collectTensors(
        *result.root, [&](const StorageReference& reference) { return storageBytes(entries, folder, reference); },
        control, checkpoint);
    control.report(1.0);
  } catch (const ReadProblem& problem) {
    refuse(checkpoint.path, problem);
  }
}

}  // namespace loom::model
