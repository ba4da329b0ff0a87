#include "ui/shell/first_hints.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

namespace loom::ui {
namespace {

constexpr float kGap = 14.0F;

/// A bubble whose left edge points at `anchor`.
void bubble(ImDrawList& list, ImVec2 anchor, const char* text) {
  const Palette& p = palette();
  const ImVec2 padding(12.0F, 8.0F);
  const ImVec2 size = ImGui::CalcTextSize(text);
  const ImVec2 min(anchor.x + kGap, anchor.y - size.y / 2.0F - padding.y);
  const ImVec2 max(min.x + size.x + 2.0F * padding.x, anchor.y + size.y / 2.0F + padding.y);
  list.AddTriangleFilled(anchor, {min.x + 1.0F, anchor.y - 6.0F}, {min.x + 1.0F, anchor.y + 6.0F}, color(p.accent));
  list.AddRectFilled(min, max, color(p.accent), 6.0F);
  list.AddText({min.x + padding.x, min.y + padding.y}, color(p.onAccent), text);
}

void centred(ImDrawList& list, ImVec2 middle, const char* text) {
  const Palette& p = palette();
  const ImVec2 size = ImGui::CalcTextSize(text);
  const ImVec2 min(middle.x - size.x / 2.0F, middle.y - size.y / 2.0F);
  list.AddRectFilled({min.x - 12.0F, min.y - 8.0F}, {min.x + size.x + 12.0F, min.y + size.y + 8.0F}, color(p.panel, 0.92F),
                     6.0F);
  list.AddText(min, color(p.text), text);
}

}  // namespace

void FirstHints::draw(ImVec2 pictureMin, ImVec2 pictureMax) {
  if (!m_wanted) {
    return;
  }
  auto& list = *ImGui::GetForegroundDrawList(ImGui::GetMainViewport());
  ImVec2 min;
  ImVec2 max;
  if (placeOf("shuffle", min, max)) {
    bubble(list, {max.x, (min.y + max.y) / 2.0F}, "Another picture: shuffle the seed (R)");
  }
  if (placeOf("strip", min, max)) {
    bubble(list, {max.x, (min.y + max.y) / 2.0F}, "Change this one: drag the bars or the sliders");
  }
  constexpr const char* kDrop = "Drop a checkpoint here to open it · Space walks · ? shows all shortcuts";
  if (ImGui::CalcTextSize(kDrop).x + 60.0F < pictureMax.x - pictureMin.x) {
    centred(list, {(pictureMin.x + pictureMax.x) / 2.0F, pictureMax.y - 26.0F}, kDrop);
  }
}

}  // namespace loom::ui
