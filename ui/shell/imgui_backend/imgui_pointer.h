// What Qt's mice, pens, wheels and cursors are to Dear ImGui.
#pragma once

#include <imgui.h>

#include <QPointF>
#include <Qt>

class QMouseEvent;
class QWheelEvent;

namespace loom::ui {

/// ImGuiMouseButton_…, 3 and 4 for back and forward; -1 for buttons that Dear ImGui does not know.
int buttonIndex(Qt::MouseButton button);

Qt::CursorShape cursorShape(ImGuiMouseCursor cursor);

ImGuiMouseSource mouseSource(const QMouseEvent& event);

/// How far the wheel turned, in its notches: up and left are positive. `lineHeight`: the font's, in logical pixels, by
/// which Dear ImGui scrolls.
QPointF wheelNotches(const QWheelEvent& event, float lineHeight);

}  // namespace loom::ui
