#include "ui/panels/widgets.h"

#include "ui/theme/imgui_theme.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <utility>

namespace loom::ui {
namespace {

constexpr float kIconSize = 12.0F;

void drawDice(ImDrawList& list, ImVec2 min, float size, ImU32 ink) {
  list.AddRect(min, {min.x + size, min.y + size}, ink, 3.0F, 0, 1.3F);
  const float radius = size * 0.095F;
  for (const float place : {0.28F, 0.5F, 0.72F}) {
    list.AddCircleFilled({min.x + size * place, min.y + size * (1.0F - place)}, radius, ink);
  }
}

void drawLock(ImDrawList& list, ImVec2 min, float size, ImU32 ink, bool closed) {
  const float left = min.x + size * 0.2F;
  const float right = min.x + size * 0.8F;
  const float top = min.y + size * 0.48F;
  list.AddRectFilled({left, top}, {right, min.y + size * 0.95F}, ink, 1.5F);
  const float middle = (left + right) / 2.0F + (closed ? 0.0F : size * 0.28F);
  const float radius = size * 0.2F;
  const float arc = min.y + size * 0.3F;
  list.PathArcTo({middle, arc}, radius, 3.14159F, 6.28318F, 12);
  list.PathStroke(ink, 0, 1.4F);
  list.AddLine({middle - radius, arc}, {middle - radius, closed ? top : arc + 1.0F}, ink, 1.4F);
  list.AddLine({middle + radius, arc}, {middle + radius, closed ? top : arc + 1.0F}, ink, 1.4F);
  if (!closed) {
    list.AddLine({middle - radius, arc}, {middle - radius, top}, ink, 1.4F);
  }
}

void drawIcon(ImDrawList& list, Icon icon, ImVec2 min, float size, ImU32 ink) {
  const auto at = [&](float x, float y) { return ImVec2(min.x + size * x, min.y + size * y); };
  switch (icon) {
    case Icon::None: break;
    case Icon::Previous: {
      const ImVec2 points[] = {at(0.65F, 0.15F), at(0.3F, 0.5F), at(0.65F, 0.85F)};
      list.AddPolyline(points, 3, ink, 0, 1.6F);
      break;
    }
    case Icon::Next: {
      const ImVec2 points[] = {at(0.35F, 0.15F), at(0.7F, 0.5F), at(0.35F, 0.85F)};
      list.AddPolyline(points, 3, ink, 0, 1.6F);
      break;
    }
    case Icon::Play: list.AddTriangleFilled(at(0.22F, 0.08F), at(0.22F, 0.92F), at(0.92F, 0.5F), ink); break;
    case Icon::Pause:
      list.AddRectFilled(at(0.2F, 0.1F), at(0.42F, 0.9F), ink, 1.0F);
      list.AddRectFilled(at(0.58F, 0.1F), at(0.8F, 0.9F), ink, 1.0F);
      break;
    case Icon::Dice: drawDice(list, min, size, ink); break;
    case Icon::LockOpen: drawLock(list, min, size, ink, false); break;
    case Icon::LockClosed: drawLock(list, min, size, ink, true); break;
  }
}

struct Place {
  int frame = 0;
  ImVec2 min, max;
};

struct Places {
  int lastFrame = 0;
  std::map<std::string, Place> byId;
};

/// Of the current context. A new one may lie where an old one was: then its frames count from the start again.
std::map<std::string, Place>& places() {
  static std::map<ImGuiContext*, Places> all;
  Places& places = all[ImGui::GetCurrentContext()];
  if (ImGui::GetFrameCount() < places.lastFrame) {
    places.byId.clear();
  }
  places.lastFrame = ImGui::GetFrameCount();
  return places.byId;
}

/// The printed number with "-" as a true minus sign, which is as wide as the plus.
std::string withMinus(const char* text) {
  return text[0] == '-' ? std::string("\xe2\x88\x92") + (text + 1) : std::string(text);
}

struct SliderGeometry {
  ImVec2 origin;
  float trackLeft, trackRight, numberRight, middle;

