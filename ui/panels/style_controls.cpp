#include "ui/panels/style_controls.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <cstdio>

namespace loom::ui {
namespace {

constexpr float kGap = 4.0F;
constexpr int kMostRows = 10;

bool hasOffset(const model::LatentState& latent, int layer) {
  return std::any_of(latent.styleOffsets.begin(), latent.styleOffsets.end(),
                     [&](const auto& entry) { return entry.first.layer == layer; });
}

std::string layerName(int layer) { return layer < 0 ? "all layers" : "layer " + std::to_string(layer); }

}  // namespace

void StyleControls::draw(const model::GeneratorInfo& info, WindowDraft& draft) {
  if (info.styleLayers == 0) {
    return;
  }
  heading("Style");
  ImGui::SameLine();
  const float resetWidth = 62.0F;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - resetWidth);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - 5.0F);
  ImGui::BeginDisabled(draft.latent.styleOffsets.empty());
  if (button("styleReset", "Reset", Icon::None, resetWidth)) {
    draft.latent.styleOffsets.clear();
    draft.edited = "reset styles";
  }
  ImGui::EndDisabled();
  tooltip("Every dimension of w as it was");
  m_layer = std::min(m_layer, info.styleLayers - 1);
  drawLayers(info, draft);
  if (info.truncation == model::Truncation::MeanOfW) {
    auto cutoff = static_cast<float>(draft.latent.truncationCutoff.value_or(info.styleLayers));
    SliderOptions options;
    options.low = options.typedLow = options.origin = 0.0F;
    options.high = options.typedHigh = static_cast<float>(info.styleLayers);
    options.format = "%.0f";
    options.labelWidth = 112.0F;
    const auto result = slider("cutoff", "Truncated layers", cutoff, options);
    if (result.changed || result.reset) {
      const int layers = static_cast<int>(cutoff + 0.5F);
      draft.latent.truncationCutoff =
          result.reset || layers >= info.styleLayers ? std::nullopt : std::optional(std::max(0, layers));
      draft.edited = "truncation cutoff";
    }
  }
  drawOffsets(info, draft);
}

void StyleControls::drawLayers(const model::GeneratorInfo& info, WindowDraft& draft) {
  if (button("layerAll", "All", Icon::None, 38.0F, m_layer < 0)) {
    m_layer = -1;
  }
  tooltip("The sliders below move the style of every layer");
  const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
  constexpr float kWidth = 30.0F;
  for (int layer = 0; layer < info.styleLayers; ++layer) {
    ImGui::SameLine(0.0F, kGap);
    if (ImGui::GetCursorScreenPos().x + kWidth > right) {
      ImGui::NewLine();
    }
    const bool changed = hasOffset(draft.latent, layer);
    const std::string text = std::to_string(layer);
    if (button(("layer" + text).c_str(), text.c_str(), Icon::None, kWidth, m_layer == layer)) {
      m_layer = layer;
    }
    if (changed) {  // a dot: this layer goes its own way
      const ImVec2 max = ImGui::GetItemRectMax();
      const ImVec2 min = ImGui::GetItemRectMin();
      ImGui::GetWindowDrawList()->AddCircleFilled({max.x - 5.0F, min.y + 5.0F}, 2.5F, color(palette().accent));
    }
    tooltip(layer == 0 ? "The first layers shape the coarse form" : "Early layers shape the form, late ones colour and texture");
  }
}

void StyleControls::drawOffsets(const model::GeneratorInfo& info, WindowDraft& draft) {
  const int count = info.wDim;
  ImGui::Dummy({0.0F, 2.0F});
  hint(("Dimensions of w, " + layerName(m_layer) + ": moved by").c_str());
  m_pager.draw(count);
  m_pager.fitRows(count, kMostRows);
  auto& offsets = draft.latent.styleOffsets;
  for (int i = m_pager.first(count); i < m_pager.end(count); ++i) {
    const model::StylePlace place{m_layer, i};
    const auto it = offsets.find(place);
    float value = it == offsets.end() ? 0.0F : it->second;
    SliderOptions options;
    options.labelWidth = 34.0F;
    options.emphasised = it != offsets.end() || i == m_pager.found();
    const std::string index = std::to_string(i);
    const auto result = slider(("w" + index).c_str(), index.c_str(), value, options);
    if (result.changed) {
      offsets[place] = value;
      draft.edited = "w " + index + ", " + layerName(m_layer);
    }
    if (result.reset) {
      offsets.erase(place);
      draft.edited = "reset w " + index;
    }
  }
}

}  // namespace loom::ui
