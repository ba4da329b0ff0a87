// The training worker: a thread of its own that advances a session, takes commands and tells what happens. Standard C++.
#pragma once

#include "model/training_session.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace loom::model {

struct TrainingStatus {
  std::int64_t step = 0;
  int steps = 0;                  ///< after which it is done
  bool paused = false;
  bool done = false;              ///< all steps are made, or it stopped for a loss that is no number
  double stepsPerSecond = 0.0;
  double secondsSpent = 0.0;
  std::string health;             ///< one line
  std::vector<Alarm> alarms;      ///< that stand
  TrainingSettings settings;
};

/// All are called on the worker's thread; hand over by a queued call and return at once. Any may be empty.
struct TrainingListener {
  std::function<void(std::filesystem::path run, TrainingStatus)> started;
  std::function<void(std::vector<StepReport>)> reports;  ///< of some 50 ms together
  std::function<void(TrainingStatus)> status;            ///< after reports, and after each command
  std::function<void(TrainingSheet, TrainingMap)> sheet;
  std::function<void(DiversityReport)> diversity;
  std::function<void(RunMark)> mark;                     ///< a command, a snapshot, an alarm, for the curve
  std::function<void(std::int64_t step)> rolledBack;
  std::function<void()> latestWritten;                   ///< RUN/latest.safetensors is a newer one
  std::function<void(std::string)> commandFailed;        ///< a sentence; the training goes on
  std::function<void(std::string)> failed;               ///< a sentence; the worker is at its end
  std::function<void()> ended;                           ///< stopped as asked, after a last snapshot
};

/// Members may be called from any thread and never wait for a tensor.
class TrainingWorker {
 public:
  /// Opens data and session; runs on the worker's thread and may take its time. Throws what failed() tells.
  using Opener = std::function<std::unique_ptr<TrainingSession>(std::stop_token)>;

  TrainingWorker(Opener opener, TrainingListener listener);
  /// Stops after the step at hand, writes a snapshot and joins.
  ~TrainingWorker();

  void pause();
  void resume();
  void stepOnce();  ///< while paused
  void set(const std::string& name, const std::string& value);
  void snapshot();
  void rollBack(std::int64_t step);
  void stop();

 private:
  class Thread;
  std::unique_ptr<Thread> m_thread;
};

}  // namespace loom::model
