// Sliders along the directions that are kept for the open model, with a strip of small pictures for the chosen one.
#pragma once

#include "ui/panels/window_draft.h"

#include <string>

namespace loom::ui {

class DirectionControls {
 public:
  /// Draws into the current window.
  void draw(const WindowFacts& facts, WindowDraft& draft);
  void reset();

 private:
  void drawFind(const WindowFacts& facts, WindowDraft& draft);
  void drawMethods(const WindowFacts& facts, WindowDraft& draft, float width);
  void drawDirection(const WindowFacts& facts, WindowDraft& draft, const KeptDirection& kept, int row);
  void drawDetails(const WindowFacts& facts, WindowDraft& draft, const KeptDirection& kept);
  void drawStrip(const WindowFacts& facts, WindowDraft& draft, const KeptDirection& kept);

  std::string m_chosen;  ///< id; its details are shown
  char m_name[64] = "";
  char m_tag[64] = "";
  FindDirections::Method m_method = FindDirections::Method::Pca;
  int m_count = 6;
  int m_layer = 1;  ///< whose activations PCA looks at
  int m_first = 0;  ///< layers of SeFa
  int m_last = -1;
  model::LatentState m_base;  ///< of the strip
  std::string m_stripOf;
  std::uint64_t m_version = 0;
};

}  // namespace loom::ui
