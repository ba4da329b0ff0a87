// The pad: a plane of the latent space under one finger.
#pragma once

#include "ui/panels/window_draft.h"

#include <imgui.h>

#include <deque>

namespace loom::ui {

/// Draws at the cursor, as wide as the panel. The middle is the seed itself; the right edge is a quarter turn towards
/// the z of `planeSeed`, the top edge towards that of `planeSeed + 1`.
class LatentPad {
 public:
  void draw(WindowDraft& draft);

 private:
  void paint(ImVec2 min, ImVec2 size, const WindowDraft& draft, bool active);

  std::deque<model::PadPosition> m_trail;  ///< where the hand has been, oldest first
};

}  // namespace loom::ui
