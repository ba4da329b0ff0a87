// Dear ImGui under Qt's events: everything goes in as an event and is judged by what the controls did.
#include "tests/ui/hand.h"
#include "tests/ui/sample_canvas.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QInputMethodEvent>
#include <QLineEdit>
#include <QSignalSpy>
#include <QtTest>

#include <memory>

using loom::test::Hand;
using loom::test::SampleCanvas;

namespace {

/// A window with the canvas, and beside it a field of Qt's own to lose the focus to.
struct Bench {
  Bench() : canvas(new SampleCanvas(&window)), field(new QLineEdit(&window)), hand(*canvas) {
    auto* layout = new QHBoxLayout(&window);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(canvas, 1);
    layout->addWidget(field);
    window.setGeometry(100, 100, 640, 360);
    canvas->setFocus();
  }

  bool show() {
    QCursor::setPos(QPoint(1400, 900));  // the real pointer, out of the way
    window.show();
    window.activateWindow();
    return QTest::qWaitForWindowActive(&window) && hand.frames(1) && hand.settle();
  }

  QAction& addAction(const QKeySequence& keys) {
    auto* action = new QAction(&window);
    action->setShortcut(keys);
    window.addAction(action);
    return *action;
  }

  QWidget window;
  SampleCanvas* canvas;
  QLineEdit* field;
  Hand hand;
};

}  // namespace

class ImGuiBackendTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void cleanup() { m_bench.reset(); }

  void aClickPressesTheButton();
  void aPressLetGoElsewherePressesNothing();
  void aDragGoesOnOutsideTheCanvas();
  void theWheelScrolls();
  void pixelsOfATrackpadScrollSmoothly();
  void textOfAnyAlphabetIsTyped();
  void anInputMethodComposes();
  void theClipboardIsShared();
  void lostFocusReleasesKeys();
  void lostFocusReleasesButtons();
  void theCursorFollowsWhatIsUnderIt();
  void shortcutsWaitWhileTextIsTyped();
  void commandsThatNoFieldKnowsStayShortcuts();
  void tabReachesTheNextControl();
  void tabEntersFromOutside();
  void shiftAndAReleaseInAnotherOrder();
  void atRestNothingIsDrawn();
  void aTextCursorBlinksAndNoMore();
  void whatMovesIsDrawnUntilItRests();
  void anArrangementIsRemembered();
  void aForeignArrangementChangesNothing();
  void whatIsDrawnIsSeen();
  void twoCanvasesDoNotMix();

 private:
  SampleCanvas& canvas() { return *m_bench->canvas; }
  Hand& hand() { return m_bench->hand; }

  std::unique_ptr<Bench> m_bench;
};

void ImGuiBackendTest::init() {
  QGuiApplication::clipboard()->clear();
  m_bench = std::make_unique<Bench>();
  QVERIFY(m_bench->show());
}

void ImGuiBackendTest::aClickPressesTheButton() {
  hand().click(canvas().place("button"));
  QCOMPARE(canvas().presses, 1);
  hand().click(canvas().rect("button").bottomRight() + QPoint(20, 0));
  QCOMPARE(canvas().presses, 1);
  // Press and release without a frame between them, as a fast finger on a busy machine.
  QTest::mouseClick(canvas().window()->windowHandle(), Qt::LeftButton, {},
                    canvas().mapTo(canvas().window(), canvas().place("button")));
  QTRY_COMPARE(canvas().presses, 2);
}

void ImGuiBackendTest::aPressLetGoElsewherePressesNothing() {
  hand().drag({canvas().place("button"), canvas().place("list")});
  QCOMPARE(canvas().presses, 0);
}

void ImGuiBackendTest::aDragGoesOnOutsideTheCanvas() {
  const QRect slider = canvas().rect("slider");
  hand().press(slider.center());
  QVERIFY(qAbs(canvas().value - 0.5F) < 0.05F);
  hand().moveTo({slider.left() + slider.width() / 4, slider.bottom() + 120});
  QVERIFY2(canvas().value > 0.1F && canvas().value < 0.4F, qPrintable(QString::number(canvas().value)));
  hand().moveTo({canvas().width() + 60, slider.center().y()});  // over the field beside the canvas
  QCOMPARE(canvas().value, 1.0F);
  hand().moveTo({-60, -40});  // out of the window
  QCOMPARE(canvas().value, 0.0F);
  hand().release({canvas().width() + 60, slider.center().y()});
  QVERIFY(!canvas().io().MouseDown[0]);
  const float after = canvas().value;
  QTest::mouseMove(canvas().window()->windowHandle(), canvas().mapTo(canvas().window(), slider.center()));
  QVERIFY(hand().settle());
  QCOMPARE(canvas().value, after);
}

