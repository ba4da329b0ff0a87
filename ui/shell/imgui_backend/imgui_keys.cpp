#include "ui/shell/imgui_backend/imgui_keys.h"

#include <QHash>
#include <QKeyEvent>

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
      {Qt::Key_Menu, ImGuiKey_Menu},
  };
  return kKeys;
}

ImGuiKey offset(ImGuiKey first, int by) { return static_cast<ImGuiKey>(static_cast<int>(first) + by); }

ImGuiKey keypadKey(int key) {
  switch (key) {
    case Qt::Key_Period:
    case Qt::Key_Comma: return ImGuiKey_KeypadDecimal;
    case Qt::Key_Slash: return ImGuiKey_KeypadDivide;
    case Qt::Key_Asterisk: return ImGuiKey_KeypadMultiply;
    case Qt::Key_Minus: return ImGuiKey_KeypadSubtract;
    case Qt::Key_Plus: return ImGuiKey_KeypadAdd;
    case Qt::Key_Equal: return ImGuiKey_KeypadEqual;
    case Qt::Key_Enter: return ImGuiKey_KeypadEnter;
    default: break;
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
  return namedKeys().value(key, ImGuiKey_None);
}

}  // namespace loom::ui
