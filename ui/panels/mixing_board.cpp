#include "ui/panels/mixing_board.h"

#include "ui/panels/class_controls.h"
#include "ui/panels/seed_field.h"
#include "ui/panels/thumbnail.h"
#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 4.0F;
constexpr float kRowSide = 30.0F;  // of a source's small picture, and the row's height
constexpr int kMostSources = 16;

/// The part of `source` in `layer`, 0 to 1.
float strengthOf(const model::LatentState& latent, int row, int layer) {
  float all = 0.0F;
  float own = 0.0F;
  for (std::size_t i = 0; i < latent.sources.size(); ++i) {
    const auto it = latent.sources[i].layers.find(layer);
    const float strength = it == latent.sources[i].layers.end() ? 0.0F : it->second;
    all += strength;
    own = static_cast<int>(i) == row - 1 ? strength : own;
  }
  return row == 0 ? std::max(0.0F, 1.0F - all) : own / std::max(1.0F, all);
}

/// A class of its own aside.
bool isPlainSeed(const model::LatentState& recipe) {
  model::LatentState plain;
  plain.seed = recipe.seed;
  plain.classes = recipe.classes;
  return recipe == plain;
}

}  // namespace

std::pair<int, int> MixingBoard::third(int which, int layers) {
  const int first = layers * 4 / 18;
  const int second = layers * 8 / 18;
  const int low = std::max(1, first);
  const int middle = std::max(low + 1, second);
  return which == 0   ? std::pair(0, std::min(low, layers))
         : which == 1 ? std::pair(std::min(low, layers), std::min(middle, layers))
                      : std::pair(std::min(middle, layers), layers);
}

void MixingBoard::reset() {
  m_row = 0;
  m_shown.clear();
}

void MixingBoard::draw(const WindowFacts& facts, WindowDraft& draft) {
  const auto& info = facts.model->info();
  if (info.mixLayers() == 0) {
    return;
  }
  heading("Mixing");
  auto& sources = draft.latent.sources;
  m_row = std::min(m_row, static_cast<int>(sources.size()));
  for (int row = 0; row <= static_cast<int>(sources.size()); ++row) {
    ImGui::PushID(row);
    drawRow(facts, draft, row);
    ImGui::PopID();
  }
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    m_painting = false;
  }
  drawTools(info, draft);
}

void MixingBoard::drawRow(const WindowFacts& facts, WindowDraft& draft, int row) {
  auto& sources = draft.latent.sources;
  const std::string id = "source" + std::to_string(row);
  const bool own = row == 0;
  if (facts.previews) {
    // The picture's own row shows it without what is mixed in; a source as it is.
    model::LatentState shown = own ? model::asSource(draft.latent) : *sources[static_cast<std::size_t>(row - 1)].recipe;
    if (own) {
      shown.sources.clear();
    }
    const auto at = static_cast<std::size_t>(row);
    if (m_shown.size() <= at || *m_shown[at] != shown) {
      m_shown.resize(std::max(m_shown.size(), at + 1), model::LatentState());
      m_shown[at] = shown;
      m_versions[row] = ++m_version;
    }
    const auto picture = facts.previews->picture({PreviewGroup::Sources, row}, m_versions[row], [&] {
      model::LatentState state = shown;
      state.truncation = draft.latent.truncation;
      if (state.classes.empty()) {
        state.classes = draft.latent.classes;
      }
      return state;
    });
    if (thumbnail((id + ".picture").c_str(), picture, {kRowSide, kRowSide}, m_row == row)) {
      m_row = row;
    }
    tooltip(own ? "The picture's own style: paint here to give layers back to it"
                : "Click to choose this source, then paint layers, or give it coarse, middle or fine ones");
    ImGui::SameLine(0.0F, 6.0F);
  }
  drawCells(facts.model->info(), draft, row, ImGui::GetContentRegionAvail().x);
}

