#include "app/export/background_writes.h"

#include "model/worker/thread_priority.h"

#include <utility>

namespace loom::app {

BackgroundWrites::~BackgroundWrites() { m_threads.waitForDone(); }

void BackgroundWrites::start(std::size_t bytes, std::function<void()> write) {
  constexpr std::size_t kMostBytes = 512u << 20;
  std::unique_lock lock(m_mutex);
  m_changed.wait(lock, [&] {
    return m_underWay == 0 || (m_underWay < 2 * m_threads.maxThreadCount() && m_bytes + bytes <= kMostBytes);
  });
  if (m_failure) {
    std::rethrow_exception(m_failure);
  }
  ++m_underWay;
  m_bytes += bytes;
  m_threads.start([this, bytes, write = std::move(write)] {
    model::lowerThreadPriority();
    std::exception_ptr failure;
    try {
      write();
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard guard(m_mutex);
    --m_underWay;
    m_bytes -= bytes;
    if (!m_failure) {
      m_failure = failure;
    }
    m_changed.notify_all();
  });
}

void BackgroundWrites::finish() {
  m_threads.waitForDone();
  const std::lock_guard lock(m_mutex);
  if (m_failure) {
    std::rethrow_exception(m_failure);
  }
}

}  // namespace loom::app
