// A real window with a canvas and a line edit in it, and a hand that works them by events of the window system.
#pragma once

#include "ui/shell/imgui_backend/imgui_canvas.h"

#include <QApplication>
#include <QHash>
#include <QLineEdit>
#include <QMainWindow>
#include <QTest>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loom::tests {

/// A canvas whose controls are written where they are tested.
class TestCanvas : public ui::ImGuiCanvas {
 public:
  ~TestCanvas() override { releaseGl(); }
  using ImGuiCanvas::backend;

  std::function<void()> controls;
  std::function<void()> scene;
  bool animated = false;
  int contextsLost = 0;

  /// Call after a control: its place, for the hand.
  void note(const char* name);
  QRectF place(const char* name) const { return m_places.value(QByteArray(name)); }
  ImGuiContext& imgui() { return *backend().context(); }
  ImGuiIO& io();

 protected:
  void setUpUi() override {}
  void tearDownGl() override { ++contextsLost; }
  void buildUi() override;
  void paintScene(const QRect& part) override;
  std::vector<ui::ScenePart> sceneParts() override;
  bool wantsAnimation() const override { return animated; }

 private:
  QHash<QByteArray, QRectF> m_places;
};

class CanvasBench {
 public:
  /// Shows the window and gives the canvas the focus; see error().
  explicit CanvasBench(std::function<void(TestCanvas&)> controls);

  /// Why there is nothing to test with; empty where all is well.
  const QString& error() const { return m_error; }
  QMainWindow& window() { return m_window; }
  TestCanvas& canvas() { return *m_canvas; }
  QLineEdit& lineEdit() { return *m_lineEdit; }

  /// Waits until what was sent has been drawn and has settled.
  void draw();
  void move(const QPointF& place);
  void press(Qt::MouseButton button = Qt::LeftButton);
  void release(Qt::MouseButton button = Qt::LeftButton);
  /// Moves to the middle of the noted control and clicks, drawing after every step.
  void click(const char* name, Qt::MouseButton button = Qt::LeftButton);
  void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
  /// Text that no key of QTest's types.
  void type(const QString& text);
  void wheel(const QPoint& angle, const QPoint& pixels = {}, Qt::KeyboardModifiers modifiers = Qt::NoModifier,
             Qt::ScrollPhase phase = Qt::NoScrollPhase);
  /// An action of the window with this shortcut; the number counts how often it was triggered.
  const int& shortcut(const QKeySequence& keys);

 private:
  QPoint inWindow(const QPointF& place) const;

  QMainWindow m_window;
  TestCanvas* m_canvas;
  QLineEdit* m_lineEdit;
  QPointF m_pointer;
  std::vector<std::unique_ptr<int>> m_triggered;
  QString m_error;
};

/// A window over all of the canvas without decoration: controls lie where they are put.
void plainWindow(const std::function<void()>& controls);

/// To the right of `name` in a test: fails it where the bench could not be set up.
#define LOOM_BENCH(bench, ...)                 \
  loom::tests::CanvasBench bench(__VA_ARGS__); \
  if (!(bench).error().isEmpty()) {            \
    QFAIL(qPrintable((bench).error()));        \
  }

}  // namespace loom::tests
