// The picture that an image-to-image model changes: what it is, how large it enters, and where another comes from.
#pragma once

#include "ui/panels/panel.h"

namespace loom::ui {

class InputPicturePanel : public Panel {
 public:
  const char* title() const override { return "Input picture"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;
};

}  // namespace loom::ui
