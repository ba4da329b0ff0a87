// A wall of seeds that fills as it is scrolled: to look around, to open, to pin, to mix.
#pragma once

#include "ui/panels/panel.h"

#include <cstdint>

namespace loom::ui {

class WallPanel : public Panel {
 public:
  const char* title() const override { return "Wall"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

 private:
  void drawTools(const WindowFacts& facts, WindowDraft& draft);
  void drawPinned(const WindowFacts& facts, WindowDraft& draft);
  /// `place` tells a pinned seed from the same one in its row.
  void drawCell(const WindowFacts& facts, WindowDraft& draft, const char* place, std::uint32_t seed);
  void drawMenu(const WindowFacts& facts, WindowDraft& draft, std::uint32_t seed);

  std::uint32_t m_first = 0;   ///< seed of the first cell
  float m_side = 88.0F;        ///< logical pixels of a cell
  model::LatentState m_look;   ///< that all cells have, seed 0
  std::uint64_t m_version = 1;
  std::uint64_t m_model = 0;
};

}  // namespace loom::ui
