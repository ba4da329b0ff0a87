// Fusion with flat choices, number fields and ticks: the style sheet colours everything else, but for these it would
// want pictures of arrows.
#pragma once

#include <QProxyStyle>

namespace loom::ui {

class FlatStyle : public QProxyStyle {
 public:
  FlatStyle();
  void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                          const QWidget* widget) const override;
  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
};

}  // namespace loom::ui
