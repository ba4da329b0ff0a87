#include "app/commands/stop_signals.h"

#include <atomic>
#include <chrono>
#include <csignal>

namespace loom::app {
namespace {

// A handler may do next to nothing: it leaves a mark, and a thread that looks for it does the rest.
std::atomic<bool> signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a handler may not wait");

void takeSignal(int signal) {
  signalled = true;
  std::signal(signal, SIG_DFL);
}

}  // namespace

StopSignals::StopSignals() {
  signalled = false;
  m_previousInterrupt = std::signal(SIGINT, takeSignal);
  m_previousTerminate = std::signal(SIGTERM, takeSignal);
  // A program that was started to ignore Ctrl-C (nohup, a shell's background job) goes on ignoring it.
  if (m_previousInterrupt == SIG_IGN) {
    std::signal(SIGINT, SIG_IGN);
  }
  m_watch = std::jthread([this](const std::stop_token& over) {
    while (!over.stop_requested() && !signalled) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (signalled) {
      m_stop.request_stop();
    }
  });
}

StopSignals::~StopSignals() {
  std::signal(SIGINT, m_previousInterrupt == SIG_ERR ? SIG_DFL : m_previousInterrupt);
  std::signal(SIGTERM, m_previousTerminate == SIG_ERR ? SIG_DFL : m_previousTerminate);
}

}  // namespace loom::app
