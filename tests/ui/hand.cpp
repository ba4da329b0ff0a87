#include "tests/ui/hand.h"

#include <QApplication>
#include <QKeyEvent>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

namespace loom::test {
namespace {

constexpr int kLongestMs = 5000;
constexpr int kQuietMs = 150;  // longer than any frame that is already under way

}  // namespace

bool Hand::frames(int count) {
  const quint64 wanted = m_canvas.framesDrawn() + static_cast<quint64>(count);
  return QTest::qWaitFor([&] { return m_canvas.framesDrawn() >= wanted; }, kLongestMs);
}

bool Hand::settle() {
  QSignalSpy painted(&m_canvas, &ui::ImGuiCanvas::framePainted);
  QElapsedTimer clock;
  clock.start();
  while (painted.wait(kQuietMs)) {
    if (clock.elapsed() > kLongestMs) {
      return false;
    }
  }
  return true;
}

void Hand::withFrames(const std::function<void()>& what) {
  const quint64 before = m_canvas.framesDrawn();
  what();
  if (!QTest::qWaitFor([&] { return m_canvas.framesDrawn() >= before + 3; }, kLongestMs)) {
    QFAIL("input brought no frames");
  }
}

void Hand::moveTo(QPoint place) {
  // By way of a neighbour: a move to where the pointer is already is none.
  withFrames([&] {
    QTest::mouseMove(window(), inWindow(place + QPoint(1, 0)));
    QTest::mouseMove(window(), inWindow(place));
  });
}

void Hand::press(QPoint place, Qt::MouseButton button, Qt::KeyboardModifiers modifiers) {
  moveTo(place);
  withFrames([&] { QTest::mousePress(window(), button, modifiers, inWindow(place)); });
}

void Hand::release(QPoint place, Qt::MouseButton button, Qt::KeyboardModifiers modifiers) {
  withFrames([&] { QTest::mouseRelease(window(), button, modifiers, inWindow(place)); });
}

void Hand::click(QPoint place, Qt::MouseButton button, Qt::KeyboardModifiers modifiers) {
  press(place, button, modifiers);
  release(place, button, modifiers);
}

void Hand::doubleClick(QPoint place) {
  moveTo(place);
  m_canvas.layoutState();  // makes the canvas's context the current one
  ImGuiIO& io = ImGui::GetIO();
  const float usual = io.MouseDoubleClickTime;
  const float usualDelay = io.MouseSingleClickDelay;
  io.MouseSingleClickDelay = 11.0F;  // Dear ImGui insists that it is the longer one
  io.MouseDoubleClickTime = 10.0F;  // seconds: frames of a busy machine come late, the hand does not
  io.MouseClickedTime[0] = -100.0;  // and what was clicked before is no part of it
  withFrames([&] { QTest::mouseDClick(window(), Qt::LeftButton, {}, inWindow(place)); });
  settle();
  io.MouseDoubleClickTime = usual;
  io.MouseSingleClickDelay = usualDelay;
}

void Hand::drag(const std::vector<QPoint>& places, int stepsBetween, Qt::MouseButton button) {
  press(places.front(), button);
  for (std::size_t i = 1; i < places.size(); ++i) {
    const QPointF from = places[i - 1];
    const QPointF way = QPointF(places[i]) - from;
    for (int step = 1; step <= stepsBetween; ++step) {
      moveTo((from + way * step / stepsBetween).toPoint());
    }
  }
  release(places.back(), button);
}

void Hand::wheel(QPoint place, double notches, Qt::KeyboardModifiers modifiers) {
  constexpr double kAnglePerNotch = 120.0;
  moveTo(place);
  withFrames([&] {
    const QPoint angle(0, static_cast<int>(notches * kAnglePerNotch));
    QWheelEvent event(place, m_canvas.mapToGlobal(place), QPoint(), angle, Qt::NoButton, modifiers, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(&m_canvas, &event);
  });
}

void Hand::key(Qt::Key key, Qt::KeyboardModifiers modifiers) {
  keyDown(key, modifiers);
  keyUp(key, modifiers);
}

void Hand::keyDown(Qt::Key key, Qt::KeyboardModifiers modifiers) { QTest::keyPress(window(), key, modifiers); }

void Hand::keyUp(Qt::Key key, Qt::KeyboardModifiers modifiers) { QTest::keyRelease(window(), key, modifiers); }

void Hand::type(const QString& text) {
  for (const uint code : text.toUcs4()) {
    const char32_t one = code;
    const QString character = QString::fromUcs4(&one, 1);
    withFrames([&] {
      QKeyEvent press(QEvent::KeyPress, 0, Qt::NoModifier, character);
      QApplication::sendEvent(&m_canvas, &press);
      QKeyEvent release(QEvent::KeyRelease, 0, Qt::NoModifier, character);
      QApplication::sendEvent(&m_canvas, &release);
    });
  }
}

}  // namespace loom::test
