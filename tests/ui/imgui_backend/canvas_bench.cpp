#include "tests/ui/imgui_backend/canvas_bench.h"

#include "ui/shell/imgui_backend/gl_abilities.h"

#include <imgui_internal.h>

#include <QAction>
#include <QToolBar>
#include <QWheelEvent>
#include <QWindow>

namespace loom::tests {
namespace {

constexpr QSize kWindow(480, 400);

}  // namespace

void TestCanvas::note(const char* name) {
  const ImVec2 min = ImGui::GetItemRectMin();
  const ImVec2 size = ImGui::GetItemRectSize();
  m_places[QByteArray(name)] = QRectF(min.x, min.y, size.x, size.y);
}

ImGuiIO& TestCanvas::io() {
  backend().makeContextCurrent();
  return ImGui::GetIO();
}

void TestCanvas::buildUi() {
  if (controls) {
    controls();
  }
}

void TestCanvas::paintScene(const QRect&) {
  if (scene) {
    scene();
  }
}

std::vector<ui::ScenePart> TestCanvas::sceneParts() {
  return {{QRect(QPoint(0, 0), framebufferSize()), scene ? framesDrawn() + 1 : 0}};  // whatever it draws, it is new
}

CanvasBench::CanvasBench(std::function<void(TestCanvas&)> controls)
    : m_canvas(new TestCanvas), m_lineEdit(new QLineEdit) {
  if (!ui::glAbilities().usable) {
    m_error = QStringLiteral("no OpenGL 3.3 here: run under X (or Xvfb with GLX), not with -platform offscreen");
    return;
  }
  m_canvas->controls = [canvas = m_canvas, controls = std::move(controls)] { controls(*canvas); };
  auto* bar = m_window.addToolBar(QStringLiteral("bar"));
  bar->addWidget(m_lineEdit);
  m_window.setCentralWidget(m_canvas);
  m_window.resize(kWindow);
  m_window.show();
  m_window.activateWindow();
  if (!QTest::qWaitForWindowExposed(&m_window) || !QTest::qWaitForWindowActive(&m_window)) {
    m_error = QStringLiteral("the window did not come up");
    return;
  }
  m_canvas->setFocus();
  draw();
}

void CanvasBench::draw() {
  constexpr quint64 kFrames = 3;
  const quint64 before = m_canvas->framesDrawn();
  m_canvas->requestFrames(kFrames);
  const bool drawn = QTest::qWaitFor(
      [&] { return m_canvas->framesDrawn() >= before + kFrames && !m_canvas->backend().hasQueuedInput(); });
  if (!drawn && m_error.isEmpty()) {
    m_error = QStringLiteral("the canvas does not draw");
  }
}

QPoint CanvasBench::inWindow(const QPointF& place) const { return m_canvas->mapTo(&m_window, place.toPoint()); }

void CanvasBench::move(const QPointF& place) {
  m_pointer = place;
  QTest::mouseMove(m_window.windowHandle(), inWindow(place));
}

void CanvasBench::press(Qt::MouseButton button) {
  QTest::mousePress(m_window.windowHandle(), button, {}, inWindow(m_pointer));
}

void CanvasBench::release(Qt::MouseButton button) {
  QTest::mouseRelease(m_window.windowHandle(), button, {}, inWindow(m_pointer));
}

void CanvasBench::click(const char* name, Qt::MouseButton button) {
  const QRectF place = m_canvas->place(name);
  QVERIFY2(!place.isEmpty(), name);
  move(place.center());
  draw();
  press(button);
  draw();
  release(button);
  draw();
}

void CanvasBench::key(Qt::Key key, Qt::KeyboardModifiers modifiers) {
  QTest::keyClick(m_window.windowHandle(), key, modifiers);
  draw();
}

void CanvasBench::type(const QString& text) {
  QWidget* focused = QApplication::focusWidget();
  QVERIFY(focused);
  QKeyEvent press(QEvent::KeyPress, Qt::Key_unknown, Qt::NoModifier, text);
  QKeyEvent release(QEvent::KeyRelease, Qt::Key_unknown, Qt::NoModifier, text);
  QApplication::sendEvent(focused, &press);
  QApplication::sendEvent(focused, &release);
  draw();
}

void CanvasBench::wheel(const QPoint& angle, const QPoint& pixels, Qt::KeyboardModifiers modifiers,
                        Qt::ScrollPhase phase) {
  QWheelEvent event(m_pointer, m_canvas->mapToGlobal(m_pointer), pixels, angle, Qt::NoButton, modifiers, phase, false);
  QApplication::sendEvent(m_canvas, &event);
  draw();
}

const int& CanvasBench::shortcut(const QKeySequence& keys) {
  int* count = m_triggered.emplace_back(std::make_unique<int>(0)).get();
  auto* action = new QAction(&m_window);
  action->setShortcut(keys);
  QObject::connect(action, &QAction::triggered, &m_window, [count] { ++*count; });
  m_window.addAction(action);
  return *count;
}

void plainWindow(const std::function<void()>& controls) {
  ImGui::SetNextWindowPos({0.0F, 0.0F});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  if (ImGui::Begin("plain", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove)) {
    controls();
  }
  ImGui::End();
}

}  // namespace loom::tests
