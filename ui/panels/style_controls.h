// The styles of a StyleGAN: every dimension of w, for all layers or one, and how many layers are truncated.
#pragma once

#include "ui/panels/dimension_pager.h"
#include "ui/panels/window_draft.h"

namespace loom::ui {

class StyleControls {
 public:
  /// Draws into the current window; nothing where the open model has no mapping network.
  void draw(const model::GeneratorInfo& info, WindowDraft& draft);
  void reset() { m_layer = -1, m_pager.reset(); }

 private:
  void drawLayers(const model::GeneratorInfo& info, WindowDraft& draft);
  void drawOffsets(const model::GeneratorInfo& info, WindowDraft& draft);

  int m_layer = -1;  ///< that is edited; −1: all
  DimensionPager m_pager{"w"};
};

}  // namespace loom::ui
