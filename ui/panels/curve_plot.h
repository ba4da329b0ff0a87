// Curves over steps: raw and smoothed, linear or logarithmic, zoomed with the wheel, dragged, read under the pointer, with
// marks. Drawn from min–max pyramids, so that a million points cost what a screen's width does.
#pragma once

#include "model/run_folder.h"
#include "render/level_of_detail.h"

#include <imgui.h>

#include <string>
#include <vector>

namespace loom::ui {

struct PlotCurve {
  std::string label;  ///< "G"
  const render::LevelOfDetail* curve = nullptr;
  ImU32 color = 0;
};

class CurvePlot {
 public:
  /// Draws into `size` logical pixels at the cursor. `guide`: a value with a line of its own (NaN: none).
  void draw(const char* id, ImVec2 size, const std::vector<PlotCurve>& curves, const std::vector<model::RunMark>& marks,
            float guide);

  bool logarithmic = false;
  float smoothing = 0.9F;  ///< share in [0, 1) of the value before; 0: raw alone

 private:
  struct Axis {
    double low = 0.0;
    double high = 1.0;
  };
  void takeHand(ImVec2 min, ImVec2 max, const Axis& whole);
  Axis valueAxis(const std::vector<PlotCurve>& curves) const;
  float xOf(double step) const;
  float yOf(double value) const;
  void drawAxes(ImDrawList& list, const char* id) const;
  void drawCurve(ImDrawList& list, const PlotCurve& curve) const;
  void drawMarks(ImDrawList& list, const std::vector<model::RunMark>& marks) const;
  void drawReadout(ImDrawList& list, const std::vector<PlotCurve>& curves) const;

  bool m_follows = true;  ///< the end of the curves
  Axis m_steps;
  Axis m_values;
  ImVec2 m_min;
  ImVec2 m_max;
  bool m_hovered = false;
};

}  // namespace loom::ui
