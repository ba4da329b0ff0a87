// A canvas with one of each control, which tells where they are and what became of them.
#pragma once

#include "ui/shell/imgui_backend/imgui_canvas.h"

#include <QRect>

#include <map>
#include <string>

namespace loom::test {

class SampleCanvas : public ui::ImGuiCanvas {
  Q_OBJECT

 public:
  explicit SampleCanvas(QWidget* parent = nullptr) : ImGuiCanvas(parent) {}
  ~SampleCanvas() override { releaseGl(); }

  /// Middle of the control `name`, in the canvas's logical pixels, as it was drawn last.
  QPoint place(const std::string& name) const { return m_places.at(name).center(); }
  QRect rect(const std::string& name) const { return m_places.at(name); }
  const ImGuiIO& io() {
    backend().makeContextCurrent();
    return ImGui::GetIO();
  }
  bool isTyping() { return io().WantTextInput; }
  std::string text() const { return m_text; }
  void setText(const std::string& text) {
    text.copy(m_text, sizeof m_text - 1);
    m_text[std::min(text.size(), sizeof m_text - 1)] = '\0';
  }

  int presses = 0;
  float value = 0.0F;
  float scroll = 0.0F;
  std::string focused;       ///< the control that has Dear ImGui's focus, shown or not
  QPoint floating;           ///< where the window that can be moved is
  bool withFloating = false;
  bool moving = false;       ///< something moves by itself

 protected:
  void setUpUi() override { ImGui::GetIO().IniSavingRate = 0.05F; }
  void buildUi() override;
  bool wantsAnimation() const override { return moving; }

 private:
  void note(const std::string& name);

  std::map<std::string, QRect> m_places;
  char m_text[256] = "";
};

}  // namespace loom::test
