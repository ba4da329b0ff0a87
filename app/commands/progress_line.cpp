#include "app/commands/progress_line.h"

namespace loom::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 1s;
constexpr auto kBetween = 100ms;

}  // namespace

void ProgressLine::show(const std::string& text) {
  const auto now = Clock::now();
  if (!m_streams.errIsTerminal || now - m_start < kPatience || now - m_last < kBetween) {
    return;
  }
  m_last = now;
  m_shown = true;
  m_streams.err << '\r' << text << "\x1b[K" << std::flush;  // the escape clears what a longer line left
}

void ProgressLine::show(const std::string& what, double fraction) {
  show(what + ' ' + std::to_string(static_cast<int>(fraction * 100)) + " %");
}

void ProgressLine::clear() {
  if (m_shown) {
    m_streams.err << "\r\x1b[K" << std::flush;
    m_shown = false;
  }
}

}  // namespace loom::app
