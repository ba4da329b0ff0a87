#include "ui/panels/map_panel.h"

#include "ui/panels/thumbnail.h"
#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

namespace loom::ui {
namespace {

constexpr float kGap = 4.0F;
constexpr float kSide = 44.0F;          // of a picture on the map
constexpr std::size_t kNeighbours = 4;  // that a place is mixed of
constexpr std::size_t kMostPictures = 200;

double norm(const std::vector<float>& z) {
  return std::sqrt(std::inner_product(z.begin(), z.end(), z.begin(), 0.0));
}

}  // namespace

void MapPanel::draw(const WindowFacts& facts, WindowDraft& draft) {
  if (!facts.model || facts.model->info().input == model::InputKind::Picture) {
    hint("Open a generator with a latent: this shows its pictures as a map, like ones together.");
    return;
  }
  if (m_model != facts.model->id()) {
    m_model = facts.model->id();
    m_pictures = facts.model->info().wDim == 0;
    m_z.clear();
    m_here.reset();
  }
  drawTools(facts, draft);
  const MapFacts& map = facts.map;
  if (map.seeds.empty()) {
    hint(map.making ? "The map is being drawn…"
                    : "Draw a map of this model's pictures, then drag across it: the picture follows the pointer.");
    return;
  }
  if (m_map != map.version) {
    m_map = map.version;
    m_z.clear();
    m_here.reset();
    m_zoom = 1.0F;
    m_shift = {0.0F, 0.0F};
  }
  model::LatentState look = model::withSeed(draft.latent, 0);
  look.edits.clear();
  look.locks.clear();
  look.targetSeed = look.planeSeed = 0;
  if (look != m_look) {
    m_look = std::move(look);
    ++m_version;
  }
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const ImVec2 max{min.x + std::max(60.0F, room.x), min.y + std::max(60.0F, room.y)};
  View view;
  view.scale = {(0.5F * (max.x - min.x) - kSide) * m_zoom, (0.5F * (max.y - min.y) - kSide / 2.0F) * m_zoom};
  view.middle = {(min.x + max.x) / 2.0F + m_shift.x, (min.y + max.y) / 2.0F + m_shift.y};
  ImGui::PushClipRect(min, max, true);
  ImGui::GetWindowDrawList()->AddRectFilled(min, max, color(palette().ground), 4.0F);
  drawPictures(facts, draft, view, min, max);
  ImGui::SetCursorScreenPos(min);
  ImGui::InvisibleButton("##map", {max.x - min.x, max.y - min.y});
  notePlace("map", min, max);
  wander(facts, draft, view);
  ImGui::PopClipRect();
}

void MapPanel::drawTools(const WindowFacts& facts, WindowDraft& draft) {
  const bool hasStyles = facts.model->info().wDim > 0;
  ImGui::BeginDisabled(facts.map.making);
  if (hasStyles) {
    if (button("mapstyles", "By w", Icon::None, 60.0F, !m_pictures)) {
      m_pictures = false;
    }
    tooltip("Places by the principal axes of w");
    ImGui::SameLine(0.0F, kGap);
    if (button("mappictures", "By looks", Icon::None, 76.0F, m_pictures)) {
      m_pictures = true;
    }
    tooltip("Places by how the pictures look: they are made small first");
    ImGui::SameLine(0.0F, 12.0F);
  }
  if (button("mapdraw", facts.map.seeds.empty() ? "Draw the map" : "Draw anew", Icon::None, 104.0F)) {
    draft.drawMap = m_pictures ? WindowDraft::MapKind::Pictures : WindowDraft::MapKind::Styles;
  }
  ImGui::EndDisabled();
  tooltip("Looks at 300 seeds with the classes, truncation and mix of the picture as it is now");
  ImGui::SameLine(0.0F, 16.0F);
  ImGui::AlignTextToFramePadding();
  const char* text = "Drag to wander · wheel: zoom · right button: move the map";
  if (!facts.map.seeds.empty() && ImGui::GetContentRegionAvail().x > ImGui::CalcTextSize(text).x) {
    ImGui::TextColored(colorVec(palette().quiet), "%s", text);
  } else {
    ImGui::NewLine();
  }
}

/// Pictures where there is room, in the order of the seeds; points elsewhere.
void MapPanel::drawPictures(const WindowFacts& facts, WindowDraft&, const View& view, ImVec2 min, ImVec2 max) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  std::vector<ImVec2> taken;
  for (const auto& place : facts.map.places) {
    list.AddCircleFilled(view.at(place), 2.0F, color(palette().quiet, 0.8F));
  }
  for (std::size_t i = 0; i < facts.map.seeds.size(); ++i) {
    const ImVec2 at = view.at(facts.map.places[i]);
    if (at.x < min.x - kSide || at.x > max.x + kSide || at.y < min.y - kSide || at.y > max.y + kSide) {
      continue;
    }
    const bool free = taken.size() < kMostPictures && std::none_of(taken.begin(), taken.end(), [&](ImVec2 other) {
      return std::abs(other.x - at.x) < kSide + 2.0F && std::abs(other.y - at.y) < kSide + 2.0F;
    });
    if (!free) {
      continue;
    }
    taken.push_back(at);
    const std::uint32_t seed = facts.map.seeds[i];
    const auto picture = facts.previews->picture({PreviewGroup::Map, seed}, m_version, [&] {
      model::LatentState state = m_look;
      state.seed = seed;
      return state;
    });
    const ImVec2 low{at.x - kSide / 2.0F, at.y - kSide / 2.0F};
    const ImVec2 high{at.x + kSide / 2.0F, at.y + kSide / 2.0F};
    if (picture) {
      list.AddImageRounded(static_cast<ImTextureID>(picture->texture), low, high, {picture->left, picture->top},
                           {picture->right, picture->bottom}, IM_COL32_WHITE, 4.0F);
    } else {
      list.AddRectFilled(low, high, color(palette().field), 4.0F);
    }
  }
  if (m_here) {
    const ImVec2 at = view.at(*m_here);
    list.AddCircle(at, 9.0F, color(palette().accent), 0, 2.0F);
    list.AddCircleFilled(at, 3.5F, color(palette().accent));
  }
}