  float place(float value, const SliderOptions& o) const {
    const float share = std::clamp((value - o.low) / (o.high - o.low), 0.0F, 1.0F);
    return trackLeft + share * (trackRight - trackLeft);
  }
};

constexpr float kNumberWidth = 46.0F;
constexpr float kLockWidth = 20.0F;

SliderGeometry layOut(const SliderOptions& options) {
  SliderGeometry g{};
  g.origin = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  g.numberRight = g.origin.x + width - (options.lockable ? kLockWidth : 0.0F);
  g.trackLeft = g.origin.x + options.labelWidth;
  g.trackRight = std::max(g.trackLeft + 24.0F, g.numberRight - kNumberWidth - 6.0F);
  g.middle = g.origin.y + kRowHeight / 2.0F;
  return g;
}

void paintSlider(const SliderGeometry& g, const char* label, float value, const SliderOptions& options, bool active,
                 bool showNumber) {
  const Palette& p = palette();
  auto& list = *ImGui::GetWindowDrawList();
  const float textY = g.middle - ImGui::GetTextLineHeight() / 2.0F;
  list.PushClipRect({g.origin.x, g.origin.y}, {g.trackLeft - 6.0F, g.origin.y + kRowHeight}, true);
  list.AddText({g.origin.x, textY}, color(options.emphasised ? p.text : p.quiet), label);
  list.PopClipRect();
  list.AddRectFilled({g.trackLeft, g.middle - 1.5F}, {g.trackRight, g.middle + 1.5F}, color(p.line), 1.5F);
  const float from = g.place(options.origin, options);
  const float to = g.place(value, options);
  list.AddRectFilled({std::min(from, to), g.middle - 1.5F}, {std::max(from, to), g.middle + 1.5F}, color(p.accent), 1.5F);
  const float radius = active ? 7.0F : 6.0F;
  list.AddCircleFilled({to, g.middle + 0.5F}, radius + 0.8F, IM_COL32(0, 0, 0, 50), 24);
  list.AddCircleFilled({to, g.middle}, radius, color(options.locked ? p.quiet : p.grab), 24);
  if (showNumber) {
    char text[32];
    std::snprintf(text, sizeof text, options.format, static_cast<double>(value));
    drawNumber(list, g.numberRight, textY, color(options.emphasised ? p.text : p.quiet), text);
  }
}

/// The number's field while it is typed into. True when a new value was entered.
bool typeNumber(const SliderGeometry& g, float& value, const SliderOptions& options, bool& typing) {
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  const ImGuiID focusId = ImGui::GetID("focus");
  ImGui::SetCursorScreenPos({g.numberRight - kNumberWidth - 8.0F, g.middle - ImGui::GetFrameHeight() / 2.0F});
  ImGui::SetNextItemWidth(kNumberWidth + 8.0F);
  const bool first = !storage.GetBool(focusId);
  if (first) {
    ImGui::SetKeyboardFocusHere();
    storage.SetBool(focusId, true);
  }
  float typed = value;
  const bool entered = ImGui::InputFloat("##typed", &typed, 0.0F, 0.0F, "%.3f",
                                         ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  const bool left = !first && ImGui::IsItemDeactivated();
  const bool apply = entered || (left && ImGui::IsItemDeactivatedAfterEdit() && !ImGui::IsKeyPressed(ImGuiKey_Escape));
  if (entered || left) {
    typing = false;
    storage.SetBool(focusId, false);
  }
  if (apply && typed == typed) {  // "nan" parses as a number
    value = std::clamp(typed, options.typedLow, options.typedHigh);
  }
  return apply;
}

bool dragTrack(const SliderGeometry& g, float& value, const SliderOptions& options, bool& active, bool& startTyping) {
  const float before = value;
  ImGui::SetCursorScreenPos({g.trackLeft - 8.0F, g.origin.y});
  ImGui::InvisibleButton("##track", {g.trackRight - g.trackLeft + 16.0F, kRowHeight}, ImGuiButtonFlags_EnableNav);
  active = ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left);
  const ImGuiIO& io = ImGui::GetIO();
  const float range = options.high - options.low;
  if (active && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    const float share = (io.MousePos.x - g.trackLeft) / (g.trackRight - g.trackLeft);
    value = options.low + std::clamp(share, 0.0F, 1.0F) * range;
  }
  if (ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    if (io.KeyCtrl && io.MouseWheel != 0.0F) {
      ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);
      value = std::clamp(value + io.MouseWheel * range / 100.0F, options.low, options.high);
    }
  }
  if (ImGui::IsItemFocused() && io.NavVisible) {
    const float step = range / (io.KeyShift ? 20.0F : 100.0F);
    ImGui::SetItemKeyOwner(ImGuiKey_LeftArrow);
    ImGui::SetItemKeyOwner(ImGuiKey_RightArrow);
    value += ImGui::IsKeyPressed(ImGuiKey_RightArrow) ? step : ImGui::IsKeyPressed(ImGuiKey_LeftArrow) ? -step : 0.0F;
    value = std::clamp(value, options.typedLow, options.typedHigh);
    startTyping = startTyping || ImGui::IsKeyPressed(ImGuiKey_Enter, false);
  }
  return value != before;
}

void sliderMenu(float& value, const SliderOptions& options, SliderResult& result, bool& startTyping) {
  if (!ImGui::BeginPopupContextItem("##menu")) {
    return;
  }
  if (ImGui::MenuItem("Type a value", "double-click")) {
    startTyping = true;
  }
  if (ImGui::MenuItem("Reset")) {
    result.reset = true;
  }
  if (options.lockable && ImGui::MenuItem(options.locked ? "Unlock" : "Lock")) {
    result.toggleLock = true;
  }
  if (ImGui::MenuItem("Copy value")) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
    ImGui::SetClipboardText(text);
  }
  ImGui::EndPopup();
}

}  // namespace

