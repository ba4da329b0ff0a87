#include "ui/theme/palette.h"

#include "ui/theme/system_appearance.h"

namespace loom::ui {

const Palette kDarkPalette{
    .dark = true,
    .ground = 0x17181b,
    .panel = 0x1e2024,
    .field = 0x292c31,
    .fieldHover = 0x33373d,
    .line = 0x2f3238,
    .text = 0xd9dbe0,
    .quiet = 0x8f949d,
    .accent = 0xe8a33d,
    .onAccent = 0x1a1204,
    .second = 0x6aa5e8,
    .grab = 0xf2f3f5,
    .error = 0x4a2323,
    .onError = 0xf6d8d6,
};

const Palette kLightPalette{
    .dark = false,
    .ground = 0xe3e4e7,
    .panel = 0xf6f6f7,
    .field = 0xe7e8eb,
    .fieldHover = 0xdcdee2,
    .line = 0xd4d6db,
    .text = 0x202227,
    .quiet = 0x60656e,
    .accent = 0xd08a1c,
    .onAccent = 0x1a1204,
    .second = 0x2f6fb8,
    .grab = 0xffffff,
    .error = 0xf8dcd9,
    .onError = 0x5c1712,
};

const Palette& paletteFor(Appearance appearance) {
  const bool dark = appearance == Appearance::System ? systemPrefersDark() : appearance == Appearance::Dark;
  return dark ? kDarkPalette : kLightPalette;
}

}  // namespace loom::ui
