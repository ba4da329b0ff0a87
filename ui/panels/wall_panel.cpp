#include "ui/panels/wall_panel.h"

#include "ui/panels/seed_field.h"
#include "ui/panels/thumbnail.h"
#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 4.0F;
constexpr int kRows = 100000;  // of the wall; seeds wrap around at 2³²

void togglePin(std::vector<std::uint32_t>& pinned, std::uint32_t seed) {
  if (std::erase(pinned, seed) == 0) {
    pinned.push_back(seed);
  }
}

}  // namespace

void WallPanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (!facts.model || facts.model->info().input == model::InputKind::Picture) {
    hint(facts.model ? "This model changes pictures and has no seeds. Open a generator with a latent to see its wall."
                     : "Open a checkpoint, and the pictures of its seeds hang here.");
    return;
  }
  model::LatentState look = model::withSeed(draft.latent, 0);
  look.targetSeed = 0;
  look.planeSeed = 0;
  if (m_model != facts.model->id() || look != m_look) {
    m_model = facts.model->id();
    m_look = std::move(look);
    ++m_version;
  }
  drawTools(facts, draft);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {kGap, kGap});
  drawPinned(facts, draft);
  if (ImGui::BeginChild("##wall", {0.0F, 0.0F}, ImGuiChildFlags_NavFlattened)) {
    const float wheel = ImGui::IsWindowHovered() && ImGui::GetIO().KeyCtrl ? ImGui::GetIO().MouseWheel : 0.0F;
    m_side = std::clamp(m_side + 8.0F * wheel, 48.0F, 128.0F);
    const int columns = std::max(1, static_cast<int>((ImGui::GetContentRegionAvail().x + kGap) / (m_side + kGap)));
    ImGuiListClipper clipper;
    clipper.Begin(kRows, m_side + kGap);
    while (clipper.Step()) {
      for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
        for (int column = 0; column < columns; ++column) {
          if (column > 0) {
            ImGui::SameLine(0.0F, kGap);
          }
          const auto index = static_cast<std::uint32_t>(row) * static_cast<std::uint32_t>(columns);
          drawCell(facts, draft, "wall", m_first + index + static_cast<std::uint32_t>(column));
        }
      }
    }
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

/// One row that scrolls sideways where it is too long, and a line below it.
void WallPanel::drawPinned(const WindowFacts& facts, WindowDraft& draft) {
  if (draft.view.pinnedSeeds.empty()) {
    return;
  }
  const float height = m_side + kGap + ImGui::GetStyle().ScrollbarSize;
  if (ImGui::BeginChild("##pinned", {0.0F, height}, ImGuiChildFlags_NavFlattened, ImGuiWindowFlags_HorizontalScrollbar)) {
    const std::vector<std::uint32_t> pinned = draft.view.pinnedSeeds;  // a menu may take one away
    for (const std::uint32_t seed : pinned) {
      drawCell(facts, draft, "pinned", seed);
      ImGui::SameLine(0.0F, kGap);
    }
  }
  ImGui::EndChild();
  ImGui::Separator();
}

void WallPanel::drawTools(const WindowFacts& facts, WindowDraft& draft) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(colorVec(palette().quiet), "From seed");
  ImGui::SameLine(0.0F, 8.0F);
  if (seedField("##wallfirst", m_first, 110.0F)) {
    ImGui::SetScrollY(0.0F);
  }
  notePlace("wallfirst");
  tooltip("The seed of the first picture");
  ImGui::SameLine(0.0F, kGap);
  if (button("walldice", "", Icon::Dice, ImGui::GetFrameHeight())) {
    m_first = seedByChance();
  }
  tooltip("Another part of the wall by chance");
  ImGui::SameLine(0.0F, kGap);
  if (button("wallhere", "From here", Icon::None, 84.0F)) {
    m_first = draft.latent.seed;
  }
  tooltip("Begins with the seed that is open");
  ImGui::SameLine(0.0F, 16.0F);
  ImGui::AlignTextToFramePadding();
  const char* text = facts.model->info().mixLayers() > 0 ? "Click opens · Shift+click pins · Ctrl+click mixes in · Ctrl+wheel: size"
                                                         : "Click opens · Shift+click pins · Ctrl+wheel: size";
  if (ImGui::GetContentRegionAvail().x > ImGui::CalcTextSize(text).x) {
    ImGui::TextColored(colorVec(palette().quiet), "%s", text);
  } else {
    ImGui::NewLine();
  }
}

void WallPanel::drawCell(const WindowFacts& facts, WindowDraft& draft, const char* place, std::uint32_t seed) {
  const auto picture = facts.previews->picture({PreviewGroup::Wall, seed}, m_version, [&] {
    model::LatentState state = m_look;
    state.seed = seed;
    return state;
  });
  const std::string id = place + std::to_string(seed);
  if (thumbnail(id.c_str(), picture, {m_side, m_side}, draft.latent.seed == seed)) {
    if (ImGui::GetIO().KeyCtrl && facts.model->info().mixLayers() > 0) {
      model::LatentState recipe;
      recipe.seed = seed;
      draft.latent.sources.push_back({recipe, {}});
      draft.edited = "add a source of styles";
    } else if (ImGui::GetIO().KeyShift) {
      togglePin(draft.view.pinnedSeeds, seed);
    } else {
      draft.latent = model::withSeed(draft.latent, seed);
      draft.edited = "seed " + std::to_string(seed);
    }
  }
  tooltip(("Seed " + std::to_string(seed)).c_str());
  drawMenu(facts, draft, seed);
}

void WallPanel::drawMenu(const WindowFacts& facts, WindowDraft& draft, std::uint32_t seed) {
  if (!ImGui::BeginPopupContextItem()) {
    return;
  }
  if (ImGui::MenuItem("Open", "click")) {
    draft.latent = model::withSeed(draft.latent, seed);
    draft.edited = "seed " + std::to_string(seed);
  }
  const auto& all = draft.view.pinnedSeeds;
  const bool pinned = std::find(all.begin(), all.end(), seed) != all.end();
  if (ImGui::MenuItem(pinned ? "Unpin" : "Pin above the wall", "Shift+click")) {
    togglePin(draft.view.pinnedSeeds, seed);
  }
  if (ImGui::MenuItem("Walk towards it")) {
    draft.latent.targetSeed = seed;
    draft.edited = "second seed";
  }
  if (facts.model->info().mixLayers() > 0 && ImGui::MenuItem("Mix into the picture", "Ctrl+click")) {
    model::LatentState recipe;
    recipe.seed = seed;
    draft.latent.sources.push_back({recipe, {}});
    draft.edited = "add a source of styles";
  }
  if (ImGui::MenuItem("Copy the seed")) {
    ImGui::SetClipboardText(std::to_string(seed).c_str());
  }
  ImGui::EndPopup();
}

}  // namespace loom::ui
