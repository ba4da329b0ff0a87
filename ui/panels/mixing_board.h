// The board of style mixing: sources in rows, layers in columns, painted with the pointer.
#pragma once

#include "ui/panels/window_draft.h"

#include <map>

namespace loom::ui {

class MixingBoard {
 public:
  /// Draws into the current window; nothing where the open model has no layers that could be mixed.
  void draw(const WindowFacts& facts, WindowDraft& draft);
  void reset();

 private:
  void drawTools(const model::GeneratorInfo& info, WindowDraft& draft);
  void drawRow(const WindowFacts& facts, WindowDraft& draft, int row);
  void drawCells(const model::GeneratorInfo& info, WindowDraft& draft, int row, float width);
  void drawSource(const WindowFacts& facts, WindowDraft& draft);
  void assign(WindowDraft& draft, int row, int layer, float strength = 1.0F) const;

  int m_row = 0;         ///< that presets and the strength are for; 0: the picture itself, else source m_row − 1
  bool m_painting = false;
  std::map<int, std::uint64_t> m_versions;  // of the sources' previews
  std::vector<model::Shared<model::LatentState>> m_shown;
  std::uint64_t m_version = 0;
};

}  // namespace loom::ui
