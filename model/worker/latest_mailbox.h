// A one-slot mailbox: the newest wins, nothing queues.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

namespace loom::model {

/// One reader, any number of writers.
template <typename T>
class LatestMailbox {
 public:
  /// Replaces what waits, and returns that.
  std::optional<T> put(T value) {
    std::optional<T> replaced(std::move(value));
    {
      const std::lock_guard lock(m_mutex);
      m_value.swap(replaced);
    }
    m_changed.notify_all();
    return replaced;
  }

  /// Returns a value that was taken and not dealt with, unless a newer one came meanwhile.
  void putBack(T value) {
    const std::lock_guard lock(m_mutex);
    if (!m_value) {
      m_value = std::move(value);
    }
  }

  /// Lets a waiting reader look at its conditions again.
  void poke() {
    { const std::lock_guard lock(m_mutex); }
    m_changed.notify_all();
  }

  /// Blocks until `ready(whether a value waits)` holds; false when stopped before. `ready` is evaluated under the
  /// mailbox's lock and must not call back into it; `poke` after anything that it looks at has changed.
  template <typename Ready>
  bool waitUntil(const std::stop_token& stop, Ready ready) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait(lock, stop, [&] { return ready(m_value.has_value()); });
  }

  /// Takes the value, if one waits, and sets `working` in the same breath, so that nobody sees the box empty and the
  /// reader idle while a value is under way.
  std::optional<T> take(std::atomic<bool>& working) {
    const std::lock_guard lock(m_mutex);
    std::optional<T> value;
    value.swap(m_value);
    working.store(value.has_value());
    return value;
  }

  bool waiting() const {
    const std::lock_guard lock(m_mutex);
    return m_value.has_value();
  }

 private:
  mutable std::mutex m_mutex;
  std::condition_variable_any m_changed;
  std::optional<T> m_value;
};

}  // namespace loom::model
