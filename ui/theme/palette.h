// The program's colours, told once: Qt's palette and Dear ImGui's style are both made from them.
#pragma once

#include <cstdint>

namespace loom::ui {

/// 0xRRGGBB.
using Rgb = std::uint32_t;

struct Palette {
  bool dark;
  Rgb ground;      ///< behind the picture
  Rgb panel;       ///< panels, menus, status bar
  Rgb field;       ///< what can be typed into or pressed
  Rgb fieldHover;  ///< the same under the pointer
  Rgb line;        ///< separators, tracks
  Rgb text;
  Rgb quiet;       ///< labels and numbers of second rank; at least 4.5 : 1 on `panel`
  Rgb accent;      ///< the one accent: fills, the hand's places
  Rgb onAccent;    ///< text on `accent`
  Rgb second;      ///< the second curve; links
  Rgb grab;        ///< the round grab of a slider
  Rgb error;       ///< ground of a message that tells of a failure
  Rgb onError;
};

extern const Palette kDarkPalette;
extern const Palette kLightPalette;

/// What View → Appearance offers.
enum class Appearance { System, Dark, Light };

/// Resolves `System` by asking the desktop; dark where it has no opinion.
const Palette& paletteFor(Appearance appearance);

}  // namespace loom::ui
