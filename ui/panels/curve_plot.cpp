#include "ui/panels/curve_plot.h"

#include "ui/panels/widgets.h"
#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace loom::ui {
namespace {

constexpr float kLeft = 44.0F;    // logical pixels for the numbers at the left
constexpr float kBelow = 20.0F;   // and below
constexpr float kRawAlpha = 0.35F;

/// 1, 2 or 5 times a power of ten, so that about `count` of them fill `span`.
double roundStep(double span, int count) {
  const double rough = span / std::max(1, count);
  const double power = std::pow(10.0, std::floor(std::log10(std::max(1e-12, rough))));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) {
      return factor * power;
    }
  }
  return 10.0 * power;
}

std::string numberText(double value) {
  char text[32];
  if (std::abs(value) >= 1000.0 && std::abs(value) < 1e7) {
    std::snprintf(text, sizeof text, "%.0f", value);
    return text;
  }
  std::snprintf(text, sizeof text, std::abs(value) >= 1e5 || (value != 0.0 && std::abs(value) < 1e-3) ? "%.1e" : "%.4g", value);
  return text;
}

}  // namespace

void CurvePlot::draw(const char* id, ImVec2 size, const std::vector<PlotCurve>& curves,
                     const std::vector<model::RunMark>& marks, float guide) {
  ImGui::InvisibleButton(id, size, ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  notePlace(id);
  m_hovered = ImGui::IsItemHovered();
  const ImVec2 from = ImGui::GetItemRectMin();
  const ImVec2 to = ImGui::GetItemRectMax();
  m_min = {from.x + kLeft, from.y + 4.0F};
  m_max = {to.x - 6.0F, to.y - kBelow};
  Axis whole{0.0, 10.0};
  for (const PlotCurve& one : curves) {
    if (one.curve && !one.curve->empty()) {
      whole.high = std::max(whole.high, static_cast<double>(one.curve->point(one.curve->size() - 1).x));
    }
  }
  takeHand(m_min, m_max, whole);
  if (m_follows) {
    m_steps = whole;
  }
  m_values = valueAxis(curves);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(m_min, m_max, color(palette().ground), 4.0F);
  drawAxes(list, id);
  list.PushClipRect(m_min, m_max, true);
  if (std::isfinite(guide) && !logarithmic) {
    const float y = yOf(guide);
    list.AddLine({m_min.x, y}, {m_max.x, y}, color(palette().quiet, 0.6F), 1.0F);
  }
  drawMarks(list, marks);
  for (const PlotCurve& one : curves) {
    drawCurve(list, one);
  }
  list.PopClipRect();
  drawReadout(list, curves);
}

/// Wheel: zoom to the pointer. Drag: move. Double click or right click: all of it, and following.
void CurvePlot::takeHand(ImVec2 min, ImVec2 max, const Axis& whole) {
  const ImGuiIO& io = ImGui::GetIO();
  const double width = std::max(1.0F, max.x - min.x);
  const double span = m_steps.high - m_steps.low;
  if (m_hovered && io.MouseWheel != 0.0F) {
    const double at = m_steps.low + span * std::clamp((io.MousePos.x - min.x) / width, 0.0, 1.0);
    const double factor = std::pow(0.8, io.MouseWheel);
    const double wanted = std::clamp(span * factor, 10.0, whole.high - whole.low);
    const double share = (at - m_steps.low) / span;
    m_steps = {at - share * wanted, at + (1.0 - share) * wanted};
    m_follows = wanted >= whole.high - whole.low;
    ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);
  }
  if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 2.0F)) {
    const double by = -io.MouseDelta.x / width * span;
    m_steps = {m_steps.low + by, m_steps.high + by};
    m_follows = false;
  }
  if (m_hovered && (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) || ImGui::IsMouseClicked(ImGuiMouseButton_Right))) {
    m_follows = true;
  }
  if (!m_follows) {
    const double shift = std::max(0.0, whole.low - m_steps.low) - std::max(0.0, m_steps.high - whole.high);
    m_steps = {std::max(whole.low, m_steps.low + shift), std::min(whole.high, m_steps.high + shift)};
  }
}

CurvePlot::Axis CurvePlot::valueAxis(const std::vector<PlotCurve>& curves) const {
  double low = INFINITY;
  double high = -INFINITY;
  for (const PlotCurve& one : curves) {
    if (!one.curve) {
      continue;
    }
    if (const auto range = one.curve->valueRange(m_steps.low, m_steps.high)) {
      low = std::min<double>(low, logarithmic ? (range->lowestPositive > 0.0F ? range->lowestPositive : INFINITY) : range->low);
      high = std::max<double>(high, range->high);
    }
  }
  if (!(low <= high)) {
    return logarithmic ? Axis{0.1, 1.0} : Axis{0.0, 1.0};
  }
  if (logarithmic) {
    return {low / 1.2, std::max(high, low * 1.01) * 1.2};
  }
  const double margin = std::max(1e-6, 0.06 * (high - low));
  return {low - margin, high + margin};
}

float CurvePlot::xOf(double step) const {
  return m_min.x + static_cast<float>((step - m_steps.low) / (m_steps.high - m_steps.low)) * (m_max.x - m_min.x);
}

float CurvePlot::yOf(double value) const {
  const double share = logarithmic ? std::log(std::max(value, 1e-30) / m_values.low) / std::log(m_values.high / m_values.low)
                                   : (value - m_values.low) / (m_values.high - m_values.low);
  return m_max.y - static_cast<float>(share) * (m_max.y - m_min.y);
}

