#include "ui/theme/qt_theme.h"

#include "ui/theme/flat_style.h"

#include <QApplication>
#include <QFont>
#include <QToolTip>

namespace loom::ui {

QColor toQColor(Rgb rgb) { return QColor::fromRgb(0xff000000U | rgb); }

QPalette qtPalette(const Palette& palette) {
  QPalette result;
  const auto set = [&](QPalette::ColorRole role, Rgb rgb) { result.setColor(role, toQColor(rgb)); };
  set(QPalette::Window, palette.panel);
  set(QPalette::WindowText, palette.text);
  set(QPalette::Base, palette.field);
  set(QPalette::AlternateBase, palette.panel);
  set(QPalette::Text, palette.text);
  set(QPalette::PlaceholderText, palette.quiet);
  set(QPalette::Button, palette.field);
  set(QPalette::ButtonText, palette.text);
  set(QPalette::BrightText, palette.text);
  set(QPalette::Highlight, palette.accent);
  set(QPalette::HighlightedText, palette.onAccent);
  set(QPalette::Link, palette.second);
  set(QPalette::ToolTipBase, palette.field);
  set(QPalette::ToolTipText, palette.text);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    result.setColor(QPalette::Disabled, role, toQColor(palette.quiet));
  }
  return result;
}

QString qtStyleSheet(const Palette& palette) {
  const auto name = [](Rgb rgb) { return toQColor(rgb).name(); };
  return QStringLiteral(R"(
    QWidget { font-family: Inter, "Noto Sans", sans-serif; font-size: 13px; }
    QMenuBar { background: %1; border: none; padding: 2px 6px; }
    QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
    QMenuBar::item:selected { background: %2; }
    QMenu { background: %1; border: 1px solid %3; padding: 5px; }
    QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
    QMenu::item:selected { background: %2; }
    QMenu::item:disabled { color: %4; }
    QMenu::separator { height: 1px; background: %3; margin: 5px 8px; }
    QMenu::indicator { left: 6px; }
    QStatusBar { background: %1; border-top: 1px solid %3; }
    QStatusBar::item { border: none; }
    QStatusBar QLabel { color: %4; padding: 3px 0px; }
    QToolTip { background: %2; color: %5; border: 1px solid %3; padding: 4px 6px; }
    QToolButton { border: none; border-radius: 4px; padding: 3px 7px; }
    QToolButton:hover { background: %2; }
    QToolButton:focus { border: 1px solid %6; }
    QDockWidget { color: %4; }
    QDockWidget::title { background: %1; padding: 6px 8px; }
    QLineEdit, QPlainTextEdit { background: %8; border: 1px solid %8; border-radius: 4px; padding: 3px 6px;
      selection-background-color: %6; selection-color: %7; }
    QLineEdit:focus, QPlainTextEdit:focus { border-color: %6; }
    QAbstractSpinBox QLineEdit { background: transparent; border: none; padding: 0px; }
    QComboBox QAbstractItemView { background: %1; border: 1px solid %3; selection-background-color: %2;
      selection-color: %5; outline: none; }
    QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
    QPushButton { background: %8; border: 1px solid %8; border-radius: 4px; padding: 5px 14px; min-width: 56px; }
    QPushButton:hover, QPushButton:focus { border-color: %6; }
    QPushButton:default { background: %6; border-color: %6; color: %7; }
    QPushButton:disabled { background: %1; border-color: %3; color: %4; }
    QScrollBar:vertical { background: transparent; width: 10px; margin: 0px; }
    QScrollBar:horizontal { background: transparent; height: 10px; margin: 0px; }
    QScrollBar::handle { background: %3; border-radius: 3px; margin: 2px; min-height: 28px; min-width: 28px; }
    QScrollBar::handle:hover { background: %4; }
    QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
    QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
    QProgressBar { background: %2; border: none; border-radius: 3px; height: 6px; }
    QProgressBar::chunk { background: %6; border-radius: 3px; }
  )")
      .arg(name(palette.panel), name(palette.fieldHover), name(palette.line), name(palette.quiet), name(palette.text),
           name(palette.accent), name(palette.onAccent), name(palette.field));
}

void applyQtTheme(const Palette& palette) {
  QApplication::setStyle(new FlatStyle);
  QApplication::setPalette(qtPalette(palette));
  qApp->setStyleSheet(qtStyleSheet(palette));
  // Tooltips are windows of their own, which the sheet's rule for widgets does not reach everywhere.
  QFont small(QStringLiteral("Inter"));
  small.setPixelSize(13);
  QToolTip::setFont(small);
}

}  // namespace loom::ui
