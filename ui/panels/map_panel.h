// A map of the model's pictures to wander in: like ones lie together, and the picture follows the pointer.
#pragma once

#include "ui/panels/panel.h"

#include <imgui.h>

namespace loom::ui {

class MapPanel : public Panel {
 public:
  const char* title() const override { return "Map"; }
  void draw(const WindowFacts& facts, WindowDraft& draft) override;

  /// The state at a place of the map: z between those of the seeds around it; exactly a seed's where the place is its own.
  /// `baseZ` of each seed is kept between calls.
  model::LatentState stateAt(const MapFacts& map, float x, float y, const model::GeneratorInfo& info, const model::LatentState& look);

 private:
  struct View {
    ImVec2 middle;
    ImVec2 scale{1.0F, 1.0F};  ///< pixels of 1: the axes have no common unit, so the map fills its panel
    ImVec2 at(const std::pair<float, float>& place) const {
      return {middle.x + place.first * scale.x, middle.y - place.second * scale.y};
    }
  };

  void drawTools(const WindowFacts& facts, WindowDraft& draft);
  void drawPictures(const WindowFacts& facts, WindowDraft& draft, const View& view, ImVec2 min, ImVec2 max);
  void wander(const WindowFacts& facts, WindowDraft& draft, const View& view);

  bool m_pictures = true;  ///< by their looks; else by w
  float m_zoom = 1.0F;
  ImVec2 m_shift{0.0F, 0.0F};
  std::uint64_t m_model = 0;
  std::uint64_t m_map = 0;       ///< version of the map that the rest is of
  model::LatentState m_look;
  std::uint64_t m_version = 1;
  std::vector<std::vector<float>> m_z;
  std::optional<std::pair<float, float>> m_here;
};

}  // namespace loom::ui
