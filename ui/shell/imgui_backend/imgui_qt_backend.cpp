#include "ui/shell/imgui_backend/imgui_qt_backend.h"

#include "ui/shell/imgui_backend/imgui_keys.h"
#include "ui/shell/imgui_backend/imgui_pointer.h"

#include <imgui_internal.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QInputMethod>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QStyleHints>
#include <QWheelEvent>
#include <QWidget>

#include <algorithm>
#include <cmath>
#include <limits>

namespace loom::ui {
namespace {

constexpr float kMsPerSecond = 1000.0F;
// Dear ImGui's word for a pointer that is elsewhere.
constexpr ImVec2 kNowhere(-std::numeric_limits<float>::max(), -std::numeric_limits<float>::max());

ImVec2 toImVec2(const QPointF& place) { return {static_cast<float>(place.x()), static_cast<float>(place.y())}; }

bool isModifier(ImGuiKey key) {
  return (key & ImGuiMod_Mask_) != 0 || (key >= ImGuiKey_LeftCtrl && key <= ImGuiKey_RightSuper);
}

/// Qt calls the Mac's Command key Control unless told otherwise, and Dear ImGui makes the same exchange once more: what
/// it wants is the keys as they are.
bool controlIsCommand() {
#ifdef Q_OS_MACOS
  return !QCoreApplication::testAttribute(Qt::AA_MacDontSwapCtrlAndMeta);
#else
  return false;
#endif
}

ImGuiKey physicalKey(ImGuiKey key) {
  if (!controlIsCommand()) {
    return key;
  }
  switch (key) {
    case ImGuiKey_LeftCtrl:
      return ImGuiKey_LeftSuper;
    case ImGuiKey_LeftSuper:
      return ImGuiKey_LeftCtrl;
    default:
      return key;
  }
}

/// A window that Tab can walk through: shown in the last frame, with controls.
bool isNavigable(const ImGuiWindow& window) {
  return window.WasActive && !window.Hidden && !(window.Flags & ImGuiWindowFlags_NoNavInputs) &&
         window.DC.NavLayersActiveMask != 0;
}

}  // namespace

ImGuiQtBackend::ImGuiQtBackend(QWidget& host) : m_host(host), m_lastPosition(kNowhere) {
  ImGuiContext* before = ImGui::GetCurrentContext();
  m_context = ImGui::CreateContext();
  makeContextCurrent();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // the layout is kept with the program's settings
  io.LogFilename = nullptr;
  io.BackendPlatformName = "loom_qt";
  io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
  io.ConfigFlags |= ImGuiConfigFlags_DockingEnable | ImGuiConfigFlags_NavEnableKeyboard;
  constexpr float kSurelySingle = 0.1F;
  io.MouseDoubleClickTime =
      static_cast<float>(QGuiApplication::styleHints()->mouseDoubleClickInterval()) / kMsPerSecond;
  io.MouseSingleClickDelay = io.MouseDoubleClickTime + kSurelySingle;  // Dear ImGui insists that it is the longer one
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
    case QEvent::MouseButtonDblClick:
      return mouse(static_cast<const QMouseEvent&>(event));
    case QEvent::Wheel:
      return wheel(static_cast<const QWheelEvent&>(event));
    case QEvent::KeyPress:
      return key(static_cast<const QKeyEvent&>(event), true);
    case QEvent::KeyRelease:
      return key(static_cast<const QKeyEvent&>(event), false);
    case QEvent::InputMethod:
      return inputMethod(static_cast<const QInputMethodEvent&>(event));
    case QEvent::ShortcutOverride:
      return shortcutOverride(static_cast<const QKeyEvent&>(event));
    case QEvent::Enter:
      position(toImVec2(static_cast<const QEnterEvent&>(event).position()));
      return true;
    case QEvent::Leave:
      // During a drag the pointer is grabbed and positions go on coming.
      if (!ImGui::IsAnyMouseDown()) {
        position(kNowhere);
      }
      return true;
    case QEvent::FocusIn:
      focusIn(static_cast<const QFocusEvent&>(event));
      return true;
    case QEvent::FocusOut:
      releaseEverything();
      return true;
    default:
      return false;
  }
}

void ImGuiQtBackend::position(const ImVec2& place) {
  m_lastPosition = place;
  ImGui::GetIO().AddMousePosEvent(place.x, place.y);
}

void ImGuiQtBackend::beginNewFrameAfterKeys() {
  // Ctrl down, C down, Ctrl up within one frame, which a slow frame makes likely: Dear ImGui would take all three at
  // once and see a plain C. It never takes a position together with keys that came before it.
  const auto& queue = m_context->InputEventsQueue;
  for (int index = queue.Size - 1; index >= 0; --index) {
    const ImGuiInputEvent& waiting = queue[index];
    if (waiting.Type == ImGuiInputEventType_MousePos) {
      return;
    }
    if (waiting.Type == ImGuiInputEventType_MouseWheel ||
        (waiting.Type == ImGuiInputEventType_Key && waiting.Key.Down && !isModifier(waiting.Key.Key))) {
      ImGuiInputEvent barrier;
      barrier.Type = ImGuiInputEventType_MousePos;
      barrier.Source = ImGuiInputSource_Mouse;
      barrier.EventId = m_context->InputEventsNextEventId++;
      barrier.MousePos = {m_lastPosition.x, m_lastPosition.y, m_context->InputEventsNextMouseSource};
      m_context->InputEventsQueue.push_back(barrier);
      return;
    }
  }
}

