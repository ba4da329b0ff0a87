// Files that are written while what comes into the next ones is still being made.
#pragma once

#include <QThreadPool>

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>

namespace loom::app {

/// Its threads, one for each of the processor's, yield to whoever makes the pictures. From one thread.
class BackgroundWrites {
 public:
  BackgroundWrites() = default;
  /// Waits for what is under way.
  ~BackgroundWrites();
  BackgroundWrites(const BackgroundWrites&) = delete;
  BackgroundWrites& operator=(const BackgroundWrites&) = delete;

  /// `write`, which needs `bytes` of memory, is called on one of the threads. Waits first while there are twice as many
  /// under way as threads, or too many bytes. Throws what an earlier one has thrown.
  void start(std::size_t bytes, std::function<void()> write);

  /// Waits until all are done. Throws what one of them has thrown.
  void finish();

 private:
  QThreadPool m_threads;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  int m_underWay = 0;            // guarded by m_mutex, as are the next two
  std::size_t m_bytes = 0;
  std::exception_ptr m_failure;  // the first
};

}  // namespace loom::app
