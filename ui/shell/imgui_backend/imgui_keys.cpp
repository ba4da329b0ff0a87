#include "ui/shell/imgui_backend/imgui_keys.h"

#include <QHash>
#include <QKeyEvent>

#include <algorithm>

namespace loom::ui {
namespace {

const QHash<int, ImGuiKey>& namedKeys() {
  static const QHash<int, ImGuiKey> kKeys{
      {Qt::Key_Tab, ImGuiKey_Tab},
      {Qt::Key_Backtab, ImGuiKey_Tab},
      {Qt::Key_Left, ImGuiKey_LeftArrow},
      {Qt::Key_Right, ImGuiKey_RightArrow},
      {Qt::Key_Up, ImGuiKey_UpArrow},
      {Qt::Key_Down, ImGuiKey_DownArrow},
      {Qt::Key_PageUp, ImGuiKey_PageUp},
      {Qt::Key_PageDown, ImGuiKey_PageDown},
      {Qt::Key_Home, ImGuiKey_Home},
      {Qt::Key_End, ImGuiKey_End},
      {Qt::Key_Insert, ImGuiKey_Insert},
      {Qt::Key_Delete, ImGuiKey_Delete},
      {Qt::Key_Backspace, ImGuiKey_Backspace},
      {Qt::Key_Space, ImGuiKey_Space},
      {Qt::Key_Return, ImGuiKey_Enter},
      {Qt::Key_Enter, ImGuiKey_KeypadEnter},
      {Qt::Key_Escape, ImGuiKey_Escape},
      {Qt::Key_Apostrophe, ImGuiKey_Apostrophe},
      {Qt::Key_Comma, ImGuiKey_Comma},
      {Qt::Key_Minus, ImGuiKey_Minus},
      {Qt::Key_Period, ImGuiKey_Period},
      {Qt::Key_Slash, ImGuiKey_Slash},
      {Qt::Key_Semicolon, ImGuiKey_Semicolon},
      {Qt::Key_Equal, ImGuiKey_Equal},
      {Qt::Key_BracketLeft, ImGuiKey_LeftBracket},
      {Qt::Key_Backslash, ImGuiKey_Backslash},
      {Qt::Key_BracketRight, ImGuiKey_RightBracket},
      {Qt::Key_QuoteLeft, ImGuiKey_GraveAccent},
      {Qt::Key_CapsLock, ImGuiKey_CapsLock},
      {Qt::Key_ScrollLock, ImGuiKey_ScrollLock},
      {Qt::Key_NumLock, ImGuiKey_NumLock},
      {Qt::Key_Print, ImGuiKey_PrintScreen},
      {Qt::Key_Pause, ImGuiKey_Pause},
      {Qt::Key_Control, ImGuiKey_LeftCtrl},
      {Qt::Key_Shift, ImGuiKey_LeftShift},
      {Qt::Key_Alt, ImGuiKey_LeftAlt},
      {Qt::Key_AltGr, ImGuiKey_RightAlt},
      {Qt::Key_Meta, ImGuiKey_LeftSuper},
      {Qt::Key_Super_L, ImGuiKey_LeftSuper},
      {Qt::Key_Super_R, ImGuiKey_RightSuper},
      {Qt::Key_Menu, ImGuiKey_Menu},
      {Qt::Key_Back, ImGuiKey_AppBack},
      {Qt::Key_Forward, ImGuiKey_AppForward},
  };
  return kKeys;
}

/// Qt names a key by what it types, Dear ImGui by what it types without Shift. Where a keyboard has these signs is the
/// layout's business; this is the one that Dear ImGui's names are taken from.
const QHash<int, ImGuiKey>& shiftedKeys() {
  static const QHash<int, ImGuiKey> kKeys{
      {Qt::Key_Exclam, ImGuiKey_1},
      {Qt::Key_At, ImGuiKey_2},
      {Qt::Key_NumberSign, ImGuiKey_3},
      {Qt::Key_Dollar, ImGuiKey_4},
      {Qt::Key_Percent, ImGuiKey_5},
      {Qt::Key_AsciiCircum, ImGuiKey_6},
      {Qt::Key_Ampersand, ImGuiKey_7},
      {Qt::Key_Asterisk, ImGuiKey_8},
      {Qt::Key_ParenLeft, ImGuiKey_9},
      {Qt::Key_ParenRight, ImGuiKey_0},
      {Qt::Key_Underscore, ImGuiKey_Minus},
      {Qt::Key_Plus, ImGuiKey_Equal},
      {Qt::Key_BraceLeft, ImGuiKey_LeftBracket},
      {Qt::Key_BraceRight, ImGuiKey_RightBracket},
      {Qt::Key_Bar, ImGuiKey_Backslash},
      {Qt::Key_Colon, ImGuiKey_Semicolon},
      {Qt::Key_QuoteDbl, ImGuiKey_Apostrophe},
      {Qt::Key_Less, ImGuiKey_Comma},
      {Qt::Key_Greater, ImGuiKey_Period},
      {Qt::Key_Question, ImGuiKey_Slash},
      {Qt::Key_AsciiTilde, ImGuiKey_GraveAccent},
  };
  return kKeys;
}

ImGuiKey offset(ImGuiKey first, int by) { return static_cast<ImGuiKey>(static_cast<int>(first) + by); }

ImGuiKey keypadKey(int key) {
  switch (key) {
    case Qt::Key_Period:
    case Qt::Key_Comma:
      return ImGuiKey_KeypadDecimal;
    case Qt::Key_Slash:
      return ImGuiKey_KeypadDivide;
    case Qt::Key_Asterisk:
      return ImGuiKey_KeypadMultiply;
    case Qt::Key_Minus:
      return ImGuiKey_KeypadSubtract;
    case Qt::Key_Plus:
      return ImGuiKey_KeypadAdd;
    case Qt::Key_Equal:
      return ImGuiKey_KeypadEqual;
    case Qt::Key_Enter:
      return ImGuiKey_KeypadEnter;
    default:
      break;
  }
  return key >= Qt::Key_0 && key <= Qt::Key_9 ? offset(ImGuiKey_Keypad0, key - Qt::Key_0) : ImGuiKey_None;
}

}  // namespace

ImGuiKey imguiKey(const QKeyEvent& event) {
  const int key = event.key();
  if (event.modifiers() & Qt::KeypadModifier) {
    if (const ImGuiKey keypad = keypadKey(key); keypad != ImGuiKey_None) {
      return keypad;
    }
  }
  if (key >= Qt::Key_A && key <= Qt::Key_Z) {
    return offset(ImGuiKey_A, key - Qt::Key_A);
  }
  if (key >= Qt::Key_0 && key <= Qt::Key_9) {
    return offset(ImGuiKey_0, key - Qt::Key_0);
  }
  if (key >= Qt::Key_F1 && key <= Qt::Key_F24) {
    return offset(ImGuiKey_F1, key - Qt::Key_F1);
  }
  const ImGuiKey named = namedKeys().value(key, ImGuiKey_None);
  return named != ImGuiKey_None ? named : shiftedKeys().value(key, ImGuiKey_None);
}

Qt::KeyboardModifiers modifiersAfter(const QKeyEvent& event) {
  Qt::KeyboardModifier changed = Qt::NoModifier;
  switch (event.key()) {
    case Qt::Key_Shift:
      changed = Qt::ShiftModifier;
      break;
    case Qt::Key_Control:
      changed = Qt::ControlModifier;
      break;
    case Qt::Key_Alt:
      changed = Qt::AltModifier;
      break;
    case Qt::Key_Meta:
      changed = Qt::MetaModifier;
      break;
    default:
      return event.modifiers();
  }
  const bool down = event.type() != QEvent::KeyRelease;
  return event.modifiers().setFlag(changed, down);
}

QString typedText(const QKeyEvent& event) {
  Qt::KeyboardModifiers commands = event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier);
  if (commands == (Qt::ControlModifier | Qt::AltModifier)) {
    commands = {};
  }
#ifdef Q_OS_MACOS
  commands.setFlag(Qt::AltModifier, false);
#endif
  const QString text = event.text();
  // By code points: half a surrogate pair is not printable.
  const auto codes = text.toUcs4();
  const bool printable =
      !codes.isEmpty() && std::all_of(codes.begin(), codes.end(), [](auto code) { return QChar::isPrint(code); });
  return !commands && printable ? text : QString();
}

bool movesInMenu(const QKeyEvent& event) {
  switch (event.key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Home:
    case Qt::Key_End:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
    case Qt::Key_Escape:
      return !(event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    default:
      return false;
  }
}

bool editsText(const QKeyEvent& event) {
  const Qt::KeyboardModifiers commands = event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier);
  switch (event.key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Home:
    case Qt::Key_End:
    case Qt::Key_Backspace:
    case Qt::Key_Delete:
    case Qt::Key_Insert:
      return !commands || commands == Qt::ControlModifier;
    case Qt::Key_A:
    case Qt::Key_C:
    case Qt::Key_X:
    case Qt::Key_V:
    case Qt::Key_Z:
    case Qt::Key_Y:
      return commands == Qt::ControlModifier || !typedText(event).isEmpty();
    default:
      return movesInMenu(event) || !typedText(event).isEmpty();
  }
}

}  // namespace loom::ui
