// One thread that does jobs in turn; the one at work can be cancelled.
#pragma once

#include <QThreadPool>

#include <functional>
#include <mutex>
#include <stop_token>

namespace loom::app {

class BackgroundJobs {
 public:
  BackgroundJobs();
  ~BackgroundJobs();  ///< cancels and waits

  /// `job` must look at its token and must not throw.
  void start(std::function<void(std::stop_token)> job);
  /// Cancels the job at work and those that wait.
  void cancel();

 private:
  QThreadPool m_pool;
  std::mutex m_mutex;
  std::stop_source m_stop;  // guarded by m_mutex
};

}  // namespace loom::app
