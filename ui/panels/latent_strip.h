// All dimensions of z at a glance, as bars; dragging paints across them.
#pragma once

#include "ui/panels/window_draft.h"

namespace loom::ui {

class LatentStrip {
 public:
  /// Draws at the cursor, as wide as the panel. Returns the dimension under the pointer, or -1.
  int draw(const WindowFacts& facts, WindowDraft& draft, int firstShown, int shownCount);

 private:
  int m_lastDimension = -1;  ///< of the stroke that is being painted
  float m_lastValue = 0.0F;
};

}  // namespace loom::ui
