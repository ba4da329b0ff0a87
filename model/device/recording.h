// Work on a device that is recorded once and then asked for as a whole.
#pragma once

#include <cstdint>
#include <memory>

namespace loom::model {

/// All members throw std::runtime_error.
class Recording {
 public:
  virtual ~Recording() = default;
  /// Between the two, what this thread asks the device for is recorded and not done.
  virtual void begin() = 0;
  virtual void end() = 0;
  /// Does all of it, on the same places in memory.
  virtual void replay() = 0;
};

/// By CUDA graphs, on this thread's current stream. Throws std::runtime_error where there are none to be had.
std::unique_ptr<Recording> makeCudaRecording();

/// How often one of these was replayed, in this process.
std::uint64_t cudaReplays();

}  // namespace loom::model
