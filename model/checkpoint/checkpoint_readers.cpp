#include "model/checkpoint/checkpoint_reader.h"
#include "model/checkpoint/foreign_file.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/nvidia_pickle_reader.h"
#include "model/checkpoint/read_problem.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/torch_legacy_reader.h"
#include "model/checkpoint/torch_zip_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <new>
#include <stdexcept>

namespace loom::model {
namespace {

const std::array<const CheckpointReader*, 4>& readers() {
  static const TorchZipReader kTorchZip;
  static const TorchLegacyReader kTorchLegacy;
  static const NvidiaPickleReader kNvidiaPickle;
  static const SafetensorsReader kSafetensors;
  static const std::array<const CheckpointReader*, 4> kReaders{
      &kTorchZip,      // "PK": four bytes that nothing else begins with
      &kTorchLegacy,   // begins with a pickle of torch's magic number
      &kSafetensors,   // a length, which may be anything, and a brace, which no pickle has in that place
      &kNvidiaPickle,  // any other pickle
  };
  return kReaders;
}

ReadControl withDeadline(const ReadControl& control) {
  using Seconds = std::chrono::duration<double>;
  using Clock = std::chrono::steady_clock;
  ReadControl bounded = control;
  const Seconds limit(control.limits.seconds);
  if (limit < Clock::time_point::max() - Clock::now()) {
    bounded.deadline = std::min(bounded.deadline, Clock::now() + std::chrono::duration_cast<Clock::duration>(limit));
  }
  return bounded;
}

const CheckpointReader* findReader(const MappedFile& file) {
  const auto& all = readers();
  const auto it = std::find_if(all.begin(), all.end(), [&](const auto* reader) { return reader->recognises(file); });
  return it == all.end() ? nullptr : *it;
}

}  // namespace

void ReadControl::goOn() const {
  if (stop.stop_requested()) {
    throw ReadCancelled();
  }
  if (std::chrono::steady_clock::now() > deadline) {
    throw ReadProblem("it takes longer than any real checkpoint", CheckpointError::Kind::Limit);
  }
}

Checkpoint readWith(const CheckpointReader& reader, std::shared_ptr<const MappedFile> file,
                    const std::filesystem::path& path, const ReadControl& control) {
  try {
    const ReadControl bounded = withDeadline(control);
    bounded.goOn();
    bounded.report(0.0);
    Checkpoint checkpoint;
    checkpoint.path = path;
    checkpoint.file = std::move(file);
    checkpoint.container = reader.container();
    reader.read(checkpoint, bounded);
    if (checkpoint.file->changed()) {
      refuse(path, CheckpointError::Kind::CannotOpen,
             "it was changed while it was read. Open it again when it is written");
    }
    bounded.goOn();
    return checkpoint;
  } catch (const ReadProblem& problem) {
    refuse(path, problem);
  } catch (const std::bad_alloc&) {
    refuse(path, CheckpointError::Kind::Limit, "there is not enough memory");
  } catch (const std::length_error&) {
    refuse(path, CheckpointError::Kind::Limit, "there is not enough memory");
  }
}

Checkpoint readCheckpoint(std::shared_ptr<const MappedFile> file, const std::filesystem::path& path,
                          const ReadControl& control) {
  if (const CheckpointReader* reader = findReader(*file)) {
    return readWith(*reader, std::move(file), path, control);
  }
  throw CheckpointError(
      CheckpointError::Kind::NotACheckpoint,
      fileName(path) + " is not a checkpoint that is known here: " + whatItIsInstead(file->bytes()) + ".");
}

Checkpoint readCheckpoint(const std::filesystem::path& path, const ReadControl& control) {
  try {
    if (control.stop.stop_requested()) {
      throw ReadCancelled();
    }
    return readCheckpoint(MappedFile::open(path), path, control);
  } catch (const ReadProblem& problem) {
    refuse(path, problem);
  } catch (const std::bad_alloc&) {
    refuse(path, CheckpointError::Kind::Limit, "there is not enough memory");
  }
}

}  // namespace loom::model
