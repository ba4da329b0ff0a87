// Files that are written while what comes into the next ones is still being made.
#pragma once

#include <QSemaphore>
#include <QThreadPool>

#include <exception>
#include <functional>
#include <mutex>

namespace loom::app {

/// Its threads, one for each of the processor's, yield to whoever makes the pictures. From one thread.
class BackgroundWrites {
 public:
  BackgroundWrites();
  /// Waits for what is under way.
  ~BackgroundWrites();
  BackgroundWrites(const BackgroundWrites&) = delete;
  BackgroundWrites& operator=(const BackgroundWrites&) = delete;

  /// `write` is called on one of the threads; waits first where twice as many as there are threads wait. Throws what an
  /// earlier one has thrown.
  void start(std::function<void()> write);

  /// Waits until all are done. Throws what one of them has thrown.
  void finish();

 private:
  void throwFailure();

  QThreadPool m_threads;
  QSemaphore m_room;
  std::mutex m_mutex;
  std::exception_ptr m_failure;  // the first; guarded by m_mutex
};

}  // namespace loom::app