void heading(const char* text) {
  const bool first = ImGui::GetCursorPosY() <= ImGui::GetCursorStartPos().y + 1.0F;
  if (!first) {
    ImGui::Dummy({0.0F, 2.0F});
    ImGui::Separator();
    ImGui::Dummy({0.0F, 2.0F});
  }
  ImGui::PushFont(fonts().strong, 0.0F);
  ImGui::TextUnformatted(text);
  ImGui::PopFont();
}

void hint(const char* text) {
  ImGui::PushStyleColor(ImGuiCol_Text, colorVec(palette().quiet));
  ImGui::PushTextWrapPos(0.0F);
  ImGui::TextUnformatted(text);
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void factRow(const char* label, const char* value) {
  constexpr float kGap = 12.0F;
  ImGui::TextColored(colorVec(palette().quiet), "%s", label);
  const float labelEnd = ImGui::GetItemRectMax().x + kGap;
  const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
  const float width = ImGui::CalcTextSize(value).x;
  ImGui::SameLine();
  const ImVec2 pos(std::max(labelEnd, right - width), ImGui::GetItemRectMin().y);
  auto& list = *ImGui::GetWindowDrawList();
  if (width <= right - labelEnd) {
    list.AddText(pos, color(palette().text), value);
  } else {
    const float dots = ImGui::CalcTextSize("…").x;
    list.PushClipRect(pos, {right - dots, pos.y + kRowHeight}, true);
    list.AddText(pos, color(palette().text), value);
    list.PopClipRect();
    list.AddText({right - dots, pos.y}, color(palette().text), "…");
  }
  ImGui::SetCursorScreenPos(pos);
  ImGui::Dummy({std::max(1.0F, right - pos.x), ImGui::GetTextLineHeight()});
  if (width > right - labelEnd) {
    tooltip(value);
  }
}

bool button(const char* id, const char* text, Icon icon, float width, bool pressed) {
  const ImVec2 padding = ImGui::GetStyle().FramePadding;
  const float textWidth = *text ? ImGui::CalcTextSize(text).x : 0.0F;
  const float iconWidth = icon == Icon::None ? 0.0F : kIconSize;
  const float gap = *text && icon != Icon::None ? 7.0F : 0.0F;
  const float content = textWidth + iconWidth + gap;
  const ImVec2 size(width > 0.0F ? width : content + 2.0F * padding.x, ImGui::GetFrameHeight());
  ImGui::PushID(id);
  if (pressed) {
    ImGui::PushStyleColor(ImGuiCol_Button, colorVec(palette().accent));
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, colorVec(palette().accent, 0.9F));
  }
  const bool clicked = ImGui::Button("##button", size);
  if (pressed) {
    ImGui::PopStyleColor(2);
  }
  const ImU32 ink = color(pressed ? palette().onAccent : palette().text);
  const ImVec2 min = ImGui::GetItemRectMin();
  auto& list = *ImGui::GetWindowDrawList();
  float x = min.x + (size.x - content) / 2.0F;
  drawIcon(list, icon, {x, min.y + (size.y - kIconSize) / 2.0F}, kIconSize, ink);
  x += iconWidth + gap;
  list.AddText({x, min.y + (size.y - ImGui::GetTextLineHeight()) / 2.0F}, ink, text);
  ImGui::PopID();
  notePlace(id);
  return clicked;
}

