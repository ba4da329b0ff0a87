#include "ui/shell/imgui_backend/imgui_qt_backend.h"

#include "ui/shell/imgui_backend/imgui_keys.h"

#include <imgui_internal.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QInputMethod>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <QWidget>

#include <algorithm>
#include <limits>

namespace loom::ui {
namespace {

int buttonIndex(Qt::MouseButton button) {
  switch (button) {
    case Qt::LeftButton: return ImGuiMouseButton_Left;
    case Qt::RightButton: return ImGuiMouseButton_Right;
    case Qt::MiddleButton: return ImGuiMouseButton_Middle;
    case Qt::BackButton: return 3;
    case Qt::ForwardButton: return 4;
    default: return -1;
  }
}

Qt::CursorShape cursorShape(ImGuiMouseCursor cursor) {
  switch (cursor) {
    case ImGuiMouseCursor_TextInput: return Qt::IBeamCursor;
    case ImGuiMouseCursor_ResizeAll: return Qt::SizeAllCursor;
    case ImGuiMouseCursor_ResizeNS: return Qt::SizeVerCursor;
    case ImGuiMouseCursor_ResizeEW: return Qt::SizeHorCursor;
    case ImGuiMouseCursor_ResizeNESW: return Qt::SizeBDiagCursor;
    case ImGuiMouseCursor_ResizeNWSE: return Qt::SizeFDiagCursor;
    case ImGuiMouseCursor_Hand: return Qt::PointingHandCursor;
    case ImGuiMouseCursor_NotAllowed: return Qt::ForbiddenCursor;
    case ImGuiMouseCursor_Wait: return Qt::WaitCursor;
    case ImGuiMouseCursor_Progress: return Qt::BusyCursor;
    default: return Qt::ArrowCursor;
  }
}

/// Text that a key press types, without control characters (Ctrl+A gives U+0001) and without what Alt or Ctrl turn into
/// a command. Ctrl with Alt is AltGr on some keyboards and does type.
QString typedText(const QKeyEvent& event) {
  const auto commands = event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier);
  const bool altGr = commands == (Qt::ControlModifier | Qt::AltModifier);
  const QString text = event.text();
  if ((commands && !altGr) || text.isEmpty() || !text.at(0).isPrint()) {
    return {};
  }
  return text;
}

}  // namespace

ImGuiQtBackend::ImGuiQtBackend(QWidget& host) : m_host(host) {
  ImGuiContext* before = ImGui::GetCurrentContext();
  m_context = ImGui::CreateContext();
  ImGui::SetCurrentContext(m_context);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // the layout is kept with the program's settings
  io.LogFilename = nullptr;
  io.BackendPlatformName = "loom_qt";
  io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
  io.ConfigFlags |= ImGuiConfigFlags_DockingEnable | ImGuiConfigFlags_NavEnableKeyboard;
  ImGuiPlatformIO& platform = ImGui::GetPlatformIO();
  platform.Platform_GetClipboardTextFn = &clipboardText;
  platform.Platform_SetClipboardTextFn = &setClipboardText;
  platform.Platform_ClipboardUserData = this;
  platform.Platform_SetImeDataFn = &setInputMethod;
  platform.Platform_ImeUserData = this;
  if (before) {
    ImGui::SetCurrentContext(before);
  }
}

ImGuiQtBackend::~ImGuiQtBackend() { ImGui::DestroyContext(m_context); }

bool ImGuiQtBackend::handle(QEvent& event) {
  makeContextCurrent();
  switch (event.type()) {
    case QEvent::MouseMove:
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick: return mouse(static_cast<const QMouseEvent&>(event));
    case QEvent::Wheel: return wheel(static_cast<const QWheelEvent&>(event));
    case QEvent::KeyPress: return key(static_cast<const QKeyEvent&>(event), true);
    case QEvent::KeyRelease: return key(static_cast<const QKeyEvent&>(event), false);
    case QEvent::InputMethod: return inputMethod(static_cast<const QInputMethodEvent&>(event));
    case QEvent::ShortcutOverride: {
      const auto& press = static_cast<const QKeyEvent&>(event);
      const bool editing = press.matches(QKeySequence::Copy) || press.matches(QKeySequence::Cut) ||
                           press.matches(QKeySequence::Paste) || press.matches(QKeySequence::SelectAll) ||
                           press.matches(QKeySequence::Undo) || press.matches(QKeySequence::Redo);
      const bool plain = !(press.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
      return wantsTextInput() && (plain || editing);
    }
    case QEvent::Leave:
      // During a drag the pointer is grabbed and positions go on coming.
      if (!(QGuiApplication::mouseButtons() & (Qt::LeftButton | Qt::RightButton | Qt::MiddleButton))) {
        constexpr float kNowhere = -std::numeric_limits<float>::max();
        ImGui::GetIO().AddMousePosEvent(kNowhere, kNowhere);
      }
      return true;
    case QEvent::FocusIn: ImGui::GetIO().AddFocusEvent(true); return true;
    case QEvent::FocusOut: releaseEverything(); return true;
    default: return false;
  }
}

void ImGuiQtBackend::position(const QPointF& place) {
  ImGui::GetIO().AddMousePosEvent(static_cast<float>(place.x()), static_cast<float>(place.y()));
}

void ImGuiQtBackend::modifiers(Qt::KeyboardModifiers modifiers) {
  // Qt swaps Control and Meta on macOS, as Dear ImGui does (ConfigMacOSXBehaviors): Ctrl means Command in both.
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Ctrl, modifiers.testFlag(Qt::ControlModifier));
  io.AddKeyEvent(ImGuiMod_Shift, modifiers.testFlag(Qt::ShiftModifier));
  io.AddKeyEvent(ImGuiMod_Alt, modifiers.testFlag(Qt::AltModifier));
  io.AddKeyEvent(ImGuiMod_Super, modifiers.testFlag(Qt::MetaModifier));
}

