#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/foreign_file.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/read_problem.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/torch_legacy_reader.h"
#include "model/checkpoint/torch_zip_reader.h"

#include <array>
#include <new>
#include <stdexcept>

namespace loom::model {
namespace {

const std::array<const CheckpointReader*, 3>& readers() {
  static const TorchZipReader kTorchZip;
  static const TorchLegacyReader kTorchLegacy;
  static const SafetensorsReader kSafetensors;
  static const std::array<const CheckpointReader*, 3> kReaders{
      &kTorchZip,     // "PK": four bytes that nothing else begins with
      &kTorchLegacy,  // begins with a pickle of torch's magic number
      &kSafetensors,  // last: its first eight bytes are a length, which many a file could pass for
  };
  return kReaders;
}

void throwIfStopped(const std::filesystem::path& path, const ReadControl& control) {
  if (control.stop.stop_requested()) {
    refuse(path, ReadCancelled());
  }
}

Checkpoint readWithFirstThatKnows(const std::filesystem::path& path, const ReadControl& control) {
  throwIfStopped(path, control);
  Checkpoint checkpoint;
  checkpoint.path = path;
  checkpoint.file = MappedFile::open(path);
  for (const CheckpointReader* reader : readers()) {
    if (reader->recognises(*checkpoint.file)) {
      checkpoint.container = reader->container();
      reader->read(checkpoint, control);
      if (checkpoint.file->changed()) {
        refuse(path, CheckpointError::Kind::CannotOpen,
               "it was changed while it was read. Open it again when it is written");
      }
      throwIfStopped(path, control);
      return checkpoint;
    }
  }
  throw CheckpointError(
      CheckpointError::Kind::NotACheckpoint,
      fileName(path) + " is not a checkpoint that is known here: " + whatItIsInstead(checkpoint.file->bytes()) + ".");
}

}  // namespace

Checkpoint readCheckpoint(const std::filesystem::path& path, const ReadControl& control) {
  try {
    return readWithFirstThatKnows(path, control);
  } catch (const std::bad_alloc&) {
    refuse(path, CheckpointError::Kind::Limit, "there is not enough memory");
  } catch (const std::length_error&) {
    refuse(path, CheckpointError::Kind::Limit, "there is not enough memory");
  }
}

}  // namespace loom::model
