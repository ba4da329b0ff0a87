// Classes to choose and blend, and attributes to switch.
#pragma once

#include "ui/panels/window_draft.h"

namespace loom::ui {

class ClassControls {
 public:
  /// Draws into the current window; nothing where the open model takes no labels.
  void draw(const model::GeneratorInfo& info, WindowDraft& draft);

 private:
  void drawChoice(const model::GeneratorInfo& info, WindowDraft& draft);
  void drawList(const model::GeneratorInfo& info, WindowDraft& draft);
  void drawBlend(const model::GeneratorInfo& info, WindowDraft& draft);

  char m_filter[48] = "";
};

}  // namespace loom::ui
