// What the open model has beside its latent: classes, styles, noise, the transform, other outputs. Nothing it has not.
#pragma once

#include "ui/panels/class_controls.h"
#include "ui/panels/mixing_board.h"
#include "ui/panels/panel.h"
#include "ui/panels/style_controls.h"

#include <cstdint>

namespace loom::ui {

class ConditionPanel : public Panel {
 public:
  const char* title() const override { return "Style · Class · Noise"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

  /// Whether there is anything to show for a model.
  static bool hasContent(const model::OpenedModel* model);

 private:
  ClassControls m_classes;
  MixingBoard m_board;
  StyleControls m_styles;
  std::uint64_t m_model = 0;
};

}  // namespace loom::ui