void MixingBoard::drawCells(const model::GeneratorInfo& info, WindowDraft& draft, int row, float width) {
  const int layers = info.mixLayers();
  const std::string id = "mix" + std::to_string(row);
  ImGui::InvisibleButton(id.c_str(), {std::max(20.0F, width), kRowSide}, ImGuiButtonFlags_None);
  const ImVec2 min = ImGui::GetItemRectMin();
  const ImVec2 max = ImGui::GetItemRectMax();
  notePlace(id.c_str(), min, max);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float step = (max.x - min.x + 2.0F) / static_cast<float>(layers);
  const float mouse = ImGui::GetIO().MousePos.x;
  const bool within = mouse >= min.x && mouse < max.x;
  const int under = std::clamp(static_cast<int>((mouse - min.x) / step), 0, layers - 1);
  if (ImGui::IsItemActivated()) {
    m_painting = true;
    m_row = row;
  }
  if (m_painting && m_row == row && ImGui::IsItemActive() && within) {
    assign(draft, row, under);
  }
  for (int layer = 0; layer < layers; ++layer) {
    const ImVec2 low{min.x + step * static_cast<float>(layer), min.y + 2.0F};
    const ImVec2 high{low.x + step - 2.0F, max.y - 2.0F};
    const float share = strengthOf(draft.latent, row, layer);
    list.AddRectFilled(low, high, color(palette().field), 3.0F);
    if (share > 0.0F) {
      const ImVec2 from{low.x, high.y - (high.y - low.y) * share};
      list.AddRectFilled(from, high, color(row == 0 ? palette().quiet : palette().accent, row == 0 ? 0.55F : 0.9F), 3.0F);
    }
    if (ImGui::IsItemHovered() && layer == under) {
      list.AddRect(low, high, color(palette().text, 0.8F), 3.0F);
    }
  }
  if (ImGui::IsItemHovered()) {
    const auto [coarse, middle] = third(1, layers);
    const char* kind = under < coarse ? "coarse: pose and form" : under < middle ? "middle: features" : "fine: colour and texture";
    const int percent = static_cast<int>(strengthOf(draft.latent, row, under) * 100.0F + 0.5F);
    tooltip(("Layer " + std::to_string(under) + ", " + kind + " · " + std::to_string(percent) +
             " % from here. Click or drag to paint; Ctrl+wheel changes the strength.").c_str());
    const float wheel = ImGui::GetIO().KeyCtrl ? ImGui::GetIO().MouseWheel : 0.0F;
    if (wheel != 0.0F && row > 0) {
      ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);
      constexpr float kNudge = 0.05F;
      auto& own = draft.latent.sources[static_cast<std::size_t>(row - 1)].layers;
      const float before = own.contains(under) ? own[under] : 0.0F;
      assign(draft, row, under, std::clamp(before + kNudge * wheel, 0.0F, 1.0F));
    }
  }
}

void MixingBoard::assign(WindowDraft& draft, int row, int layer, float strength) const {
  for (std::size_t i = 0; i < draft.latent.sources.size(); ++i) {
    auto& layers = draft.latent.sources[i].layers;
    if (static_cast<int>(i) == row - 1 && strength > 0.0F) {
      layers[layer] = strength;
    } else {
      layers.erase(layer);
    }
  }
  draft.edited = row == 0 ? "own style of layers" : "mix of layers";
}

void MixingBoard::drawPresets(const model::GeneratorInfo& info, WindowDraft& draft) const {
  const float width = (ImGui::GetContentRegionAvail().x - 2.0F * kGap) / 3.0F;
  constexpr const char* kNames[] = {"Coarse", "Middle", "Fine"};
  constexpr const char* kTips[] = {"Gives the chosen row the first layers: pose and form",
                                   "Gives the chosen row the middle layers: features",
                                   "Gives the chosen row the last layers: colour and texture"};
  for (int which = 0; which < 3; ++which) {
    if (which > 0) {
      ImGui::SameLine(0.0F, kGap);
    }
    if (button(kNames[which], kNames[which], Icon::None, width)) {
      const auto [first, end] = third(which, info.mixLayers());
      for (int layer = first; layer < end; ++layer) {
        assign(draft, m_row, layer);
      }
    }
    tooltip(kTips[which]);
  }
}

