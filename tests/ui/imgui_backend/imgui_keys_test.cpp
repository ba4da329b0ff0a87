#include "ui/shell/imgui_backend/imgui_keys.h"
#include "ui/shell/imgui_backend/gl_abilities.h"

#include <QKeyEvent>
#include <QTest>

#include <utility>

using namespace loom::ui;

namespace {

QKeyEvent press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier, const QString& text = {}) {
  return QKeyEvent(QEvent::KeyPress, key, modifiers, text);
}

QKeyEvent release(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
  return QKeyEvent(QEvent::KeyRelease, key, modifiers);
}

ImGuiKey plus(ImGuiKey first, int by) { return static_cast<ImGuiKey>(static_cast<int>(first) + by); }

}  // namespace

class ImGuiKeysTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void lettersDigitsAndFunctionKeys() {
    for (int index = 0; index < 26; ++index) {
      QCOMPARE(imguiKey(press(Qt::Key_A + index)), plus(ImGuiKey_A, index));
    }
    for (int index = 0; index < 10; ++index) {
      QCOMPARE(imguiKey(press(Qt::Key_0 + index)), plus(ImGuiKey_0, index));
      QCOMPARE(imguiKey(press(Qt::Key_0 + index, Qt::KeypadModifier)), plus(ImGuiKey_Keypad0, index));
    }
    for (int index = 0; index < 24; ++index) {
      QCOMPARE(imguiKey(press(Qt::Key_F1 + index)), plus(ImGuiKey_F1, index));
    }
  }

  void namedKeys_data() {
    QTest::addColumn<int>("qt");
    QTest::addColumn<int>("imgui");
    const std::pair<int, ImGuiKey> keys[] = {
        {Qt::Key_Tab, ImGuiKey_Tab},
        {Qt::Key_Backtab, ImGuiKey_Tab},
        {Qt::Key_Left, ImGuiKey_LeftArrow},
        {Qt::Key_PageDown, ImGuiKey_PageDown},
        {Qt::Key_Return, ImGuiKey_Enter},
        {Qt::Key_Escape, ImGuiKey_Escape},
        {Qt::Key_Backspace, ImGuiKey_Backspace},
        {Qt::Key_Delete, ImGuiKey_Delete},
        {Qt::Key_Space, ImGuiKey_Space},
        {Qt::Key_BracketLeft, ImGuiKey_LeftBracket},
        {Qt::Key_QuoteLeft, ImGuiKey_GraveAccent},
        {Qt::Key_Question, ImGuiKey_Slash},
        {Qt::Key_Exclam, ImGuiKey_1},
        {Qt::Key_ParenRight, ImGuiKey_0},
        {Qt::Key_Control, ImGuiKey_LeftCtrl},
        {Qt::Key_AltGr, ImGuiKey_RightAlt},
        {Qt::Key_Menu, ImGuiKey_Menu},
        {Qt::Key_VolumeUp, ImGuiKey_None},
        {Qt::Key_Udiaeresis, ImGuiKey_None},
    };
    for (const auto& [qt, imgui] : keys) {
      QTest::addRow("%s", qPrintable(QKeySequence(qt).toString(QKeySequence::PortableText)))
          << qt << static_cast<int>(imgui);
    }
  }
  void namedKeys() {
    QFETCH(int, qt);
    QFETCH(int, imgui);
    QCOMPARE(static_cast<int>(imguiKey(press(qt))), imgui);
  }

  void keypadIsToldApart() {
    QCOMPARE(imguiKey(press(Qt::Key_Enter, Qt::KeypadModifier)), ImGuiKey_KeypadEnter);
    QCOMPARE(imguiKey(press(Qt::Key_Plus, Qt::KeypadModifier)), ImGuiKey_KeypadAdd);
    QCOMPARE(imguiKey(press(Qt::Key_Minus, Qt::KeypadModifier)), ImGuiKey_KeypadSubtract);
    QCOMPARE(imguiKey(press(Qt::Key_Asterisk, Qt::KeypadModifier)), ImGuiKey_KeypadMultiply);
    QCOMPARE(imguiKey(press(Qt::Key_Slash, Qt::KeypadModifier)), ImGuiKey_KeypadDivide);
    QCOMPARE(imguiKey(press(Qt::Key_Period, Qt::KeypadModifier)), ImGuiKey_KeypadDecimal);
    QCOMPARE(imguiKey(press(Qt::Key_Comma, Qt::KeypadModifier)), ImGuiKey_KeypadDecimal);
    // Num Lock off: the keypad's 7 is Home.
    QCOMPARE(imguiKey(press(Qt::Key_Home, Qt::KeypadModifier)), ImGuiKey_Home);
    QCOMPARE(imguiKey(press(Qt::Key_Plus)), ImGuiKey_Equal);
  }

  void aModifiersOwnKeyCounts() {
    QCOMPARE(modifiersAfter(press(Qt::Key_Shift)), Qt::KeyboardModifiers(Qt::ShiftModifier));
    QCOMPARE(modifiersAfter(press(Qt::Key_Shift, Qt::ShiftModifier)), Qt::KeyboardModifiers(Qt::ShiftModifier));
    QCOMPARE(modifiersAfter(release(Qt::Key_Shift, Qt::ShiftModifier)), Qt::KeyboardModifiers());
    QCOMPARE(modifiersAfter(release(Qt::Key_Shift)), Qt::KeyboardModifiers());
    QCOMPARE(modifiersAfter(press(Qt::Key_Control, Qt::AltModifier)), Qt::ControlModifier | Qt::AltModifier);
    QCOMPARE(modifiersAfter(press(Qt::Key_A, Qt::MetaModifier)), Qt::KeyboardModifiers(Qt::MetaModifier));
  }

  void whatTypes() {
    QCOMPARE(typedText(press(Qt::Key_A, {}, "a")), QString("a"));
    QCOMPARE(typedText(press(Qt::Key_A, Qt::ShiftModifier, "A")), QString("A"));
    QCOMPARE(typedText(press(Qt::Key_unknown, {}, QStringLiteral("ü"))), QStringLiteral("ü"));
    QCOMPARE(typedText(press(Qt::Key_unknown, {}, QStringLiteral("\U0001F600"))), QStringLiteral("\U0001F600"));
    QCOMPARE(typedText(press(Qt::Key_At, Qt::ControlModifier | Qt::AltModifier, "@")),
             QString("@"));  // AltGr on Windows
    QVERIFY(typedText(press(Qt::Key_A, Qt::ControlModifier, "\x01")).isEmpty());
    QVERIFY(typedText(press(Qt::Key_A, Qt::AltModifier, "a")).isEmpty());
    QVERIFY(typedText(press(Qt::Key_Backspace, {}, "\b")).isEmpty());
    QVERIFY(typedText(press(Qt::Key_Return, {}, "\r")).isEmpty());
    QVERIFY(typedText(press(Qt::Key_Left)).isEmpty());
  }

  void whatATextFieldKeepsForItself() {
    QVERIFY(editsText(press(Qt::Key_S, {}, "s")));
    QVERIFY(editsText(press(Qt::Key_Space, {}, " ")));
    QVERIFY(editsText(press(Qt::Key_Question, Qt::ShiftModifier, "?")));
    QVERIFY(editsText(press(Qt::Key_Backspace)));
    QVERIFY(editsText(press(Qt::Key_Left, Qt::ControlModifier | Qt::ShiftModifier)));
    QVERIFY(editsText(press(Qt::Key_Z, Qt::ControlModifier)));
    QVERIFY(editsText(press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier)));
    QVERIFY(editsText(press(Qt::Key_Insert, Qt::ShiftModifier)));
    QVERIFY(editsText(press(Qt::Key_Escape)));
    QVERIFY(!editsText(press(Qt::Key_S, Qt::ControlModifier, "\x13")));
    QVERIFY(!editsText(press(Qt::Key_F11)));
    QVERIFY(!editsText(press(Qt::Key_F, Qt::AltModifier, "f")));
    QVERIFY(!editsText(press(Qt::Key_Left, Qt::AltModifier)));
  }

  void softwareRenderersAreKnownByName() {
    QVERIFY(isSoftwareRenderer("llvmpipe (LLVM 15.0.6, 256 bits)"));
    QVERIFY(isSoftwareRenderer("softpipe"));
    QVERIFY(isSoftwareRenderer("Microsoft Basic Render Driver"));
    QVERIFY(!isSoftwareRenderer("NVIDIA GeForce RTX 4090/PCIe/SSE2"));
    QVERIFY(!isSoftwareRenderer("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
    QVERIFY(!isSoftwareRenderer(""));
  }

  void theCanvasFormat() {
    const GlAbilities& abilities = glAbilities();
    const QSurfaceFormat format = canvasFormat();
    QCOMPARE(format.version(), qMakePair(3, 3));
    QCOMPARE(format.profile(), QSurfaceFormat::CoreProfile);
    QCOMPARE(format.samples() > 0, abilities.usable && !abilities.software);
    QCOMPARE(&glAbilities(), &abilities);
  }
};

QTEST_MAIN(ImGuiKeysTest)
#include "imgui_keys_test.moc"
