// A training while it goes on: curves, health in words, samples as a film that can be scrubbed, and its commands.
#pragma once

#include "ui/panels/curve_plot.h"
#include "ui/panels/panel.h"

namespace loom::ui {

class TrainingPanel : public Panel {
 public:
  const char* title() const override { return "Training"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

  /// The sheet of the film that is shown; the newest unless somebody scrubbed. 0 where there is none.
  std::size_t shownSheet(const TrainingFacts& training) const;
  /// The sample under the pointer in the last frame; −1: none.
  int hoveredSample() const { return m_hovered; }

 private:
  void drawIdle(const WindowFacts& facts, WindowDraft& draft);
  void drawControls(const TrainingFacts& training, WindowDraft& draft);
  void drawLiveSettings(const TrainingFacts& training, WindowDraft& draft);
  static void drawRollBack(const TrainingFacts& training, WindowDraft& draft);
  void drawHealth(const TrainingFacts& training, WindowDraft& draft);
  void drawPlot(const TrainingFacts& training, WindowDraft& draft, ImVec2 size);
  void drawSamples(const WindowFacts& facts, WindowDraft& draft, float width, float height);
  void drawPoints(const TrainingFacts& training, ImVec2 from, float side);

  CurvePlot m_plot;
  int m_kind = 0;       // which curves
  int m_scrub = -1;     // of the film; −1: the newest
  int m_hovered = -1;
};

}  // namespace loom::ui
