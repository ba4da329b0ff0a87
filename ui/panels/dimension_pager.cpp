#include "ui/panels/dimension_pager.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <cstdio>

namespace loom::ui {
namespace {

constexpr int kFewestRows = 6;  // a panel lower than this scrolls
constexpr float kSpacing = 8.0F;

}  // namespace

int DimensionPager::first(int count) { return m_first = std::clamp(m_first, 0, std::max(0, count - 1)); }

int DimensionPager::end(int count) { return std::min(first(count) + m_rows, count); }

void DimensionPager::turnTo(int dimension, int count) {
  const int pages = (count + m_rows - 1) / m_rows;
  const int page = (dimension / m_rows + pages) % pages;
  m_first = page * m_rows;
}

void DimensionPager::draw(int count) {
  if (m_rows >= count) {
    return;
  }
  const float arrow = ImGui::GetFrameHeight();
  if (button((m_prefix + "pageback").c_str(), "", Icon::Previous, arrow)) {
    turnTo(m_first > 0 ? m_first - 1 : count - 1, count);
    m_found = -1;
  }
  tooltip("Previous page");
  ImGui::SameLine(0.0F, 4.0F);
  if (button((m_prefix + "pageforward").c_str(), "", Icon::Next, arrow)) {
    turnTo(m_first + m_rows < count ? m_first + m_rows : 0, count);
    m_found = -1;
  }
  tooltip("Next page");
  ImGui::SameLine(0.0F, kSpacing);
  char range[48];
  std::snprintf(range, sizeof range, "%d – %d of %d", m_first, std::min(m_first + m_rows, count) - 1, count);
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(colorVec(palette().quiet), "%s", range);
  ImGui::SameLine();
  const float searchWidth = 64.0F;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - searchWidth);
  ImGui::SetNextItemWidth(searchWidth);
  char text[16] = "";
  if (ImGui::InputTextWithHint(("##" + m_prefix + "find").c_str(), "Go to…", text, sizeof text,
                               ImGuiInputTextFlags_CharsDecimal | ImGuiInputTextFlags_EnterReturnsTrue)) {
    int dimension = -1;
    if (std::sscanf(text, "%d", &dimension) == 1 && dimension >= 0 && dimension < count) {
      m_found = dimension;
      turnTo(dimension, count);
    }
  }
  notePlace((m_prefix + "find").c_str());
  tooltip("Type a dimension's index and press Enter");
}

void DimensionPager::fitRows(int count, int maxRows) {
  const auto rows = static_cast<int>(ImGui::GetContentRegionAvail().y / kRowHeight);
  const int fitting = std::clamp(rows, kFewestRows, std::max(kFewestRows, maxRows));
  if (fitting != m_rows) {
    m_rows = fitting;
    turnTo(m_found >= 0 ? m_found : m_first, count);
  }
}

}  // namespace loom::ui
