#include "ui/panels/mixing_grid_panel.h"

#include "ui/panels/mixing_board.h"
#include "ui/panels/seed_field.h"
#include "ui/panels/thumbnail.h"
#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 4.0F;
constexpr float kLeast = 52.0F;   // logical pixels of a cell
constexpr float kMost = 112.0F;
constexpr std::size_t kMostLines = 12;

/// Index of a cell among the previews; row and column 0 have the sources.
std::int64_t cellIndex(int row, int column) { return static_cast<std::int64_t>(row) * 100 + column; }

}  // namespace

void MixingGridPanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (!facts.model || facts.model->info().mixLayers() == 0) {
    hint(facts.model ? "Mixing takes a model with layers that can be fed apart: a StyleGAN, or a BigGAN."
                     : "Open a StyleGAN or a BigGAN: this mixes every row with every column.");
    return;
  }
  const int layers = facts.model->info().mixLayers();
  if (m_model != facts.model->id()) {
    m_model = facts.model->id();
    std::tie(m_first, m_last) = MixingBoard::third(0, layers);
    --m_last;
  }
  model::LatentState look = model::withSeed(draft.latent, 0);
  look.edits.clear();
  look.locks.clear();
  look.sources.clear();
  look.targetSeed = look.planeSeed = 0;
  if (look != m_look) {
    m_look = std::move(look);
    ++m_version;
  }
  drawTools(facts, draft);
  drawTable(facts, draft);
}

void MixingGridPanel::drawTools(const WindowFacts& facts, WindowDraft&) {
  const int layers = facts.model->info().mixLayers();
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(colorVec(palette().quiet), "Columns give");
  ImGui::SameLine(0.0F, 8.0F);
  constexpr const char* kNames[] = {"Coarse", "Middle", "Fine"};
  for (int which = 0; which < 3; ++which) {
    const auto [first, end] = MixingBoard::third(which, layers);
    const bool chosen = m_first == first && m_last == end - 1;
    if (button((std::string("grid") + kNames[which]).c_str(), kNames[which], Icon::None, 66.0F, chosen)) {
      m_first = first;
      m_last = end - 1;
      ++m_version;
    }
    ImGui::SameLine(0.0F, kGap);
  }
  ImGui::SetNextItemWidth(150.0F);
  int range[2] = {m_first, m_last};
  if (ImGui::DragInt2("##gridlayers", range, 0.1F, 0, layers - 1, "layer %d")) {
    m_first = std::clamp(std::min(range[0], range[1]), 0, layers - 1);
    m_last = std::clamp(std::max(range[0], range[1]), 0, layers - 1);
    ++m_version;
  }
  notePlace("gridlayers");
  tooltip("From this layer to that one");
  ImGui::SameLine(0.0F, 16.0F);
  const auto lines = [&](const char* id, const char* text, std::vector<std::uint32_t>& seeds, const char* tip) {
    ImGui::BeginDisabled(seeds.size() >= kMostLines);
    if (button(id, text, Icon::None, 74.0F)) {
      seeds.push_back(seedByChance());
      ++m_version;
    }
    ImGui::EndDisabled();
    tooltip(tip);
    ImGui::SameLine(0.0F, kGap);
  };
  lines("gridrow", "+ Row", m_rows, "Another seed in the rows");
  lines("gridcolumn", "+ Column", m_columns, "Another seed in the columns");
  if (button("gridshuffle", "Shuffle", Icon::Dice, 84.0F)) {
    for (auto* seeds : {&m_rows, &m_columns}) {
      for (std::uint32_t& seed : *seeds) {
        seed = seedByChance();
      }
    }
    ++m_version;
  }
  tooltip("Other seeds everywhere");
}

void MixingGridPanel::drawTable(const WindowFacts& facts, WindowDraft& draft) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const auto columns = static_cast<float>(m_columns.size() + 1);
  const auto rows = static_cast<float>(m_rows.size() + 1);
  const float fits = std::min((room.x - 16.0F) / columns, room.y / rows) - kGap;
  const float side = std::clamp(fits, kLeast, kMost);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {kGap, kGap});
  if (ImGui::BeginChild("##grid", {0.0F, 0.0F}, ImGuiChildFlags_NavFlattened, ImGuiWindowFlags_HorizontalScrollbar)) {
    for (int row = 0; row <= static_cast<int>(m_rows.size()); ++row) {
      for (int column = 0; column <= static_cast<int>(m_columns.size()); ++column) {
        if (column > 0) {
          ImGui::SameLine(0.0F, kGap);
        }
        drawCell(facts, draft, row, column, side);
      }
    }
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

model::LatentState MixingGridPanel::stateOf(int row, int column) const {
  const auto at = [](const std::vector<std::uint32_t>& seeds, int index) { return seeds[static_cast<std::size_t>(index - 1)]; };
  model::LatentState state = m_look;
  state.seed = row > 0 ? at(m_rows, row) : at(m_columns, column);
  if (row > 0 && column > 0) {
    model::LatentState source;
    source.seed = at(m_columns, column);
    for (int layer = m_first; layer <= m_last; ++layer) {
      model::takeStyle(state, layer, source);
    }
  }
  return state;
}

void MixingGridPanel::drawCell(const WindowFacts& facts, WindowDraft& draft, int row, int column, float side) {
  if (row == 0 && column == 0) {
    ImGui::Dummy({side, side});
    return;
  }
  const auto picture =
      facts.previews->picture({PreviewGroup::Mixing, cellIndex(row, column)}, m_version, [&] { return stateOf(row, column); });
  const std::string id = "grid" + std::to_string(row) + "." + std::to_string(column);
  const model::LatentState state = stateOf(row, column);
  const bool open = draft.latent.seed == state.seed && draft.latent.sources == state.sources;
  if (thumbnail(id.c_str(), picture, {side, side}, open)) {
    draft.latent = model::withSeed(draft.latent, state.seed);
    draft.latent.sources = state.sources;
    draft.edited = "take a mix over";
  }
  const bool source = row == 0 || column == 0;
  const std::string seed = std::to_string(state.seed);
  if (source) {
    tooltip(("Seed " + seed + ": click opens it, right click changes or removes it").c_str());
  } else {
    tooltip(("Seed " + seed + " with layers " + std::to_string(m_first) + " to " + std::to_string(m_last) + " of seed " +
             std::to_string(m_columns[static_cast<std::size_t>(column - 1)]) + ": click takes it over").c_str());
  }
  if (!source || !ImGui::BeginPopupContextItem((id + "menu").c_str())) {
    return;
  }
  auto& seeds = row == 0 ? m_columns : m_rows;
  auto& own = seeds[static_cast<std::size_t>((row == 0 ? column : row) - 1)];
  drawSeed(own, (id + "seed").c_str(), 120.0F);
  if (ImGui::MenuItem("The open picture's seed")) {
    own = draft.latent.seed;
    ++m_version;
  }
  if (seeds.size() > 1 && ImGui::MenuItem("Remove")) {
    seeds.erase(seeds.begin() + (&own - seeds.data()));
    ++m_version;
  }
  ImGui::EndPopup();
}

void MixingGridPanel::drawSeed(std::uint32_t& seed, const char* id, float width) {
  if (seedField((std::string("##") + id).c_str(), seed, width)) {
    ++m_version;
  }
  notePlace(id);
  ImGui::SameLine(0.0F, kGap);
  if (button((std::string(id) + "dice").c_str(), "", Icon::Dice, ImGui::GetFrameHeight())) {
    seed = seedByChance();
    ++m_version;
  }
}

}  // namespace loom::ui