bool ImGuiQtBackend::mouse(const QMouseEvent& event) {
  ImGuiIO& io = ImGui::GetIO();
  modifiers(event.modifiers());
  io.AddMouseSourceEvent(event.source() == Qt::MouseEventNotSynthesized ? ImGuiMouseSource_Mouse
                                                                        : ImGuiMouseSource_TouchScreen);
  position(event.position());
  const int button = event.type() == QEvent::MouseMove ? -1 : buttonIndex(event.button());
  if (button >= 0) {
    io.AddMouseButtonEvent(button, event.type() != QEvent::MouseButtonRelease);
  }
  return true;
}

bool ImGuiQtBackend::wheel(const QWheelEvent& event) {
  constexpr float kPixelsPerNotch = 50.0F;
  constexpr float kAnglePerNotch = 120.0F;
  QPointF notches = QPointF(event.angleDelta()) / kAnglePerNotch;
  if (!event.pixelDelta().isNull()) {
    notches = QPointF(event.pixelDelta()) / kPixelsPerNotch;
  }
  modifiers(event.modifiers());
  position(event.position());
  ImGui::GetIO().AddMouseWheelEvent(static_cast<float>(notches.x()), static_cast<float>(notches.y()));
  return true;
}

bool ImGuiQtBackend::key(const QKeyEvent& event, bool down) {
  ImGuiIO& io = ImGui::GetIO();
  modifiers(event.modifiers());
  const ImGuiKey pressed = imguiKey(event);
  if (pressed != ImGuiKey_None && (down || !event.isAutoRepeat())) {
    io.AddKeyEvent(pressed, down);
    io.SetKeyEventNativeData(pressed, event.key(), static_cast<int>(event.nativeScanCode()));
  }
  const QString text = down ? typedText(event) : QString();
  if (!text.isEmpty()) {
    io.AddInputCharactersUTF8(text.toUtf8().constData());
  }
  return pressed != ImGuiKey_None || !text.isEmpty();
}

bool ImGuiQtBackend::inputMethod(const QInputMethodEvent& event) {
  if (!event.commitString().isEmpty()) {
    ImGui::GetIO().AddInputCharactersUTF8(event.commitString().toUtf8().constData());
  }
  return true;
}

void ImGuiQtBackend::releaseEverything() {
  // What is released elsewhere is never told to us.
  ImGuiIO& io = ImGui::GetIO();
  for (int button = 0; button < ImGuiMouseButton_COUNT; ++button) {
    io.AddMouseButtonEvent(button, false);
  }
  modifiers(Qt::NoModifier);
  io.AddFocusEvent(false);  // releases the keys
}

void ImGuiQtBackend::newFrame() {
  constexpr float kFirstFrame = 1.0F / 60.0F;
  constexpr float kShortest = 1e-5F;
  makeContextCurrent();
  ImGuiIO& io = ImGui::GetIO();
  const auto ratio = static_cast<float>(m_host.devicePixelRatioF());
  io.DisplaySize = {static_cast<float>(m_host.width()), static_cast<float>(m_host.height())};
  io.DisplayFramebufferScale = {ratio, ratio};
  const float seconds = m_clock.isValid() ? static_cast<float>(m_clock.nsecsElapsed()) * 1e-9F : kFirstFrame;
  io.DeltaTime = std::max(seconds, kShortest);
  m_clock.start();
}

void ImGuiQtBackend::endFrame() {
  const ImGuiMouseCursor cursor = ImGui::GetIO().MouseDrawCursor ? ImGuiMouseCursor_None : ImGui::GetMouseCursor();
  if (cursor != m_cursor) {
    m_cursor = cursor;
    m_host.setCursor(cursor == ImGuiMouseCursor_None ? Qt::BlankCursor : cursorShape(cursor));
  }
}

bool ImGuiQtBackend::hasQueuedInput() const { return m_context->InputEventsQueue.Size > 0; }
bool ImGuiQtBackend::wantsTextInput() const { return m_context->IO.WantTextInput; }

const char* ImGuiQtBackend::clipboardText(ImGuiContext* context) {
  auto* self = static_cast<ImGuiQtBackend*>(context->PlatformIO.Platform_ClipboardUserData);
  self->m_clipboard = QGuiApplication::clipboard()->text().toStdString();
  return self->m_clipboard.c_str();
}

void ImGuiQtBackend::setClipboardText(ImGuiContext*, const char* text) {
  QGuiApplication::clipboard()->setText(QString::fromUtf8(text));
}

void ImGuiQtBackend::setInputMethod(ImGuiContext* context, ImGuiViewport*, ImGuiPlatformImeData* data) {
  auto* self = static_cast<ImGuiQtBackend*>(context->PlatformIO.Platform_ImeUserData);
  self->m_inputRect = QRect(static_cast<int>(data->InputPos.x), static_cast<int>(data->InputPos.y), 1,
                            static_cast<int>(data->InputLineHeight));
  self->m_host.setAttribute(Qt::WA_InputMethodEnabled, data->WantVisible);
  QGuiApplication::inputMethod()->update(Qt::ImEnabled | Qt::ImCursorRectangle);
}

}  // namespace loom::ui
