// Opens checkpoints on a thread of its own, with progress and cancellation; one at a time, the newest wins.
#pragma once

#include "model/opened_model.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace loom::model {

/// A file that could not be opened: the exception as a value.
struct LoadFailure {
  std::string message;       ///< a sentence that names the file and the reason
  bool needsTrust = false;   ///< it holds a program and opens once OpenOptions::trust is set
  std::optional<ChainFindings> findings = {};  ///< it was read, but its network is neither known nor a stack of layers
};

/// Called on the loader's thread; hand over by a queued call and return at once. `job` is what `open` returned.
struct LoaderListener {
  std::function<void(std::uint64_t job, double fraction)> progress;  ///< in [0, 1]
  std::function<void(std::uint64_t job, std::shared_ptr<const OpenedModel>)> opened;
  std::function<void(std::uint64_t job, LoadFailure)> failed;
  std::function<void(std::uint64_t job)> cancelled;
};

class ModelLoader {
 public:
  explicit ModelLoader(LoaderListener listener);
  ~ModelLoader();  ///< cancels and joins

  /// Starts to open `path` and returns the job's id, above 0. A job still under way is cancelled first.
  std::uint64_t open(std::filesystem::path path, OpenOptions options = {});
  void cancel();

 private:
  class Thread;
  std::unique_ptr<Thread> m_thread;
};

}  // namespace loom::model
