#include "app/export/background_writes.h"

#include "model/worker/thread_priority.h"

#include <utility>

namespace loom::app {

BackgroundWrites::BackgroundWrites() : m_room(3 * m_threads.maxThreadCount()) {}

BackgroundWrites::~BackgroundWrites() { m_threads.waitForDone(); }

void BackgroundWrites::start(std::function<void()> write) {
  m_room.acquire();
  try {
    throwFailure();
  } catch (...) {
    m_room.release();
    throw;
  }
  m_threads.start([this, write = std::move(write)] {
    model::lowerThreadPriority();
    try {
      write();
    } catch (...) {
      const std::lock_guard lock(m_mutex);
      if (!m_failure) {
        m_failure = std::current_exception();
      }
    }
    m_room.release();
  });
}

void BackgroundWrites::finish() {
  m_threads.waitForDone();
  throwFailure();
}

void BackgroundWrites::throwFailure() {
  const std::lock_guard lock(m_mutex);
  if (m_failure) {
    std::rethrow_exception(m_failure);
  }
}

}  // namespace loom::app
