// Reading checkpoints: one door, an ordered list of readers behind it. Reading never runs anything found in a file.
#pragma once

#include "model/checkpoint/checkpoint.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

namespace loom::model {

/// What one file may cost, beyond its mapping. The defaults are far above what real checkpoints need.
struct ReadLimits {
  std::uint64_t pickleOpcodes = 50'000'000;
  std::uint64_t pickleBytes = 256U << 20U;  ///< of one pickle stream, tensors not counted
  std::uint64_t pickleMemory = 1U << 30U;   ///< that the values of one pickle may take
  std::uint64_t headerBytes = 100U << 20U;  ///< of a safetensors header
  std::size_t zipEntries = 1'000'000;
  std::size_t tensors = 1'000'000;
  int depth = 200;         ///< of nested dictionaries
  double seconds = 120.0;  ///< a gigabyte of pickle takes some ten
};

struct ReadControl {
  std::stop_token stop;
  std::function<void(double)> progress;  ///< fraction in [0, 1], on the reading thread; may be empty
  ReadLimits limits;
  /// When reading must be done; readCheckpoint sets it to `limits.seconds` from its begin.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  /// Throws a ReadProblem where it was cancelled or takes too long. Cheap: some ten nanoseconds.
  void goOn() const;

  void report(double fraction) const {
    if (progress) {
      progress(fraction);
    }
  }
};

class CheckpointReader {
 public:
  virtual ~CheckpointReader() = default;

  virtual std::string_view container() const = 0;

  /// A quick look at the file's first and last bytes: false means "not mine".
  virtual bool recognises(const MappedFile& file) const = 0;

  /// Fills `checkpoint` (path and file are set). Throws CheckpointError: mine, but broken or not supported.
  virtual void read(Checkpoint& checkpoint, const ReadControl& control) const = 0;
};

/// Opens the file and asks the readers in their order. Throws CheckpointError for everything that can be wrong with it.
Checkpoint readCheckpoint(const std::filesystem::path& path, const ReadControl& control = {});

/// The same for a file that is open; messages call it by `path`.
Checkpoint readCheckpoint(std::shared_ptr<const MappedFile> file, const std::filesystem::path& path,
                          const ReadControl& control = {});

/// What one reader makes of `file`, with nobody asked whose it is.
Checkpoint readWith(const CheckpointReader& reader, std::shared_ptr<const MappedFile> file,
                    const std::filesystem::path& path, const ReadControl& control = {});

}  // namespace loom::model