void ImGuiBackendTest::theWheelScrolls() {
  QCOMPARE(canvas().scroll, 0.0F);
  hand().wheel(canvas().place("list"), -2.0);
  QTRY_VERIFY(canvas().scroll > 10.0F);
  const float lower = canvas().scroll;
  hand().wheel(canvas().place("list"), 1.0);
  QTRY_VERIFY(canvas().scroll < lower);
  hand().wheel(canvas().place("list"), 10.0);
  QTRY_COMPARE(canvas().scroll, 0.0F);
}

void ImGuiBackendTest::pixelsOfATrackpadScrollSmoothly() {
  const QPoint place = canvas().place("list");
  hand().moveTo(place);
  QWheelEvent event(place, canvas().mapToGlobal(place), QPoint(0, -24), QPoint(0, -24), Qt::NoButton, {},
                    Qt::ScrollUpdate, false);
  QApplication::sendEvent(&canvas(), &event);
  QTRY_VERIFY(qAbs(canvas().scroll - 24.0F) < 4.0F);
}

void ImGuiBackendTest::textOfAnyAlphabetIsTyped() {
  hand().click(canvas().place("text"));
  QVERIFY(canvas().isTyping());
  const QString text = QStringLiteral("Grüße, мир 世界!");
  hand().type(text);
  QCOMPARE(QString::fromStdString(canvas().text()), text);
  hand().key(Qt::Key_Backspace);
  QTRY_COMPARE(QString::fromStdString(canvas().text()), text.chopped(1));
  hand().key(Qt::Key_Backspace);  // one character, three bytes
  QTRY_COMPARE(QString::fromStdString(canvas().text()), text.chopped(2));
  hand().key(Qt::Key_Home);
  hand().key(Qt::Key_Delete);
  QTRY_COMPARE(QString::fromStdString(canvas().text()), text.chopped(2).mid(1));
}

void ImGuiBackendTest::anInputMethodComposes() {
  QVERIFY(!canvas().testAttribute(Qt::WA_InputMethodEnabled));
  hand().click(canvas().place("text"));
  QVERIFY(canvas().testAttribute(Qt::WA_InputMethodEnabled));
  const QRect cursor = canvas().inputMethodQuery(Qt::ImCursorRectangle).toRect();
  QVERIFY2(canvas().rect("text").intersects(cursor), "the candidates' window would open elsewhere");

  const QImage before = canvas().grabFramebuffer();
  QInputMethodEvent composing(QStringLiteral("abc"), {});
  QApplication::sendEvent(&canvas(), &composing);
  QVERIFY(hand().frames());
  QCOMPARE(canvas().text(), std::string());
  QVERIFY2(canvas().grabFramebuffer() != before, "what is composed is not shown");
  QInputMethodEvent done;
  done.setCommitString(QStringLiteral("日本"));
  QApplication::sendEvent(&canvas(), &done);
  QTRY_COMPARE(QString::fromStdString(canvas().text()), QStringLiteral("日本"));

  hand().key(Qt::Key_Escape);
  QTRY_VERIFY(!canvas().testAttribute(Qt::WA_InputMethodEnabled));
}

void ImGuiBackendTest::theClipboardIsShared() {
  QClipboard& clipboard = *QGuiApplication::clipboard();
  hand().click(canvas().place("text"));
  hand().type(QStringLiteral("Lübeck"));
  hand().key(Qt::Key_A, Qt::ControlModifier);
  hand().key(Qt::Key_C, Qt::ControlModifier);
  QTRY_COMPARE(clipboard.text(), QStringLiteral("Lübeck"));
  clipboard.setText(QStringLiteral("between"));
  hand().key(Qt::Key_A, Qt::ControlModifier);
  hand().key(Qt::Key_X, Qt::ControlModifier);
  QTRY_COMPARE(clipboard.text(), QStringLiteral("Lübeck"));
  QTRY_COMPARE(canvas().text(), std::string());
  clipboard.setText(QStringLiteral("von außen ✓"));
  hand().key(Qt::Key_V, Qt::ControlModifier);
  QTRY_COMPARE(QString::fromStdString(canvas().text()), QStringLiteral("von außen ✓"));
}

void ImGuiBackendTest::lostFocusReleasesKeys() {
  const auto held = [this](ImGuiKey key) {
    canvas().io();
    return ImGui::IsKeyDown(key);
  };
  hand().keyDown(Qt::Key_W);
  hand().keyDown(Qt::Key_Shift);
  QTRY_VERIFY(held(ImGuiKey_W));
  QTRY_VERIFY(canvas().io().KeyShift);
  m_bench->field->setFocus();
  QTRY_VERIFY(!held(ImGuiKey_W));
  QTRY_VERIFY(!canvas().io().KeyShift);
  hand().keyUp(Qt::Key_Shift);
  hand().keyUp(Qt::Key_W);
}

