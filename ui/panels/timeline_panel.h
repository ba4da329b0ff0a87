// The film in the making: keyframes along a line of time, the playhead, how one leads to the next.
#pragma once

#include "ui/panels/panel.h"

#include <imgui.h>

#include <map>

namespace loom::ui {

class TimelinePanel : public Panel {
 public:
  const char* title() const override { return "Timeline"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

 private:
  /// Where times are on the screen.
  struct Ruler {
    float left = 0.0F;
    float width = 1.0F;
    double seconds = 1.0;
    float at(double time) const { return left + width * static_cast<float>(time / seconds); }
    double time(float x) const { return seconds * static_cast<double>((x - left) / width); }
  };

  void drawTools(const WindowFacts& facts, WindowDraft& draft);
  void drawRuler(const WindowFacts& facts, WindowDraft& draft, const Ruler& ruler);
  void drawKeyframes(const WindowFacts& facts, WindowDraft& draft, const Ruler& ruler, ImVec2 origin);
  void drawStrip(const WindowFacts& facts, WindowDraft& draft, const Ruler& ruler);
  void drawMenu(WindowDraft& draft, std::size_t index);
  std::uint64_t versionOf(std::size_t index, const model::LatentState& state);

  int m_dragged = -1;        ///< keyframe under the hand
  double m_grabbedAt = 0.0;  ///< seconds from the keyframe's time to the hand
  double m_scale = 0.0;      ///< seconds of the whole ruler while a keyframe is dragged
  struct Shown {
    model::LatentState state;
    std::uint64_t version = 0;
  };
  std::map<std::size_t, Shown> m_shown;
  std::uint64_t m_version = 0;
  model::Timeline m_film;  // that the strip is of
  std::uint64_t m_filmVersion = 0;
};

}  // namespace loom::ui
