#include "ui/panels/mixing_grid_panel.h"

#include "ui/panels/class_controls.h"
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

void MixingGridPanel::drawTools(const WindowFacts& facts, WindowDraft& draft) {
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
  const auto lines = [&](const char* id, const char* text, std::vector<Line>& into, const char* tip) {
    ImGui::BeginDisabled(into.size() >= kMostLines);
    if (button(id, text, Icon::None, 74.0F)) {
      into.push_back({seedByChance(), {}});
      ++m_version;
    }
    ImGui::EndDisabled();
    tooltip(tip);
    ImGui::SameLine(0.0F, kGap);
  };
  lines("gridrow", "+ Row", m_rows, "Another seed in the rows");
  lines("gridcolumn", "+ Column", m_columns, "Another seed in the columns");
  if (button("gridshuffle", "Shuffle", Icon::Dice, 84.0F)) {
    for (auto* of : {&m_rows, &m_columns}) {
      for (Line& line : *of) {
        line.seed = seedByChance();
      }
    }
    ++m_version;
  }
  tooltip("Other seeds everywhere");
  ImGui::SameLine(0.0F, 16.0F);
  if (button("gridsave", "Save sheet…", Icon::None, 92.0F)) {
    draft.saveMixes = sheet();
  }
  tooltip("Writes this table at full size as one picture");
}

MixingSheet MixingGridPanel::sheet() const {
  MixingSheet sheet{static_cast<int>(m_rows.size()) + 1, static_cast<int>(m_columns.size()) + 1, {}};
  for (int row = 0; row < sheet.rows; ++row) {
    for (int column = 0; column < sheet.columns; ++column) {
      sheet.cells.push_back(row == 0 && column == 0 ? std::nullopt : std::optional(stateOf(row, column)));
    }
  }
  return sheet;
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
  const auto at = [](const std::vector<Line>& lines, int index) { return lines[static_cast<std::size_t>(index - 1)]; };
  const Line own = row > 0 ? at(m_rows, row) : at(m_columns, column);
  model::LatentState state = m_look;
  state.seed = own.seed;
  if (!own.classes.empty()) {
    state.classes = own.classes;
  }
  if (row > 0 && column > 0) {
    const Line lent = at(m_columns, column);
    model::LatentState source;
    source.seed = lent.seed;
    // Where only the row has a class of its own, the column's layers keep the open picture's.
    source.classes = lent.classes;
    if (lent.classes.empty() && !own.classes.empty()) {
      source.classes = m_look.classes.empty() ? std::map<int, float>{{0, 1.0F}} : m_look.classes;
    }
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
  const bool open = draft.latent.seed == state.seed && draft.latent.sources == state.sources && draft.latent.classes == state.classes;
  if (thumbnail(id.c_str(), picture, {side, side}, open)) {
    draft.latent = model::withSeed(draft.latent, state.seed);
    draft.latent.sources = state.sources;
    draft.latent.classes = state.classes;
    draft.edited = "take a mix over";
  }
  const bool source = row == 0 || column == 0;
  const std::string seed = std::to_string(state.seed);
  if (source) {
    tooltip(("Seed " + seed + ": click opens it, right click changes or removes it").c_str());
  } else {
    tooltip(("Seed " + seed + " with layers " + std::to_string(m_first) + " to " + std::to_string(m_last) + " of seed " +
             std::to_string(m_columns[static_cast<std::size_t>(column - 1)].seed) + ": click takes it over").c_str());
  }
  if (source && ImGui::BeginPopupContextItem((id + "menu").c_str())) {
    drawLineMenu(facts.model->info(), draft, row == 0 ? m_columns : m_rows, static_cast<std::size_t>((row == 0 ? column : row) - 1), id);
    ImGui::EndPopup();
  }
}

void MixingGridPanel::drawLineMenu(const model::GeneratorInfo& info, const WindowDraft& draft, std::vector<Line>& lines,
                                   std::size_t index, const std::string& id) {
  Line& line = lines[index];
  drawSeed(line.seed, (id + "seed").c_str(), 120.0F);
  if (info.labels == model::LabelKind::Classes) {
    m_version += classPicker((id + "class").c_str(), info, line.classes, "class as the picture", 150.0F) ? 1 : 0;
  }
  if (ImGui::MenuItem("The open picture's seed")) {
    line.seed = draft.latent.seed;
    ++m_version;
  }
  if (lines.size() > 1 && ImGui::MenuItem("Remove")) {
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(index));
    ++m_version;
  }
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
