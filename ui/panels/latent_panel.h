// Seed, pad, truncation, the way to a second seed, the walk, and every dimension of z.
#pragma once

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
  void drawPager(int count);
  void turnTo(int dimension, int count);
  void drawSlider(const WindowFacts& facts, WindowDraft& draft, int dimension);

  LatentPad m_pad;
  LatentStrip m_strip;
  int m_first = 0;     ///< first dimension shown
  int m_rows = 16;     ///< sliders that fit below one another
  int m_found = -1;  ///< dimension that was searched for, shown until another page is turned to
  std::uint64_t m_model = 0;
};

}  // namespace loom::ui