void tooltip(const char* text) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {10.0F, 7.0F});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 5.0F);
  if (ImGui::BeginItemTooltip()) {
    ImGui::PushTextWrapPos(280.0F);
    ImGui::TextUnformatted(text);
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
  }
  ImGui::PopStyleVar(2);
}

bool placeOf(const char* id, ImVec2& min, ImVec2& max) {
  const auto& known = places();
  const auto it = known.find(id);
  if (it == known.end() || it->second.frame < ImGui::GetFrameCount() - 1) {
    return false;
  }
  min = it->second.min;
  max = it->second.max;
  return true;
}

void notePlace(const char* id, ImVec2 min, ImVec2 max) {
  places()[id] = {ImGui::GetFrameCount(), min, max};
}

void notePlace(const char* id) { notePlace(id, ImGui::GetItemRectMin(), ImGui::GetItemRectMax()); }

void drawNumber(ImDrawList& list, float right, float y, ImU32 ink, const char* text) {
  const std::string shown = withMinus(text);
  const float cell = ImGui::CalcTextSize("0").x;
  float x = right;
  for (std::size_t end = shown.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(shown[begin]) & 0xc0U) == 0x80U) {
      --begin;
    }
    const char* first = shown.data() + begin;
    const char* last = shown.data() + end;
    const float width = ImGui::CalcTextSize(first, last).x;
    const bool digit = *first >= '0' && *first <= '9';
    const float advance = digit ? cell : width;
    x -= advance;
    list.AddText({x + (advance - width) / 2.0F, y}, ink, first, last);
    end = begin;
  }
}

SliderResult slider(const char* id, const char* label, float& value, const SliderOptions& options) {
  SliderResult result;
  ImGui::PushID(id);
  const SliderGeometry g = layOut(options);
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  const ImGuiID typingId = ImGui::GetID("typing");
  bool typing = storage.GetBool(typingId);
  bool startTyping = false;
  bool active = false;
  result.changed = dragTrack(g, value, options, active, startTyping);
  sliderMenu(value, options, result, startTyping);
  if (typing) {
    result.changed = typeNumber(g, value, options, typing) || result.changed;
  } else {
    ImGui::SetCursorScreenPos({g.trackRight + 8.0F, g.origin.y});
    ImGui::InvisibleButton("##number", {std::max(1.0F, g.numberRight - g.trackRight - 8.0F), kRowHeight});
    notePlace((std::string(id) + ".number").c_str());
    if (ImGui::IsItemHovered()) {
      ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
      startTyping = startTyping || ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ||
                    (ImGui::GetIO().KeyCtrl && ImGui::IsMouseClicked(ImGuiMouseButton_Left));
    }
  }
  paintSlider(g, label, value, options, active, !typing);
  notePlace(id, {g.trackLeft, g.origin.y}, {g.trackRight, g.origin.y + kRowHeight});
  if (options.lockable) {
    ImGui::SetCursorScreenPos({g.numberRight + 4.0F, g.origin.y});
    result.toggleLock = ImGui::InvisibleButton("##lock", {kLockWidth - 4.0F, kRowHeight}) || result.toggleLock;
    notePlace((std::string(id) + ".lock").c_str());
    const bool hovered = ImGui::IsItemHovered();
    tooltip(options.locked ? "Unlock: the next seed may change it" : "Lock: keeps its value when the seed changes");
    const ImVec2 at(g.numberRight + 7.0F, g.middle - kIconSize / 2.0F);
    const Rgb ink = options.locked ? palette().accent : hovered ? palette().text : palette().line;
    drawIcon(*ImGui::GetWindowDrawList(), options.locked ? Icon::LockClosed : Icon::LockOpen, at, kIconSize, color(ink));
  }
  storage.SetBool(typingId, typing || startTyping);
  ImGui::SetCursorScreenPos(g.origin);
  ImGui::Dummy({0.0F, kRowHeight - ImGui::GetStyle().ItemSpacing.y});
  ImGui::PopID();
  return result;
}

}  // namespace loom::ui