void ImGuiBackendTest::lostFocusReleasesButtons() {
  hand().press(canvas().place("button"));
  QVERIFY(canvas().io().MouseDown[0]);
  m_bench->field->setFocus();
  QTRY_VERIFY(!canvas().io().MouseDown[0]);
  hand().release(canvas().place("button"));
  QVERIFY(!canvas().io().MouseDown[0]);
}

void ImGuiBackendTest::theCursorFollowsWhatIsUnderIt() {
  hand().moveTo({450, 340});
  QCOMPARE(canvas().cursor().shape(), Qt::ArrowCursor);
  hand().moveTo(canvas().place("text"));
  QCOMPARE(canvas().cursor().shape(), Qt::IBeamCursor);
  hand().moveTo(canvas().place("hand"));
  QCOMPARE(canvas().cursor().shape(), Qt::PointingHandCursor);
  hand().moveTo(canvas().place("button"));
  QCOMPARE(canvas().cursor().shape(), Qt::ArrowCursor);
}

void ImGuiBackendTest::shortcutsWaitWhileTextIsTyped() {
  QSignalSpy fired(&m_bench->addAction(Qt::Key_S), &QAction::triggered);
  QSignalSpy undone(&m_bench->addAction(QKeySequence::Undo), &QAction::triggered);
  hand().key(Qt::Key_S);
  QCOMPARE(fired.count(), 1);
  hand().click(canvas().place("text"));
  hand().key(Qt::Key_S);
  QTRY_COMPARE(canvas().text(), std::string("s"));
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QTRY_COMPARE(canvas().text(), std::string());
  QCOMPARE(fired.count(), 1);
  QCOMPARE(undone.count(), 0);
  hand().key(Qt::Key_Escape);
  QTRY_VERIFY(!canvas().isTyping());
  hand().key(Qt::Key_S);
  QCOMPARE(fired.count(), 2);
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QCOMPARE(undone.count(), 1);
}

void ImGuiBackendTest::commandsThatNoFieldKnowsStayShortcuts() {
  QSignalSpy saved(&m_bench->addAction(Qt::CTRL | Qt::Key_S), &QAction::triggered);
  QSignalSpy full(&m_bench->addAction(Qt::Key_F11), &QAction::triggered);
  hand().click(canvas().place("text"));
  hand().key(Qt::Key_S, Qt::ControlModifier);
  hand().key(Qt::Key_F11);
  QCOMPARE(saved.count(), 1);
  QCOMPARE(full.count(), 1);
  QCOMPARE(canvas().text(), std::string());
}

void ImGuiBackendTest::tabReachesTheNextControl() {
  hand().click(canvas().place("button"));
  QCOMPARE(QString::fromStdString(canvas().focused), QStringLiteral("button"));
  QVERIFY(!canvas().io().NavVisible);
  hand().key(Qt::Key_Tab);  // after the mouse the first one shows where the focus is
  QTRY_VERIFY(canvas().io().NavVisible);
  QCOMPARE(QString::fromStdString(canvas().focused), QStringLiteral("button"));
  hand().key(Qt::Key_Tab);
  QTRY_COMPARE(QString::fromStdString(canvas().focused), QStringLiteral("slider"));
  hand().key(Qt::Key_Tab);
  QTRY_COMPARE(QString::fromStdString(canvas().focused), QStringLiteral("text"));
  hand().type(QStringLiteral("by Tab"));
  QCOMPARE(canvas().text(), std::string("by Tab"));
  hand().key(Qt::Key_Backtab, Qt::ShiftModifier);
  QTRY_COMPARE(QString::fromStdString(canvas().focused), QStringLiteral("slider"));
  QVERIFY2(canvas().hasFocus(), "Tab left the canvas, which has controls to go to");
}

void ImGuiBackendTest::tabEntersFromOutside() {
  m_bench->field->setFocus();
  QVERIFY(m_bench->field->hasFocus());
  hand().key(Qt::Key_Tab);
  QTRY_VERIFY(canvas().hasFocus());
  hand().key(Qt::Key_Tab);
  QTRY_VERIFY(!canvas().focused.empty());
}

