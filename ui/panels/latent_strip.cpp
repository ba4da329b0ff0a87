#include "ui/panels/latent_strip.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

namespace loom::ui {
namespace {

constexpr float kHeight = 56.0F;
constexpr float kRange = 3.0F;  // the strip's top and bottom

/// Writes a straight stroke from the last painted bar to this one, so that a quick hand leaves no gaps.
void paintStroke(WindowDraft& draft, int from, float fromValue, int to, float toValue) {
  const int step = to >= from ? 1 : -1;
  for (int dimension = from;; dimension += step) {
    const float share = to == from ? 1.0F : static_cast<float>(dimension - from) / static_cast<float>(to - from);
    if (!draft.latent.locks.contains(dimension)) {
      draft.latent.edits[dimension] = fromValue + share * (toValue - fromValue);
    }
    if (dimension == to) {
      break;
    }
  }
  draft.edited = "painted z";
}

void paintBars(const WindowFacts& facts, const WindowDraft& draft, ImVec2 min, ImVec2 size, int firstShown,
               int shownCount, int hovered) {
  const Palette& p = palette();
  auto& list = *ImGui::GetWindowDrawList();
  const auto count = static_cast<int>(facts.z->size());
  const float cell = size.x / static_cast<float>(count);
  const float middle = min.y + size.y / 2.0F;
  list.AddRectFilled(min, {min.x + size.x, min.y + size.y}, color(p.ground), 5.0F);
  list.AddRectFilled({min.x + cell * static_cast<float>(firstShown), min.y},
                     {min.x + cell * static_cast<float>(firstShown + shownCount), min.y + size.y}, color(p.field), 3.0F);
  list.AddLine({min.x, middle}, {min.x + size.x, middle}, color(p.line));
  const float gap = cell > 3.0F ? 1.0F : 0.0F;
  for (int i = 0; i < count; ++i) {
    const auto edit = draft.latent.edits.find(i);
    const float value = edit != draft.latent.edits.end() ? edit->second : (*facts.z)[static_cast<std::size_t>(i)];
    const float height = std::clamp(value / kRange, -1.0F, 1.0F) * (size.y / 2.0F - 2.0F);
    const float x = min.x + cell * static_cast<float>(i);
    const bool edited = edit != draft.latent.edits.end();
    const ImU32 ink = i == hovered ? color(p.text) : edited ? color(p.accent) : color(p.quiet, 0.75F);
    list.AddRectFilled({x, middle - std::max(height, 0.5F)},
                       {x + std::max(cell - gap, 1.0F), middle - std::min(height, -0.5F)}, ink);
  }
}

}  // namespace

int LatentStrip::draw(const WindowFacts& facts, WindowDraft& draft, int firstShown, int shownCount) {
  const auto count = static_cast<int>(facts.z->size());
  const ImVec2 size(std::max(40.0F, ImGui::GetContentRegionAvail().x), kHeight);
  ImGui::InvisibleButton("##strip", size);
  notePlace("strip");
  const ImVec2 min = ImGui::GetItemRectMin();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool active = ImGui::IsItemActive();
  int hovered = -1;
  if (active || ImGui::IsItemHovered()) {
    const float share = (mouse.x - min.x) / size.x;
    hovered = std::clamp(static_cast<int>(std::floor(share * static_cast<float>(count))), 0, count - 1);
  }
  if (active) {
    const float value = std::clamp((0.5F - (mouse.y - min.y) / size.y) * 2.0F, -1.0F, 1.0F) * kRange;
    const bool first = m_lastDimension < 0;
    paintStroke(draft, first ? hovered : m_lastDimension, first ? value : m_lastValue, hovered, value);
    m_lastDimension = hovered;
    m_lastValue = value;
  } else {
    m_lastDimension = -1;
  }
  paintBars(facts, draft, min, size, firstShown, shownCount, hovered);
  if (!active) {
    tooltip("All of z at a glance, from -3 to 3. Drag to paint across many dimensions; what you edited is coloured.");
  }
  return hovered;
}

}  // namespace loom::ui
