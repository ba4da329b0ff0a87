// Dear ImGui's platform backend over Qt: events in, cursor, clipboard and input method out, for one widget.
//
//   ImGuiQtBackend backend(widget);           // makes an ImGui context of its own
//   bool taken = backend.handle(event);       // from QWidget::event; queues, draws nothing
//   backend.newFrame();                       // before ImGui::NewFrame()
//   backend.drawComposition();                // last thing before ImGui::Render()
//   backend.endFrame();                       // after ImGui::Render(): cursor shape
#pragma once

#include <imgui.h>

#include <QElapsedTimer>
#include <QHash>
#include <QRect>

#include <string>

class QEvent;
class QFocusEvent;
class QInputMethodEvent;
class QKeyEvent;
class QMouseEvent;
class QWheelEvent;
class QWidget;

namespace loom::ui {

/// Coordinates are the widget's logical pixels; the framebuffer scale follows its device pixel ratio. Every call makes
/// the context of this backend current and leaves it so: several hosts live side by side in one thread.
class ImGuiQtBackend {
 public:
  explicit ImGuiQtBackend(QWidget& host);
  ~ImGuiQtBackend();
  ImGuiQtBackend(const ImGuiQtBackend&) = delete;
  ImGuiQtBackend& operator=(const ImGuiQtBackend&) = delete;

  ImGuiContext* context() const { return m_context; }
  void makeContextCurrent() const { ImGui::SetCurrentContext(m_context); }

  /// Feeds `event` to Dear ImGui. True where Dear ImGui has something to do, and a frame is due. Input events for which
  /// it is true are used up; a ShortcutOverride is to be accepted: while text is typed the keys of editing do not
  /// trigger the window's shortcuts, and while a popup is open those that move about in it do not.
  bool handle(QEvent& event);

  void newFrame();
  /// What an input method composes and has not yet committed, at the text cursor, over everything else.
  void drawComposition();
  void endFrame();

  /// Events are still queued: Dear ImGui takes a press and a release that came together in two frames.
  bool hasQueuedInput() const;
  bool wantsTextInput() const;
  /// There is something in Dear ImGui's windows for Tab to go to.
  bool wantsTab() const;
  /// Where text is being typed, for the host's inputMethodQuery(Qt::ImCursorRectangle).
  QRect inputMethodRect() const { return m_inputRect; }

 private:
  bool mouse(const QMouseEvent& event);
  bool wheel(const QWheelEvent& event);
  bool key(const QKeyEvent& event, bool down);
  ImGuiKey heldKey(const QKeyEvent& event, bool down);
  bool inputMethod(const QInputMethodEvent& event);
  bool shortcutOverride(const QKeyEvent& event) const;
  void focusIn(const QFocusEvent& event);
  void enterByKeyboard();
  void releaseButtons();
  void releaseEverything();
  void modifiers(Qt::KeyboardModifiers modifiers);
  void beginNewFrameAfterKeys();
  void position(const ImVec2& place);

  static const char* clipboardText(ImGuiContext* context);
  static void setClipboardText(ImGuiContext* context, const char* text);
  static void setInputMethod(ImGuiContext* context, ImGuiViewport* viewport, ImGuiPlatformImeData* data);

  QWidget& m_host;
  ImGuiContext* m_context;
  QElapsedTimer m_clock;
  Qt::KeyboardModifiers m_modifiers;
  QHash<quint32, ImGuiKey> m_held;  // by scan code: what a key was when it went down
  std::string m_clipboard;          // what was last handed out: Dear ImGui keeps no copy
  std::string m_composition;
  ImVec2 m_lastPosition;
  QRect m_inputRect;
  int m_cursor = -1;
};

}  // namespace loom::ui