void ImGuiBackendTest::shiftAndAReleaseInAnotherOrder() {
  // 1 goes down, Shift goes down, and the keyboard names the release "!".
  const auto send = [this](QEvent::Type type, int key, Qt::KeyboardModifiers modifiers, const QString& text) {
    constexpr quint32 kScanCode = 10;
    QKeyEvent event(type, key, modifiers, kScanCode, 0, 0, text);
    QApplication::sendEvent(&canvas(), &event);
  };
  const auto isDown = [this](ImGuiKey key) {
    canvas().io();
    return ImGui::IsKeyDown(key);
  };
  send(QEvent::KeyPress, Qt::Key_1, {}, QStringLiteral("1"));
  QTRY_VERIFY(isDown(ImGuiKey_1));
  send(QEvent::KeyRelease, Qt::Key_Exclam, Qt::ShiftModifier, QStringLiteral("!"));
  QTRY_VERIFY(!isDown(ImGuiKey_1));
}

void ImGuiBackendTest::atRestNothingIsDrawn() {
  hand().click(canvas().place("button"));
  hand().moveTo({450, 340});
  QVERIFY(hand().settle());
  QSignalSpy painted(&canvas(), &SampleCanvas::framePainted);
  QVERIFY2(!painted.wait(400), "a frame was drawn though nothing happened");
  hand().moveTo({440, 330});
  QVERIFY(painted.count() >= 1);
}

void ImGuiBackendTest::aTextCursorBlinksAndNoMore() {
  // The cursor of a text field blinks: the only thing that goes on, and slowly.
  hand().click(canvas().place("text"));
  QSignalSpy painted(&canvas(), &SampleCanvas::framePainted);
  QTRY_VERIFY_WITH_TIMEOUT(painted.count() > 0, 3000);
  QElapsedTimer clock;
  clock.start();
  painted.clear();
  QTRY_VERIFY_WITH_TIMEOUT(painted.count() >= 6, 20000);
  QVERIFY2(clock.elapsed() > 500, "a blinking cursor must not keep the program drawing");
}

void ImGuiBackendTest::whatMovesIsDrawnUntilItRests() {
  canvas().moving = true;
  canvas().requestFrames(1);
  QVERIFY(hand().frames(20));
  canvas().moving = false;
  QVERIFY(hand().settle());
}

void ImGuiBackendTest::anArrangementIsRemembered() {
  canvas().withFloating = true;
  canvas().requestFrames();
  QVERIFY(hand().frames());
  const QPoint start = canvas().floating;
  QSignalSpy changed(&canvas(), &SampleCanvas::layoutChanged);
  hand().drag({start + QPoint(70, 8), start + QPoint(100, 108)});
  QTRY_COMPARE(canvas().floating, start + QPoint(30, 100));
  QTRY_VERIFY(changed.count() >= 1);
  const QByteArray layout = canvas().layoutState();
  QVERIFY(layout.contains("floating"));

  m_bench = std::make_unique<Bench>();
  canvas().withFloating = true;
  canvas().restoreLayoutState(layout);  // before it was ever shown, as a program does
  QVERIFY(m_bench->show());
  QCOMPARE(canvas().floating, start + QPoint(30, 100));
}

void ImGuiBackendTest::aForeignArrangementChangesNothing() {
  canvas().withFloating = true;
  canvas().requestFrames();
  QVERIFY(hand().frames());
  const QByteArray before = canvas().layoutState();
  canvas().restoreLayoutState("no arrangement at all \xff\xfe");
  canvas().restoreLayoutState(QByteArray());
  QCOMPARE(canvas().layoutState(), before);
}

void ImGuiBackendTest::whatIsDrawnIsSeen() {
  const QImage image = canvas().grabFramebuffer();
  QCOMPARE(image.size(), canvas().framebufferSize());
  const double ratio = canvas().devicePixelRatioF();
  QCOMPARE(image.pixelColor((QPointF(230, 230) * ratio).toPoint()), QColor(255, 0, 128));
  QVERIFY(image.pixelColor((QPointF(190, 230) * ratio).toPoint()) != QColor(255, 0, 128));
  QCOMPARE(image.pixelColor((QPointF(450, 340) * ratio).toPoint()), QColor(0, 0, 0));
}

void ImGuiBackendTest::twoCanvasesDoNotMix() {
  Bench other;
  QVERIFY(other.show());
  other.hand.click(other.canvas->place("button"));
  QCOMPARE(other.canvas->presses, 1);
  QCOMPARE(canvas().presses, 0);
  hand().click(canvas().place("button"));
  hand().drag({canvas().rect("slider").center(), canvas().rect("slider").topRight() + QPoint(30, 0)});
  QCOMPARE(canvas().presses, 1);
  QCOMPARE(canvas().value, 1.0F);
  QCOMPARE(other.canvas->presses, 1);
  QCOMPARE(other.canvas->value, 0.0F);
}

QTEST_MAIN(ImGuiBackendTest)
#include "imgui_backend_test.moc"
