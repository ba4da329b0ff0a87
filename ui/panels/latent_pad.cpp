#include "ui/panels/latent_pad.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <QRandomGenerator>

#include <algorithm>
#include <cmath>

namespace loom::ui {
namespace {

constexpr float kHeight = 148.0F;
constexpr std::size_t kTrailLength = 90;

/// The pad's short side spans [-1, 1]; the long side reaches as far in pixels, cut at ±1.
ImVec2 placeOf(model::PadPosition pad, ImVec2 min, ImVec2 size) {
  return {min.x + size.x * (0.5F + pad.x * 0.5F), min.y + size.y * (0.5F - pad.y * 0.5F)};
}

model::PadPosition positionAt(ImVec2 place, ImVec2 min, ImVec2 size) {
  return {std::clamp((place.x - min.x) / size.x * 2.0F - 1.0F, -1.0F, 1.0F),
          std::clamp(1.0F - (place.y - min.y) / size.y * 2.0F, -1.0F, 1.0F)};
}

}  // namespace

void LatentPad::draw(WindowDraft& draft) {
  const ImVec2 size(std::max(40.0F, ImGui::GetContentRegionAvail().x), kHeight);
  ImGui::InvisibleButton("##pad", size, ImGuiButtonFlags_EnableNav);
  notePlace("pad");
  const ImVec2 min = ImGui::GetItemRectMin();
  const bool active = ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left);
  if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    draft.latent.pad = {};
    draft.edited = "pad to the middle";
    m_trail.clear();
  } else if (active && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1.0F)) {
    draft.latent.pad = positionAt(ImGui::GetIO().MousePos, min, size);
    draft.edited = "pad";
  } else if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible) {
    const auto steps = [](ImGuiKey key) {
      ImGui::SetItemKeyOwner(key);
      return ImGui::IsKeyPressed(key) ? 0.05F : 0.0F;
    };
    auto& pad = draft.latent.pad;
    pad.x = std::clamp(pad.x + steps(ImGuiKey_RightArrow) - steps(ImGuiKey_LeftArrow), -1.0F, 1.0F);
    pad.y = std::clamp(pad.y + steps(ImGuiKey_UpArrow) - steps(ImGuiKey_DownArrow), -1.0F, 1.0F);
    draft.edited = "pad";
  }
  tooltip("Drag: turns z within a plane of the latent space. Double-click: back to the middle. "
          "Right click: another plane.");
  if (ImGui::BeginPopupContextItem("##padmenu")) {
    if (ImGui::MenuItem("Another plane")) {
      draft.latent.planeSeed = QRandomGenerator::global()->generate();
      draft.edited = "another plane";
      m_trail.clear();
    }
    if (ImGui::MenuItem("Back to the middle", "double-click")) {
      draft.latent.pad = {};
      draft.edited = "pad to the middle";
    }
    ImGui::EndPopup();
  }
  if (m_trail.empty() || m_trail.back() != draft.latent.pad) {
    m_trail.push_back(draft.latent.pad);
    if (m_trail.size() > kTrailLength) {
      m_trail.pop_front();
    }
  }
  paint(min, size, draft, active);
}

void LatentPad::paint(ImVec2 min, ImVec2 size, const WindowDraft& draft, bool active) {
  const Palette& p = palette();
  auto& list = *ImGui::GetWindowDrawList();
  const ImVec2 max(min.x + size.x, min.y + size.y);
  list.AddRectFilled(min, max, color(p.ground), 5.0F);
  list.PushClipRect(min, max, true);
  for (int i = 1; i < 6; ++i) {
    const float x = std::floor(min.x + size.x * static_cast<float>(i) / 6.0F) + 0.5F;
    list.AddLine({x, min.y}, {x, max.y}, color(p.line, i == 3 ? 1.0F : 0.6F));
  }
  for (int i = 1; i < 4; ++i) {
    const float y = std::floor(min.y + size.y * static_cast<float>(i) / 4.0F) + 0.5F;
    list.AddLine({min.x, y}, {max.x, y}, color(p.line, i == 2 ? 1.0F : 0.6F));
  }
  for (std::size_t i = 0; i < m_trail.size(); ++i) {
    const float age = static_cast<float>(i + 1) / static_cast<float>(m_trail.size());
    list.AddCircleFilled(placeOf(m_trail[i], min, size), 1.3F, color(p.accent, 0.15F + 0.55F * age), 6);
  }
  const ImVec2 place = placeOf(draft.latent.pad, min, size);
  list.AddCircle(place, active ? 11.0F : 9.5F, color(p.accent, 0.55F), 28, 1.5F);
  list.AddCircleFilled(place, active ? 7.0F : 6.0F, color(p.accent), 28);
  list.PopClipRect();
}

}  // namespace loom::ui
