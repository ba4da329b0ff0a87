// Three short hints on the first start: the seed, the sliders, the drop target. Gone with the first deed.
#pragma once

#include <imgui.h>

namespace loom::ui {

class FirstHints {
 public:
  bool wanted() const { return m_wanted; }
  void setWanted(bool wanted) { m_wanted = wanted; }

  /// Draws over everything, beside the controls that it speaks of; `picture` is the picture's area.
  void draw(ImVec2 pictureMin, ImVec2 pictureMax);

 private:
  bool m_wanted = false;
};

}  // namespace loom::ui
