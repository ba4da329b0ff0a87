// One line on a terminal that tells how far a command is, and goes when it is done.
#pragma once

#include "app/commands/command.h"

#include <chrono>
#include <string>

namespace loom::app {

/// Nothing is shown where stderr is no terminal, nor in the first second.
class ProgressLine {
 public:
  explicit ProgressLine(const Streams& streams) : m_streams(streams) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `text` is short, e.g. "Picture 12 of 64". At most ten times a second.
  void show(const std::string& text);
  /// `what` with a percentage.
  void show(const std::string& what, double fraction);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  Streams m_streams;
  Clock::time_point m_start = Clock::now();
  Clock::time_point m_last{};
  bool m_shown = false;
};

}  // namespace loom::app
