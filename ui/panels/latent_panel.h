// Seed, pad, truncation, the way to a second seed, the walk, and every dimension of z.
#pragma once

#include "ui/panels/dimension_pager.h"
#include "ui/panels/direction_controls.h"
#include "ui/panels/latent_pad.h"
#include "ui/panels/latent_strip.h"
#include "ui/panels/panel.h"

#include <cstdint>

namespace loom::ui {

class LatentPanel : public Panel {
 public:
  const char* title() const override { return "Latent"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

 private:
  void drawSeed(WindowDraft& draft);
  void drawWalk(const WindowFacts& facts, WindowDraft& draft);
  void drawDimensions(const WindowFacts& facts, WindowDraft& draft);
  void drawSlider(const WindowFacts& facts, WindowDraft& draft, int dimension);

  LatentPad m_pad;
  DirectionControls m_directions;
  LatentStrip m_strip;
  DimensionPager m_pager{""};
  std::uint64_t m_model = 0;
};

}  // namespace loom::ui