void ImGuiQtBackend::modifiers(Qt::KeyboardModifiers modifiers) {
  if (modifiers != m_modifiers) {
    m_modifiers = modifiers;
    beginNewFrameAfterKeys();
  }
  const bool swapped = controlIsCommand();
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Ctrl, modifiers.testFlag(swapped ? Qt::MetaModifier : Qt::ControlModifier));
  io.AddKeyEvent(ImGuiMod_Shift, modifiers.testFlag(Qt::ShiftModifier));
  io.AddKeyEvent(ImGuiMod_Alt, modifiers.testFlag(Qt::AltModifier));
  io.AddKeyEvent(ImGuiMod_Super, modifiers.testFlag(swapped ? Qt::ControlModifier : Qt::MetaModifier));
}

bool ImGuiQtBackend::mouse(const QMouseEvent& event) {
  ImGuiIO& io = ImGui::GetIO();
  modifiers(event.modifiers());
  io.AddMouseSourceEvent(mouseSource(event));
  position(toImVec2(event.position()));
  if (event.type() == QEvent::MouseMove) {
    // A release that went elsewhere (to a popup that opened under the hand) is seen by the next move.
    if (event.buttons() == Qt::NoButton) {
      releaseButtons();
    }
    return true;
  }
  const bool down = event.type() != QEvent::MouseButtonRelease;
  if (down && !m_composition.empty()) {
    QGuiApplication::inputMethod()->commit();  // before the click moves the text cursor
  }
  if (const int button = buttonIndex(event.button()); button >= 0) {
    io.AddMouseButtonEvent(button, down);
  }
  if (!down && event.buttons() == Qt::NoButton && !m_host.rect().contains(event.position().toPoint())) {
    position(kNowhere);  // the end of a drag outside: nothing more will be heard
  }
  return true;
}

bool ImGuiQtBackend::wheel(const QWheelEvent& event) {
  const float line = m_context->FontSize > 0.0F ? m_context->FontSize : ImGui::GetStyle().FontSizeBase;
  const QPointF notches = wheelNotches(event, line);
  modifiers(event.modifiers());
  ImGui::GetIO().AddMouseSourceEvent(ImGuiMouseSource_Mouse);
  position(toImVec2(event.position()));
  ImGui::GetIO().AddMouseWheelEvent(static_cast<float>(notches.x()), static_cast<float>(notches.y()));
  return true;
}

ImGuiKey ImGuiQtBackend::heldKey(const QKeyEvent& event, bool down) {
  // Qt names a key anew at its release: 1 pressed, then Shift, goes up as an exclamation mark.
  const quint32 scanCode = event.nativeScanCode();
  if (down) {
    const ImGuiKey pressed = physicalKey(imguiKey(event));
    if (scanCode != 0) {
      m_held.insert(scanCode, pressed);
    }
    return pressed;
  }
  const auto held = scanCode != 0 ? m_held.constFind(scanCode) : m_held.constEnd();
  if (held == m_held.constEnd()) {
    return physicalKey(imguiKey(event));
  }
  const ImGuiKey released = *held;
  m_held.erase(held);
  return released;
}

bool ImGuiQtBackend::key(const QKeyEvent& event, bool down) {
  if (!down && event.isAutoRepeat()) {
    return true;  // still held: Dear ImGui repeats by its own clock
  }
  ImGuiIO& io = ImGui::GetIO();
  modifiers(modifiersAfter(event));
  if (down && (event.key() == Qt::Key_Tab || event.key() == Qt::Key_Backtab)) {
    enterByKeyboard();
  }
  const ImGuiKey changed = heldKey(event, down);
  if (changed != ImGuiKey_None) {
    io.AddKeyEvent(changed, down);
  }
  const QString text = down ? typedText(event) : QString();
  if (!text.isEmpty()) {
    io.AddInputCharactersUTF8(text.toUtf8().constData());
  }
  return changed != ImGuiKey_None || !text.isEmpty();
}

bool ImGuiQtBackend::inputMethod(const QInputMethodEvent& event) {
  m_composition = event.preeditString().toStdString();
  if (!event.commitString().isEmpty()) {
    ImGui::GetIO().AddInputCharactersUTF8(event.commitString().toUtf8().constData());
  }
  return true;
}

bool ImGuiQtBackend::shortcutOverride(const QKeyEvent& event) const {
  if (wantsTextInput()) {
    return editsText(event);
  }
  return !m_context->OpenPopupStack.empty() && movesInMenu(event);
}

