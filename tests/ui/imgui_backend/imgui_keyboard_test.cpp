// Keys, text, clipboard, input method, shortcuts and the way of Tab.
#include "tests/ui/imgui_backend/canvas_bench.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <QClipboard>
#include <QInputMethodEvent>

using namespace loom::tests;

namespace {

// Dear ImGui keeps text in ImWchar, of 16 bits unless it is built with IMGUI_USE_WCHAR32: what is beyond comes out as
// the sign for "unknown", once.
const QString kThread = sizeof(ImWchar) == 4 ? QStringLiteral("\U0001F9F5") : QString(QChar::ReplacementCharacter);

/// Two fields, one under the other.
struct Fields {
  std::string first;
  std::string second;

  void operator()(TestCanvas& canvas) {
    plainWindow([&] {
      ImGui::InputText("##first", &first);
      canvas.note("first");
      ImGui::InputText("##second", &second);
      canvas.note("second");
    });
  }
};

QVariant inputMethod(QWidget& widget, Qt::InputMethodQuery query) {
  QInputMethodQueryEvent event(query);
  QApplication::sendEvent(&widget, &event);
  return event.value(query);
}

void sendKey(QWidget& to, QEvent::Type type, int key, quint32 scanCode, const QString& text = {},
             Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
  QKeyEvent event(type, key, modifiers, scanCode, 0, 0, text);
  QApplication::sendEvent(&to, &event);
}

}  // namespace

class ImGuiKeyboardTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void typing() {
    Fields fields;
    LOOM_BENCH(bench, std::ref(fields));
    bench.click("first");
    QVERIFY(bench.canvas().backend().wantsTextInput());
    bench.key(Qt::Key_L);
    bench.type(QStringLiteral("öß漢"));
    bench.type(QStringLiteral("\U0001F9F5"));
    QCOMPARE(QString::fromStdString(fields.first), QStringLiteral("löß漢") + kThread);
    bench.key(Qt::Key_Backspace);
    bench.key(Qt::Key_Home);
    bench.type(QStringLiteral("X"));
    QCOMPARE(QString::fromStdString(fields.first), QStringLiteral("Xlöß漢"));
    bench.key(Qt::Key_Return);
    QVERIFY(!bench.canvas().backend().wantsTextInput());
    bench.key(Qt::Key_L);
    QCOMPARE(QString::fromStdString(fields.first), QStringLiteral("Xlöß漢"));
  }

  void anInputMethodCommits() {
    Fields fields;
    LOOM_BENCH(bench, std::ref(fields));
    TestCanvas& canvas = bench.canvas();
    QVERIFY(!inputMethod(canvas, Qt::ImEnabled).toBool());
    bench.click("second");
    QVERIFY(inputMethod(canvas, Qt::ImEnabled).toBool());
    const QRect rect = inputMethod(canvas, Qt::ImCursorRectangle).toRect();
    QVERIFY(canvas.place("second").contains(QRectF(rect).center()));
    const QImage before = canvas.grabFramebuffer();
    QInputMethodEvent composing(QStringLiteral("ni"), {});
    QApplication::sendEvent(&canvas, &composing);
    bench.draw();
    QCOMPARE(fields.second, std::string());
    QVERIFY(canvas.grabFramebuffer() != before);  // it is shown where it will come
    QInputMethodEvent committing;
    committing.setCommitString(QStringLiteral("你好"));
    QApplication::sendEvent(&canvas, &committing);
    bench.draw();
    QCOMPARE(QString::fromStdString(fields.second), QStringLiteral("你好"));
    bench.key(Qt::Key_Escape);
    QVERIFY(!inputMethod(canvas, Qt::ImEnabled).toBool());
  }

  void clipboardBothWays() {
    Fields fields{"straße", ""};
    LOOM_BENCH(bench, std::ref(fields));
    QClipboard& clipboard = *QGuiApplication::clipboard();
    clipboard.setText(QStringLiteral("before"));
    bench.click("first");
    bench.key(Qt::Key_A, Qt::ControlModifier);
    bench.key(Qt::Key_C, Qt::ControlModifier);
    QTRY_COMPARE(clipboard.text(), QStringLiteral("straße"));
    bench.click("second");
    bench.key(Qt::Key_V, Qt::ControlModifier);
    QCOMPARE(QString::fromStdString(fields.second), QStringLiteral("straße"));
    bench.key(Qt::Key_A, Qt::ControlModifier);
    bench.key(Qt::Key_X, Qt::ControlModifier);
    QCOMPARE(fields.second, std::string());
    clipboard.setText(QStringLiteral("from elsewhere \U0001F9F5"));
    bench.key(Qt::Key_V, Qt::ControlModifier);
    QCOMPARE(QString::fromStdString(fields.second), QStringLiteral("from elsewhere ") + kThread);
    bench.key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(fields.second, std::string());
  }

  void keysAreReleasedWhenTheFocusGoes() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    QTest::keyPress(bench.window().windowHandle(), Qt::Key_Control);
    QTest::keyPress(bench.window().windowHandle(), Qt::Key_K, Qt::ControlModifier);
    bench.draw();
    bench.canvas().io();
    QVERIFY(ImGui::IsKeyDown(ImGuiKey_K));
    QVERIFY(ImGui::IsKeyDown(ImGuiKey_LeftCtrl));
    QVERIFY(bench.canvas().io().KeyCtrl);
    bench.lineEdit().setFocus();
    bench.draw();
    QVERIFY(!ImGui::IsKeyDown(ImGuiKey_K));
    QVERIFY(!ImGui::IsKeyDown(ImGuiKey_LeftCtrl));
    QVERIFY(!bench.canvas().io().KeyCtrl);
    bench.canvas().setFocus();
    QTest::keyPress(bench.window().windowHandle(), Qt::Key_K);
    bench.draw();
    QVERIFY(ImGui::IsKeyDown(ImGuiKey_K));
    QTest::keyRelease(bench.window().windowHandle(), Qt::Key_K);
    bench.draw();
    QVERIFY(!ImGui::IsKeyDown(ImGuiKey_K));
  }

  void aKeyThatChangedItsNameIsReleased() {
    constexpr quint32 kOne = 10;  // any scan codes
    constexpr quint32 kShift = 50;
    LOOM_BENCH(bench, [](TestCanvas&) {});
    TestCanvas& canvas = bench.canvas();
    sendKey(canvas, QEvent::KeyPress, Qt::Key_Plus, kOne);  // German: + is * with Shift
    bench.draw();
    QVERIFY(ImGui::IsKeyDown(ImGuiKey_Equal));
    sendKey(canvas, QEvent::KeyPress, Qt::Key_Shift, kShift);
    sendKey(canvas, QEvent::KeyRelease, Qt::Key_Asterisk, kOne, {}, Qt::ShiftModifier);
    sendKey(canvas, QEvent::KeyRelease, Qt::Key_Shift, kShift, {}, Qt::ShiftModifier);
    bench.draw();
    QVERIFY(!ImGui::IsKeyDown(ImGuiKey_Equal));
    QVERIFY(!canvas.io().KeyShift);
  }

  void chordsWithinOneFrameAreSeen() {
    Fields fields{"seed 42", ""};
    LOOM_BENCH(bench, std::ref(fields));
    TestCanvas& canvas = bench.canvas();
    QClipboard& clipboard = *QGuiApplication::clipboard();
    clipboard.setText(QStringLiteral("before"));
    bench.click("first");
    const quint64 before = canvas.framesDrawn();
    for (const int key : {Qt::Key_A, Qt::Key_X}) {
      sendKey(canvas, QEvent::KeyPress, Qt::Key_Control, 0);
      sendKey(canvas, QEvent::KeyPress, key, 0, {}, Qt::ControlModifier);
      sendKey(canvas, QEvent::KeyRelease, Qt::Key_Control, 0, {}, Qt::ControlModifier);
      sendKey(canvas, QEvent::KeyRelease, key, 0);
    }
    QCOMPARE(canvas.framesDrawn(), before);
    QTRY_COMPARE(clipboard.text(), QStringLiteral("seed 42"));
    QTRY_COMPARE(fields.first, std::string());
    QTRY_VERIFY(!canvas.io().KeyCtrl);
  }

  void plainKeysAreTheWindowsUntilTextIsTyped() {
    Fields fields;
    LOOM_BENCH(bench, std::ref(fields));
    const int& save = bench.shortcut(Qt::Key_S);
    const int& walk = bench.shortcut(Qt::Key_Space);
    const int& reset = bench.shortcut(Qt::Key_Backspace);
    const int& copy = bench.shortcut(QKeySequence::Copy);
    const int& undo = bench.shortcut(QKeySequence::Undo);
    const int& saveAs = bench.shortcut(QKeySequence::Save);
    const int& fullScreen = bench.shortcut(Qt::Key_F11);
    const auto all = [&] { return std::vector<int>{save, walk, reset, copy, undo, saveAs, fullScreen}; };
    const auto pressAll = [&] {
      bench.key(Qt::Key_S);
      bench.key(Qt::Key_Space);
      bench.key(Qt::Key_Backspace);
      bench.key(Qt::Key_C, Qt::ControlModifier);
      bench.key(Qt::Key_Z, Qt::ControlModifier);
      bench.key(Qt::Key_S, Qt::ControlModifier);
      bench.key(Qt::Key_F11);
    };
    pressAll();
    QCOMPARE(all(), (std::vector<int>{1, 1, 1, 1, 1, 1, 1}));
    bench.click("first");
    pressAll();
    QCOMPARE(all(), (std::vector<int>{1, 1, 1, 1, 1, 2, 2}));
    bench.key(Qt::Key_A, Qt::ControlModifier);
    bench.key(Qt::Key_S);
    bench.key(Qt::Key_Space);
    bench.key(Qt::Key_S);
    QCOMPARE(QString::fromStdString(fields.first), QStringLiteral("s s"));
    bench.key(Qt::Key_Escape);
    bench.key(Qt::Key_S);
    QCOMPARE(save, 2);
  }

  void escapeClosesThePopupFirst() {
    bool open = false;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        if (ImGui::Button("More", {120.0F, 30.0F})) {
          ImGui::OpenPopup("more");
        }
        canvas.note("button");
        open = ImGui::BeginPopup("more");
        if (open) {
          ImGui::MenuItem("Reset");
          ImGui::EndPopup();
        }
      });
    });
    const int& leave = bench.shortcut(Qt::Key_Escape);
    const int& save = bench.shortcut(Qt::Key_S);
    bench.click("button");
    QVERIFY(open);
    bench.key(Qt::Key_S);
    QCOMPARE(save, 1);
    bench.key(Qt::Key_Escape);
    QVERIFY(!open);
    QCOMPARE(leave, 0);
    bench.key(Qt::Key_Escape);
    QCOMPARE(leave, 1);
  }

  void tabGoesFromControlToControl() {
    std::string focused;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        for (const char* name : {"one", "two", "three"}) {
          ImGui::Button(name, {120.0F, 30.0F});
          canvas.note(name);
          if (ImGui::IsItemFocused()) {
            focused = name;
          }
        }
      });
    });
    bench.key(Qt::Key_Tab);
    bench.key(Qt::Key_Tab);
    const std::string start = focused;
    QVERIFY(!start.empty());
    QVERIFY(bench.canvas().hasFocus());
    bench.key(Qt::Key_Tab);
    const std::string next = focused;
    QVERIFY(next != start);
    bench.key(Qt::Key_Backtab, Qt::ShiftModifier);
    QCOMPARE(focused, start);
    bench.key(Qt::Key_Down);
    QVERIFY(focused != start);
    // From the tool bar back into the canvas.
    bench.lineEdit().setFocus();
    bench.draw();
    QTest::keyClick(bench.window().windowHandle(), Qt::Key_Tab);
    QTRY_VERIFY(bench.canvas().hasFocus());
  }

  void aCanvasWithoutControlsLetsTabPass() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    QVERIFY(bench.canvas().hasFocus());
    bench.key(Qt::Key_Tab);
    QTRY_VERIFY(bench.lineEdit().hasFocus());
  }

  void keysThatNobodyKnowsGoOn() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    QKeyEvent volume(QEvent::KeyPress, Qt::Key_VolumeUp, Qt::NoModifier);
    QApplication::sendEvent(&bench.canvas(), &volume);
    QVERIFY(!volume.isAccepted());
  }
};

QTEST_MAIN(ImGuiKeyboardTest)
#include "imgui_keyboard_test.moc"
