#include "ui/theme/imgui_theme.h"

#include "ui/theme/system_font.h"

#include <map>

namespace loom::ui {
namespace {

std::map<ImGuiContext*, Fonts>& fontsByContext() {
  static std::map<ImGuiContext*, Fonts> map;
  return map;
}

const Palette*& currentPalette() {
  static const Palette* current = &kDarkPalette;
  return current;
}

ImFont* load(int weight) {
  auto& atlas = *ImGui::GetIO().Fonts;
  const std::string file = systemFontFile("Inter", weight);
  ImFont* font = file.empty() ? nullptr : atlas.AddFontFromFileTTF(file.c_str(), kTextSize);
  return font ? font : atlas.AddFontDefault();
}

void setMetrics(ImGuiStyle& style) {
  style.WindowPadding = {kMargin, kMargin};
  style.FramePadding = {9.0F, 5.0F};
  style.ItemSpacing = {8.0F, 8.0F};
  style.ItemInnerSpacing = {8.0F, 6.0F};
  style.WindowRounding = 0.0F;
  style.ChildRounding = 4.0F;
  style.FrameRounding = 4.0F;
  style.PopupRounding = 6.0F;
  style.GrabRounding = 6.0F;
  style.TabRounding = 4.0F;
  style.ScrollbarRounding = 6.0F;
  style.ScrollbarSize = 10.0F;
  style.WindowBorderSize = 0.0F;
  style.ChildBorderSize = 0.0F;
  style.PopupBorderSize = 1.0F;
  style.FrameBorderSize = 0.0F;
  style.TabBorderSize = 0.0F;
  style.SeparatorTextBorderSize = 1.0F;
  style.DockingSeparatorSize = 1.0F;
  style.HoverStationaryDelay = 0.35F;
  style.FontSizeBase = kTextSize;
}

}  // namespace

Fonts loadFonts() {
  const Fonts loaded{load(400), load(600)};
  fontsByContext()[ImGui::GetCurrentContext()] = loaded;
  return loaded;
}

const Fonts& fonts() { return fontsByContext()[ImGui::GetCurrentContext()]; }
const Palette& palette() { return *currentPalette(); }

ImVec4 colorVec(Rgb rgb, float alpha) {
  const auto channel = [rgb](unsigned shift) { return static_cast<float>((rgb >> shift) & 0xffU) / 255.0F; };
  return {channel(16), channel(8), channel(0), alpha};
}

ImU32 color(Rgb rgb, float alpha) { return ImGui::ColorConvertFloat4ToU32(colorVec(rgb, alpha)); }

void applyImGuiTheme(const Palette& palette) {
  currentPalette() = &palette;
  ImGuiStyle style;
  palette.dark ? ImGui::StyleColorsDark(&style) : ImGui::StyleColorsLight(&style);
  setMetrics(style);
  const auto set = [&](ImGuiCol index, Rgb rgb, float alpha = 1.0F) { style.Colors[index] = colorVec(rgb, alpha); };
  set(ImGuiCol_Text, palette.text);
  set(ImGuiCol_TextDisabled, palette.quiet);
  set(ImGuiCol_WindowBg, palette.panel);
  set(ImGuiCol_ChildBg, palette.panel, 0.0F);
  set(ImGuiCol_PopupBg, palette.panel);
  set(ImGuiCol_Border, palette.line);
  set(ImGuiCol_FrameBg, palette.field);
  set(ImGuiCol_FrameBgHovered, palette.fieldHover);
  set(ImGuiCol_FrameBgActive, palette.fieldHover);
  set(ImGuiCol_TitleBg, palette.panel);
  set(ImGuiCol_TitleBgActive, palette.panel);
  set(ImGuiCol_TitleBgCollapsed, palette.panel);
  set(ImGuiCol_ScrollbarBg, palette.panel, 0.0F);
  set(ImGuiCol_ScrollbarGrab, palette.line);
  set(ImGuiCol_ScrollbarGrabHovered, palette.fieldHover);
  set(ImGuiCol_ScrollbarGrabActive, palette.quiet);
  set(ImGuiCol_CheckMark, palette.accent);
  set(ImGuiCol_SliderGrab, palette.grab);
  set(ImGuiCol_SliderGrabActive, palette.grab);
  set(ImGuiCol_Button, palette.field);
  set(ImGuiCol_ButtonHovered, palette.fieldHover);
  set(ImGuiCol_ButtonActive, palette.line);
  set(ImGuiCol_Header, palette.field);
  set(ImGuiCol_HeaderHovered, palette.fieldHover);
  set(ImGuiCol_HeaderActive, palette.fieldHover);
  set(ImGuiCol_Separator, palette.line);
  set(ImGuiCol_SeparatorHovered, palette.accent, 0.6F);
  set(ImGuiCol_SeparatorActive, palette.accent);
  set(ImGuiCol_ResizeGrip, palette.line);
  set(ImGuiCol_ResizeGripHovered, palette.accent, 0.6F);
  set(ImGuiCol_ResizeGripActive, palette.accent);
  set(ImGuiCol_Tab, palette.panel);
  set(ImGuiCol_TabHovered, palette.fieldHover);
  set(ImGuiCol_TabSelected, palette.field);
  set(ImGuiCol_TabSelectedOverline, palette.accent);
  set(ImGuiCol_TabDimmed, palette.panel);
  set(ImGuiCol_TabDimmedSelected, palette.field);
  set(ImGuiCol_TabDimmedSelectedOverline, palette.line);
  set(ImGuiCol_DockingPreview, palette.accent, 0.5F);
  set(ImGuiCol_DockingEmptyBg, palette.ground);
  set(ImGuiCol_TextSelectedBg, palette.accent, 0.35F);
  set(ImGuiCol_InputTextCursor, palette.accent);
  set(ImGuiCol_NavCursor, palette.accent);
  ImGui::GetStyle() = style;
}

}  // namespace loom::ui