void CurvePlot::drawAxes(ImDrawList& list, const char* /*id*/) const {
  const ImU32 line = color(palette().line);
  const ImU32 quiet = color(palette().quiet);
  const auto row = [&](double value) {
    const float y = yOf(value);
    list.AddLine({m_min.x, y}, {m_max.x, y}, line, 1.0F);
    const std::string text = numberText(value);
    const ImVec2 size = ImGui::CalcTextSize(text.c_str());
    list.AddText({m_min.x - 6.0F - size.x, y - size.y * 0.5F}, quiet, text.c_str());
  };
  if (logarithmic) {
    for (double power = std::pow(10.0, std::floor(std::log10(m_values.low))); power <= m_values.high; power *= 10.0) {
      if (power >= m_values.low) {
        row(power);
      }
    }
  } else {
    const double step = roundStep(m_values.high - m_values.low, static_cast<int>((m_max.y - m_min.y) / 34.0F));
    for (double value = std::ceil(m_values.low / step) * step; value <= m_values.high; value += step) {
      row(std::abs(value) < step * 1e-6 ? 0.0 : value);
    }
  }
  const double step = std::max(1.0, roundStep(m_steps.high - m_steps.low, static_cast<int>((m_max.x - m_min.x) / 90.0F)));
  for (double at = std::ceil(m_steps.low / step) * step; at <= m_steps.high; at += step) {
    const std::string text = numberText(at);
    const float x = xOf(at);
    const float wide = ImGui::CalcTextSize(text.c_str()).x;
    list.AddText({std::clamp(x - wide * 0.5F, m_min.x, m_max.x - wide), m_max.y + 4.0F}, quiet, text.c_str());
  }
}

void CurvePlot::drawCurve(ImDrawList& list, const PlotCurve& one) const {
  if (!one.curve || one.curve->empty()) {
    return;
  }
  const auto view = one.curve->view(m_steps.low, m_steps.high, std::max(1, static_cast<int>(m_max.x - m_min.x)));
  std::vector<ImVec2> raw;
  std::vector<ImVec2> smooth;
  double mean = 0.0;
  double weight = 0.0;
  // Smoothed over what is drawn: by the share per point of a curve of some hundred points, whatever the zoom.
  for (const render::CurvePoint& point : view.points) {
    if (logarithmic && point.y <= 0.0F) {
      continue;
    }
    raw.push_back({xOf(static_cast<double>(point.x)), yOf(point.y)});
    mean = smoothing * mean + (1.0 - smoothing) * point.y;
    weight = smoothing * weight + (1.0 - smoothing);
    smooth.push_back({raw.back().x, yOf(mean / weight)});
  }
  const bool smooths = smoothing > 0.0F && raw.size() > 4;
  ImVec4 faint = ImGui::ColorConvertU32ToFloat4(one.color);
  faint.w *= smooths ? kRawAlpha : 1.0F;
  list.AddPolyline(raw.data(), static_cast<int>(raw.size()), ImGui::ColorConvertFloat4ToU32(faint), 0, smooths ? 1.0F : 1.5F);
  if (smooths) {
    list.AddPolyline(smooth.data(), static_cast<int>(smooth.size()), one.color, 0, 1.8F);
  }
  for (const std::int64_t step : view.notFinite) {
    const float x = xOf(static_cast<double>(step));
    list.AddLine({x, m_min.y}, {x, m_max.y}, color(palette().error), 2.0F);
  }
}

void CurvePlot::drawMarks(ImDrawList& list, const std::vector<model::RunMark>& marks) const {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (const model::RunMark& mark : marks) {
    const float x = xOf(static_cast<double>(mark.step));
    if (x < m_min.x || x > m_max.x) {
      continue;
    }
    const bool snapshot = mark.tag == "snapshot";
    const ImU32 tint = color(mark.tag == "health" ? palette().error : snapshot ? palette().quiet : palette().accent, 0.9F);
    if (!snapshot) {
      list.AddLine({x, m_min.y}, {x, m_max.y}, tint, 1.0F);
    }
    list.AddTriangleFilled({x - 4.0F, m_max.y}, {x + 4.0F, m_max.y}, {x, m_max.y - 6.0F}, tint);
    if (m_hovered && std::abs(mouse.x - x) < 4.0F && mouse.y > m_max.y - 14.0F) {
      ImGui::SetTooltip("step %lld: %s", static_cast<long long>(mark.step), mark.text.c_str());
    }
  }
}

void CurvePlot::drawReadout(ImDrawList& list, const std::vector<PlotCurve>& curves) const {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool inside = m_hovered && mouse.x >= m_min.x && mouse.x <= m_max.x;
  const double at = m_steps.low + (m_steps.high - m_steps.low) * (mouse.x - m_min.x) / std::max(1.0F, m_max.x - m_min.x);
  if (inside) {
    list.AddLine({mouse.x, m_min.y}, {mouse.x, m_max.y}, color(palette().quiet, 0.5F), 1.0F);
  }
  float y = m_min.y + 6.0F;
  for (const PlotCurve& one : curves) {
    std::string text = one.label;
    if (one.curve && !one.curve->empty()) {
      const auto point = inside ? one.curve->nearest(at) : std::optional(one.curve->point(one.curve->size() - 1));
      text += "  " + numberText(point->y) + (inside && &one == &curves.front() ? "   step " + std::to_string(point->x) : "");
    }
    list.AddRectFilled({m_min.x + 8.0F, y + 4.0F}, {m_min.x + 16.0F, y + 12.0F}, one.color, 2.0F);
    list.AddText({m_min.x + 22.0F, y}, color(palette().text), text.c_str());
    y += 17.0F;
  }
}

}  // namespace loom::ui
