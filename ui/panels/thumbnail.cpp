#include "ui/panels/thumbnail.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>

namespace loom::ui {

bool thumbnail(const char* id, const std::optional<Previews::Picture>& picture, ImVec2 size, bool selected) {
  constexpr float kRounding = 4.0F;
  const bool clicked = ImGui::InvisibleButton(id, size, ImGuiButtonFlags_EnableNav);
  notePlace(id);
  const ImVec2 min = ImGui::GetItemRectMin();
  const ImVec2 max = ImGui::GetItemRectMax();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (picture && picture->width > 0 && picture->height > 0) {
    const float scale = std::min(size.x / static_cast<float>(picture->width), size.y / static_cast<float>(picture->height));
    const ImVec2 half{static_cast<float>(picture->width) * scale / 2.0F, static_cast<float>(picture->height) * scale / 2.0F};
    const ImVec2 middle{(min.x + max.x) / 2.0F, (min.y + max.y) / 2.0F};
    const ImU32 tint = IM_COL32(255, 255, 255, picture->stale ? 150 : 255);
    list.AddImageRounded(static_cast<ImTextureID>(picture->texture), {middle.x - half.x, middle.y - half.y},
                         {middle.x + half.x, middle.y + half.y}, {picture->left, picture->top},
                         {picture->right, picture->bottom}, tint, kRounding);
  } else {
    list.AddRectFilled(min, max, color(palette().field), kRounding);
  }
  if (selected) {
    list.AddRect(min, max, color(palette().accent), kRounding, 0, 2.0F);
  } else if (ImGui::IsItemHovered() || (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible)) {
    list.AddRect(min, max, color(palette().text, 0.7F), kRounding);
  }
  return clicked;
}

}  // namespace loom::ui
