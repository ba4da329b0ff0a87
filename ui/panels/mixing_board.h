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

  /// First layer and end of the coarse (0), middle (1) and fine (2) ones, cut as StyleGAN's authors do: at 8² and 32² of
  /// 1024².
  static std::pair<int, int> third(int which, int layers);

 private:
  void drawTools(const model::GeneratorInfo& info, WindowDraft& draft);
  void drawPresets(const model::GeneratorInfo& info, WindowDraft& draft) const;
  void drawStrength(model::StyleSource& source, WindowDraft& draft) const;
  /// Whose style it is.
  void drawRecipe(const model::GeneratorInfo& info, model::StyleSource& source, WindowDraft& draft) const;
  void drawRow(const WindowFacts& facts, WindowDraft& draft, int row);
  void drawCells(const model::GeneratorInfo& info, WindowDraft& draft, int row, float width);
  void assign(WindowDraft& draft, int row, int layer, float strength = 1.0F) const;

  int m_row = 0;         ///< that presets and the strength are for; 0: the picture itself, else source m_row − 1
  bool m_painting = false;
  std::map<int, std::uint64_t> m_versions;  // of the sources' previews
  std::vector<model::Shared<model::LatentState>> m_shown;
  std::uint64_t m_version = 0;
};

}  // namespace loom::ui
