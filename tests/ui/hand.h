// A hand at a canvas: Qt events sent to the window that holds it, the way the window system would send them.
#pragma once

#include "ui/shell/imgui_backend/imgui_canvas.h"

#include <QPoint>
#include <QString>

#include <functional>
#include <vector>

namespace loom::test {

/// Places are the canvas's own logical pixels. Every gesture returns after the frames that it brought were drawn.
class Hand {
 public:
  explicit Hand(ui::ImGuiCanvas& canvas) : m_canvas(canvas) {}

  void moveTo(QPoint place);
  void press(QPoint place, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {});
  void release(QPoint place, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {});
  void click(QPoint place, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {});
  void doubleClick(QPoint place);
  /// Press at the first place, move through the others, let go at the last.
  void drag(const std::vector<QPoint>& places, int stepsBetween = 4, Qt::MouseButton button = Qt::LeftButton);
  /// As a mouse sends it: 120 to the notch, without pixels or phases.
  void wheel(QPoint place, double notches, Qt::KeyboardModifiers modifiers = {});

  /// A key goes where the window's focus is, by way of the shortcuts.
  void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {});
  void keyDown(Qt::Key key, Qt::KeyboardModifiers modifiers = {});
  void keyUp(Qt::Key key, Qt::KeyboardModifiers modifiers = {});
  /// Characters as an input method or a keyboard of any layout gives them.
  void type(const QString& text);

  /// At least `count` frames from now; false where they do not come in five seconds.
  bool frames(int count = 3);
  /// Until nothing was drawn for a while; false where drawing goes on for five seconds.
  bool settle();

 private:
  /// Does `what`, and waits for the frames that input brings.
  void withFrames(const std::function<void()>& what);
  QWindow* window() const { return m_canvas.window()->windowHandle(); }
  QPoint inWindow(QPoint place) const { return m_canvas.mapTo(m_canvas.window(), place); }

  ui::ImGuiCanvas& m_canvas;
};

}  // namespace loom::test