void MapPanel::wander(const WindowFacts& facts, WindowDraft& draft, const View& view) {
  const ImGuiIO& io = ImGui::GetIO();
  if (ImGui::IsItemHovered() && io.MouseWheel != 0.0F) {
    ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);
    const float before = m_zoom;
    m_zoom = std::clamp(m_zoom * std::pow(1.2F, io.MouseWheel), 0.5F, 30.0F);
    const float factor = m_zoom / before - 1.0F;  // the place under the pointer stays there
    m_shift.x -= (io.MousePos.x - view.middle.x) * factor;
    m_shift.y -= (io.MousePos.y - view.middle.y) * factor;
  }
  if (ImGui::IsItemHovered() && ImGui::IsMouseDragging(ImGuiMouseButton_Right, 1.0F)) {
    m_shift.x += io.MouseDelta.x;
    m_shift.y += io.MouseDelta.y;
  }
  if (ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    const float x = (io.MousePos.x - view.middle.x) / view.scale.x;
    const float y = (view.middle.y - io.MousePos.y) / view.scale.y;
    m_here = {x, y};
    draft.latent = stateAt(facts.map, x, y, facts.model->info(), draft.latent);
    draft.edited = "wander on the map";
  }
}

model::LatentState MapPanel::stateAt(const MapFacts& map, float x, float y, const model::GeneratorInfo& info,
                                     const model::LatentState& look) {
  const std::size_t count = map.seeds.size();
  m_z.resize(count);
  std::vector<std::pair<float, std::size_t>> near;
  for (std::size_t i = 0; i < count; ++i) {
    near.emplace_back(std::hypot(map.places[i].first - x, map.places[i].second - y), i);
  }
  const std::size_t taken = std::min(kNeighbours + 1, count);
  std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(taken), near.end());
  model::LatentState state = model::withSeed(look, map.seeds[near[0].second]);
  state.edits.clear();
  state.locks.clear();
  constexpr float kOnIt = 0.008F;
  if (near[0].first < kOnIt || count <= kNeighbours) {
    return state;
  }
  // Weights fall to nothing at the first neighbour that is left out, so that one that comes or goes makes no jump.
  const float edge = near[kNeighbours].first;
  std::vector<double> z(static_cast<std::size_t>(info.zDim), 0.0);
  double weights = 0.0;
  double length = 0.0;
  for (std::size_t k = 0; k < kNeighbours; ++k) {
    const auto [distance, index] = near[k];
    auto& own = m_z[index];
    if (own.size() != z.size()) {
      own = model::resolveBaseZ(model::withSeed({}, map.seeds[index]), info);
    }
    const double fall = std::max(0.0, 1.0 - static_cast<double>(distance / edge));
    const double weight = fall * fall / static_cast<double>(distance * distance);
    for (std::size_t i = 0; i < z.size(); ++i) {
      z[i] += weight * static_cast<double>(own[i]);
    }
    weights += weight;
    length += weight * norm(own);
  }
  if (weights <= 0.0) {
    return state;
  }
  const double now = std::sqrt(std::inner_product(z.begin(), z.end(), z.begin(), 0.0));
  const bool normal = info.zDistribution == model::ZDistribution::Normal;
  const double scale = normal && now > 0.0 ? length / weights / now : 1.0 / weights;
  for (std::size_t i = 0; i < z.size(); ++i) {
    state.edits[static_cast<int>(i)] = static_cast<float>(z[i] * scale);
  }
  return state;
}

}  // namespace loom::ui
