// torch.save since PyTorch 1.6: a zip archive of stored entries below one folder of any name.
//
//   NAME/data.pkl     the object, a pickle whose persistent ids are storages
//   NAME/byteorder    "little" or "big"; absent before PyTorch 2.1, which wrote little-endian only
//   NAME/data/KEY     the bytes of the storage KEY
//   NAME/version      "3"
//
// A TorchScript archive is such a zip with NAME/constants.pkl and NAME/code/, a program, whose entries may be
// compressed. Here it is left alone: data.pkl has the modules' attributes, among them the weights, by the names of the
// attributes.
#include "model/checkpoint/torch_zip_reader.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/pickle_interpreter.h"
#include "model/checkpoint/torch_state.h"
#include "model/checkpoint/torch_stream.h"
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

bool holdsProgram(const Entries& entries, const std::string& folder) {
  const auto code = entries.lower_bound(folder + "code/");
  return entries.contains(folder + "constants.pkl") ||
         (code != entries.end() && code->first.starts_with(folder + "code/"));
}

void refuseBigEndian(const Entries& entries, const std::string& folder) {
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

/// The entries below NAME/data/, by the rest of their names.
Entries storagesOf(const Entries& entries, const std::string& folder) {
  const std::string prefix = folder + "data/";
  Entries storages;
  for (auto it = entries.lower_bound(prefix); it != entries.end() && it->first.starts_with(prefix); ++it) {
    storages.emplace_hint(storages.end(), it->first.substr(prefix.size()), it->second);
  }
  return storages;
}

}  // namespace

bool isZipStream(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && textOf(bytes.first(4)) == "PK\x03\x04";
}

TorchStream readZipStream(std::span<const std::byte> bytes, PickleArena& arena, const ReadControl& control) {
  const ZipDirectory archive = readZipDirectory(bytes, control.limits.zipEntries);
  control.goOn();
  const Entries& entries = archive.entries;
  const std::string folder = findFolder(entries);
  const bool isScript = holdsProgram(entries, folder);
  refuseBigEndian(entries, folder);
  for (const std::string& name : archive.compressed) {
    if (!isScript || name == folder + "data.pkl" || name.starts_with(folder + "data/")) {
      throw ZipError(plainName(name) + " is compressed, which torch.save never does",
                     CheckpointError::Kind::Unsupported);
    }
  }
  ByteCursor cursor(entries.at(folder + "data.pkl"));
  return {readPickle(cursor, arena, control).root, storagesOf(entries, folder), isScript};
}

bool TorchZipReader::recognises(const MappedFile& file) const { return isZipStream(file.bytes()); }

void TorchZipReader::read(Checkpoint& checkpoint, const ReadControl& control) const {
  PickleArena arena;
  const TorchStream stream = readZipStream(checkpoint.file->bytes(), arena, control);
  control.report(0.7);
  if (stream.isScript) {
    checkpoint.container = "TorchScript";
    checkpoint.notes.emplace_back("The file carries a program (TorchScript). Reading it ran nothing.");
  }
  collectTensors(
      *stream.root, [&](const PickleValue& reference) { return stream.find(reference); }, control, checkpoint);
  control.report(1.0);
}

}  // namespace loom::model
