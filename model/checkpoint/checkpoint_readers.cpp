#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/torch_legacy_reader.h"
#include "model/checkpoint/torch_zip_reader.h"

#include <array>

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

}  // namespace

Checkpoint readCheckpoint(const std::filesystem::path& path, const ReadControl& control) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  checkpoint.file = MappedFile::open(path);
  for (const CheckpointReader* reader : readers()) {
    if (reader->recognises(*checkpoint.file)) {
      checkpoint.container = reader->container();
      try {
        reader->read(checkpoint, control);
      } catch (const std::bad_alloc&) {
        throw CheckpointError(CheckpointError::Kind::Limit,
                              path.filename().string() + " cannot be read: there is not enough memory.");
      }
      if (control.stop.stop_requested()) {
        throw CheckpointError(CheckpointError::Kind::Cancelled, path.filename().string() + ": cancelled.");
      }
      return checkpoint;
    }
  }
  throw CheckpointError(CheckpointError::Kind::NotACheckpoint,
                        path.filename().string() +
                            " is not a checkpoint that is known here: it is neither safetensors nor written by torch.save.");
}

}  // namespace loom::model
