// The Qt side of the look: Fusion with our palette, menus and bars as quiet as the panels.
#pragma once

#include "ui/theme/palette.h"

#include <QColor>
#include <QPalette>
#include <QString>

namespace loom::ui {

QColor toQColor(Rgb rgb);
QPalette qtPalette(const Palette& palette);
QString qtStyleSheet(const Palette& palette);

/// Sets style, palette, style sheet and font of the whole application.
void applyQtTheme(const Palette& palette);

}  // namespace loom::ui
