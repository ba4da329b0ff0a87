// The Dear ImGui side of the look: fonts and style from the palette.
#pragma once

#include "ui/theme/palette.h"

#include <imgui.h>

namespace loom::ui {

struct Fonts {
  ImFont* regular = nullptr;
  ImFont* strong = nullptr;  ///< headings
};

constexpr float kTextSize = 13.0F;     ///< logical pixels: labels and values
constexpr float kSmallSize = 12.0F;    ///< logical pixels: numbers, hints
constexpr float kMargin = 16.0F;       ///< logical pixels between a panel's edge and what is in it
constexpr float kRowHeight = 28.0F;    ///< logical pixels from one slider to the next

/// Loads Inter, else the system's own sans serif, into the current context; Dear ImGui's built-in font where neither
/// can be read. To be called once for each context.
Fonts loadFonts();

/// Fonts of the current context, as `loadFonts` left them.
const Fonts& fonts();

/// Sets every colour and metric of the current context's style.
void applyImGuiTheme(const Palette& palette);

/// The palette that `applyImGuiTheme` was last given.
const Palette& palette();

ImU32 color(Rgb rgb, float alpha = 1.0F);
ImVec4 colorVec(Rgb rgb, float alpha = 1.0F);

}  // namespace loom::ui