void MixingBoard::drawStrength(model::StyleSource& source, WindowDraft& draft) const {
  if (source.layers.empty()) {
    return;
  }
  float strength = 0.0F;
  for (const auto& [layer, value] : source.layers) {
    strength = std::max(strength, value);
  }
  SliderOptions options;
  options.low = options.typedLow = 0.0F;
  options.high = options.typedHigh = options.origin = 1.0F;
  options.format = "%.2f";
  const float before = strength;
  const auto result = slider("strength", "Strength", strength, options);
  if (result.changed || result.reset) {
    const float factor = strength / std::max(before, 1e-6F);
    for (auto& [layer, value] : source.layers) {
      // Not 0: the layers would be forgotten while the hand passes it.
      value = result.reset ? 1.0F : std::clamp(value * factor, 0.01F, 1.0F);
    }
    draft.edited = "strength of the mix";
  }
}

void MixingBoard::drawRecipe(const model::GeneratorInfo& info, model::StyleSource& source, WindowDraft& draft) const {
  model::LatentState recipe = *source.recipe;
  bool changed = false;
  const auto label = [](const char* text) {
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(colorVec(palette().quiet), "%s", text);
    ImGui::SameLine(48.0F);
  };
  if (isPlainSeed(recipe)) {
    const float dice = ImGui::GetFrameHeight();
    label("Seed");
    changed = seedField("##sourceseed", recipe.seed, ImGui::GetContentRegionAvail().x - dice - kGap);
    notePlace("sourceseed");
    ImGui::SameLine(0.0F, kGap);
    if (button("sourcedice", "", Icon::Dice, dice)) {
      recipe.seed = seedByChance();
      changed = true;
    }
    tooltip("Another source by chance");
  } else {
    hint(("A recipe from seed " + std::to_string(recipe.seed)).c_str());
  }
  if (info.labels == model::LabelKind::Classes) {
    label("Class");
    changed |= classPicker("sourceclass", info, recipe.classes, "as the picture", ImGui::GetContentRegionAvail().x);
    tooltip("The layers that are painted take this class, too");
  }
  if (changed) {
    source.recipe = recipe;
    draft.edited = "source of styles";
  }
}

void MixingBoard::drawTools(const model::GeneratorInfo& info, WindowDraft& draft) {
  auto& sources = draft.latent.sources;
  const bool any = !sources.empty();
  if (any) {
    drawPresets(info, draft);
  }
  if (m_row > 0 && m_row <= static_cast<int>(sources.size())) {
    auto& source = sources[static_cast<std::size_t>(m_row - 1)];
    drawStrength(source, draft);
    drawRecipe(info, source, draft);
    if (button("sourceremove", "Remove this source", Icon::None, ImGui::GetContentRegionAvail().x)) {
      sources.erase(sources.begin() + (m_row - 1));
      draft.edited = "remove a source of styles";
      m_row = std::min(m_row, static_cast<int>(sources.size()));
    }
    tooltip("Its layers return to the picture's own style");
  }
  ImGui::BeginDisabled(static_cast<int>(sources.size()) >= kMostSources);
  const float half = (ImGui::GetContentRegionAvail().x - kGap) / 2.0F;
  if (button("sourceadd", any ? "Add a seed" : "Mix with a seed", Icon::Dice, half)) {
    model::LatentState recipe;
    recipe.seed = seedByChance();
    sources.push_back({recipe, {}});
    m_row = static_cast<int>(sources.size());
    if (!any) {  // something to see at once; the board tells the rest
      const auto [first, end] = third(2, info.mixLayers());
      for (int layer = first; layer < end; ++layer) {
        assign(draft, m_row, layer);
      }
    }
    draft.edited = "add a source of styles";
  }
  tooltip("Takes another seed beside the picture; its style can be painted into single layers");
  ImGui::SameLine(0.0F, kGap);
  if (button("sourcekeep", "Add this", Icon::None, half)) {
    draft.latent.sources.push_back({model::asSource(draft.latent), {}});
    m_row = static_cast<int>(draft.latent.sources.size());
    draft.edited = "add a source of styles";
  }
  tooltip("Keeps the picture as it is now as a source, to mix into what comes next");
  ImGui::EndDisabled();
}

}  // namespace loom::ui