void ImGuiQtBackend::focusIn(const QFocusEvent& event) {
  ImGui::GetIO().AddFocusEvent(true);
  if (event.reason() == Qt::TabFocusReason || event.reason() == Qt::BacktabFocusReason) {
    enterByKeyboard();
  }
}

void ImGuiQtBackend::enterByKeyboard() {
  if (m_context->NavWindow && isNavigable(*m_context->NavWindow)) {
    return;
  }
  // Nobody clicked into a window yet, and Dear ImGui's Tab goes round within the one that has its focus.
  const auto& windows = m_context->WindowsFocusOrder;
  for (int index = windows.Size - 1; index >= 0; --index) {
    if (isNavigable(*windows[index])) {
      ImGui::FocusWindow(windows[index], ImGuiFocusRequestFlags_RestoreFocusedChild);
      return;
    }
  }
}

void ImGuiQtBackend::releaseButtons() {
  for (int button = 0; button < ImGuiMouseButton_COUNT; ++button) {
    ImGui::GetIO().AddMouseButtonEvent(button, false);  // of no effect on those that are up
  }
}

void ImGuiQtBackend::releaseEverything() {
  // What is released elsewhere is never told to us.
  releaseButtons();
  modifiers(Qt::NoModifier);
  ImGui::GetIO().AddFocusEvent(false);  // releases the keys
  m_held.clear();
  m_composition.clear();
}

void ImGuiQtBackend::newFrame() {
  constexpr float kFirstFrame = 1.0F / 60.0F;
  constexpr float kShortest = 1e-5F;
  makeContextCurrent();
  ImGuiIO& io = ImGui::GetIO();
  const auto ratio = static_cast<float>(m_host.devicePixelRatioF());
  const QSize framebuffer = m_host.size() * m_host.devicePixelRatioF();
  // Qt rounds the framebuffer of a fractional ratio, the renderer cuts: without this the last row might stay empty.
  const auto covering = [ratio](int logical, int device) {
    const auto exact = static_cast<float>(logical);
    return static_cast<int>(exact * ratio) >= device
               ? exact
               : std::nextafter(static_cast<float>(device) / ratio, std::numeric_limits<float>::max());
  };
  io.DisplaySize = {covering(m_host.width(), framebuffer.width()), covering(m_host.height(), framebuffer.height())};
  io.DisplayFramebufferScale = {ratio, ratio};
  const float seconds = m_clock.isValid() ? static_cast<float>(m_clock.nsecsElapsed()) * 1e-9F : kFirstFrame;
  io.DeltaTime = std::max(seconds, kShortest);
  m_clock.start();
}

void ImGuiQtBackend::drawComposition() {
  if (m_composition.empty() || !wantsTextInput()) {
    return;
  }
  const char* const first = m_composition.data();
  const char* const last = first + m_composition.size();
  const ImVec2 place(static_cast<float>(m_inputRect.x()), static_cast<float>(m_inputRect.y()));
  const ImVec2 size = ImGui::CalcTextSize(first, last);
  const ImVec2 corner(place.x + size.x, place.y + std::max(size.y, static_cast<float>(m_inputRect.height())));
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  list.AddRectFilled(place, corner, ImGui::GetColorU32(ImGuiCol_PopupBg));
  list.AddText(place, ImGui::GetColorU32(ImGuiCol_Text), first, last);
  list.AddLine({place.x, corner.y}, corner, ImGui::GetColorU32(ImGuiCol_Text));
}

void ImGuiQtBackend::endFrame() {
  makeContextCurrent();
  const ImGuiIO& io = ImGui::GetIO();
  if (io.ConfigFlags & ImGuiConfigFlags_NoMouseCursorChange) {
    return;
  }
  const ImGuiMouseCursor cursor = io.MouseDrawCursor ? ImGuiMouseCursor_None : ImGui::GetMouseCursor();
  if (cursor != m_cursor) {
    m_cursor = cursor;
    m_host.setCursor(cursorShape(cursor));
  }
}

bool ImGuiQtBackend::hasQueuedInput() const { return m_context->InputEventsQueue.Size > 0; }
bool ImGuiQtBackend::wantsTextInput() const { return m_context->IO.WantTextInput; }

bool ImGuiQtBackend::wantsTab() const {
  const auto& windows = m_context->WindowsFocusOrder;
  return wantsTextInput() ||
         std::any_of(windows.begin(), windows.end(), [](const ImGuiWindow* window) { return isNavigable(*window); });
}

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
  self->m_inputRect = QRectF(data->InputPos.x, data->InputPos.y, 1.0, data->InputLineHeight).toRect();
  if (!data->WantVisible) {
    self->m_composition.clear();
  }
  self->m_host.setAttribute(Qt::WA_InputMethodEnabled, data->WantVisible);
  if (self->m_host.hasFocus()) {
    QGuiApplication::inputMethod()->update(Qt::ImEnabled | Qt::ImCursorRectangle);
  }
}

}  // namespace loom::ui
