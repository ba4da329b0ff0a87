// The open model's facts, how the picture is looked at, comparing, saving.
#pragma once

#include "ui/panels/panel.h"

namespace loom::ui {

class PicturePanel : public Panel {
 public:
  const char* title() const override { return "Picture"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;
};

}  // namespace loom::ui
