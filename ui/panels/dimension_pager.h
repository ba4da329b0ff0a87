// Which of a vector's many dimensions are shown as sliders: pages, and the way to an index.
#pragma once

#include <string>

namespace loom::ui {

class DimensionPager {
 public:
  /// `prefix` keeps the ids of two pagers apart: its controls are "prefix" + "pageback", "pageforward", "find".
  explicit DimensionPager(std::string prefix) : m_prefix(std::move(prefix)) {}

  void reset() { m_first = 0, m_found = -1; }

  /// Buttons, the range shown, and a field for an index; nothing where one page holds all `count`.
  void draw(int count);
  /// Takes as many rows of sliders as fit below the cursor, in `maxRows` at most.
  void fitRows(int count, int maxRows = 1000);

  int first(int count);           ///< of the page shown
  int end(int count);             ///< one behind the last that is shown
  int found() const { return m_found; }  ///< that was searched for, until another page is turned to; else −1

 private:
  void turnTo(int dimension, int count);

  std::string m_prefix;
  int m_first = 0;
  int m_rows = 16;
  int m_found = -1;
};

}  // namespace loom::ui
