// A panel of live controls: one a file, drawing facts and writing the draft, and nothing else.
#pragma once

#include "ui/panels/window_draft.h"

namespace loom::ui {

class Panel {
 public:
  virtual ~Panel() = default;

  /// The window's title, and the name under which the layout remembers it.
  virtual const char* title() const = 0;

  /// Draws into the current Dear ImGui window.
  virtual void draw(const WindowFacts& facts, WindowDraft& draft) = 0;
};

}  // namespace loom::ui
