// Where a GPU computes pictures, and how long it takes for them.
#pragma once

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <chrono>
#include <optional>
#include <vector>

namespace loom::model {

/// While one lives, this thread's work is queued on the stream that all pictures of `device` are made on. It goes
/// before what a training has queued. What leaves the stream must be waited for: other streams do not know of it. On
/// the CPU without effect.
class GenerationStream {
 public:
  explicit GenerationStream(c10::Device device) {
    if (!device.is_cpu()) {
      m_guard.emplace(streamOf(device));
    }
  }

 private:
  static c10::Stream streamOf(c10::Device device) {
    static const c10::Stream stream =  // the program computes on one device
        c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device, /*isHighPriority=*/true);
    return stream;
  }

  std::optional<c10::StreamGuard> m_guard;
};

/// Milliseconds between marks on the way to a picture. On a GPU the host has long gone on when the work is done, so the
/// marks are events on the current stream.
class StageClock {
 public:
  explicit StageClock(c10::Device device) : m_device(device) { mark(); }

  /// The number of the mark; the constructor made 0.
  std::size_t mark() {
    if (m_device.is_cpu()) {
      m_times.push_back(std::chrono::steady_clock::now());
      return m_times.size() - 1;
    }
    m_events.emplace_back(m_device.type(), c10::EventFlag::BACKEND_DEFAULT);  // which keeps the time
    m_events.back().record(c10::impl::VirtualGuardImpl(m_device.type()).getStream(m_device));
    return m_events.size() - 1;
  }

  /// Until the last mark is passed; before `between`.
  void wait() const {
    if (!m_events.empty()) {
      m_events.back().synchronize();
    }
  }

  double between(std::size_t from, std::size_t to) const {
    if (m_device.is_cpu()) {
      return std::chrono::duration<double, std::milli>(m_times.at(to) - m_times.at(from)).count();
    }
    return m_events.at(from).elapsedTime(m_events.at(to));
  }

 private:
  c10::Device m_device;
  std::vector<std::chrono::steady_clock::time_point> m_times;
  std::vector<c10::Event> m_events;
};

}  // namespace loom::model
