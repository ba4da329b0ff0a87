// Ctrl-C and SIGTERM as a stop token, for commands that clean up before they leave.
#pragma once

#include <stop_token>
#include <thread>

namespace loom::app {

/// One at a time. While it lives the first signal asks the token to stop; the second ends the program at once.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();  ///< the signals do again what they did before
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const { return m_stop.get_token(); }

 private:
  std::stop_source m_stop;
  void (*m_previousInterrupt)(int) = nullptr;
  void (*m_previousTerminate)(int) = nullptr;
  std::jthread m_watch;
};

}  // namespace loom::app
