#include "ui/theme/flat_style.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyleFactory>
#include <QStyleOption>

namespace loom::ui {
namespace {

constexpr double kRadius = 4.0;

void drawField(QPainter& painter, const QStyleOptionComplex& option) {
  const bool focused = option.state & QStyle::State_HasFocus;
  const QColor ground = option.palette.color(QPalette::Button);
  painter.setPen(focused ? option.palette.color(QPalette::Highlight) : ground);
  painter.setBrush(ground);
  painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
}

/// A small arrow in the middle of `place`.
void drawArrow(QPainter& painter, const QRect& place, bool up, const QStyleOptionComplex& option) {
  const QPointF middle = QRectF(place).center();
  const double tip = up ? -2.0 : 2.0;
  QPainterPath path({middle.x() - 4.0, middle.y() - tip});
  path.lineTo(middle.x(), middle.y() + tip);
  path.lineTo(middle.x() + 4.0, middle.y() - tip);
  const bool enabled = option.state & QStyle::State_Enabled;
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(option.palette.color(enabled ? QPalette::Text : QPalette::PlaceholderText), 1.4, Qt::SolidLine,
                      Qt::RoundCap, Qt::RoundJoin));
  painter.drawPath(path);
}

}  // namespace

FlatStyle::FlatStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void FlatStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                   const QWidget* widget) const {
  if (control != CC_ComboBox && control != CC_SpinBox) {
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    return;
  }
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  drawField(*painter, *option);
  if (control == CC_ComboBox) {
    drawArrow(*painter, subControlRect(control, option, SC_ComboBoxArrow, widget), false, *option);
  } else {
    drawArrow(*painter, subControlRect(control, option, SC_SpinBoxUp, widget), true, *option);
    drawArrow(*painter, subControlRect(control, option, SC_SpinBoxDown, widget), false, *option);
  }
  painter->restore();
}

void FlatStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                              const QWidget* widget) const {
  if (element != PE_IndicatorCheckBox) {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    return;
  }
  const bool on = option->state & State_On;
  const QPalette& palette = option->palette;
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(
      palette.color(on || option->state & State_HasFocus ? QPalette::Highlight : QPalette::PlaceholderText));
  painter->setBrush(palette.color(on ? QPalette::Highlight : QPalette::Button));
  const QRectF box = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
  painter->drawRoundedRect(box, 3.0, 3.0);
  if (on) {
    QPainterPath tick(box.topLeft() + QPointF(0.24 * box.width(), 0.52 * box.height()));
    tick.lineTo(box.topLeft() + QPointF(0.43 * box.width(), 0.72 * box.height()));
    tick.lineTo(box.topLeft() + QPointF(0.77 * box.width(), 0.3 * box.height()));
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(palette.color(QPalette::HighlightedText), 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->drawPath(tick);
  }
  painter->restore();
}

}  // namespace loom::ui
