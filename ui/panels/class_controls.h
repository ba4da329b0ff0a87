// Classes to choose and blend, and attributes to switch.
#pragma once

#include "ui/panels/window_draft.h"

#include <map>

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

/// A list to choose one class from, or with `own` (its first line) none, over `width` logical pixels. True where `classes`
/// is another one now.
bool classPicker(const char* id, const model::GeneratorInfo& info, std::map<int, float>& classes, const char* own, float width);

}  // namespace loom::ui
