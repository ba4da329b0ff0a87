// Dear ImGui's platform backend over Qt: events in, cursor, clipboard and input method out, for one widget.
//
//   ImGuiQtBackend backend(widget);           // makes an ImGui context of its own
//   bool taken = backend.handle(event);       // from QWidget::event; queues, draws nothing
//   backend.newFrame();                       // before ImGui::NewFrame()
//   backend.endFrame();                       // after ImGui::Render(): cursor shape
#pragma once

#include <imgui.h>

#include <QElapsedTimer>
#include <QPointF>
#include <QRect>

#include <string>

class QEvent;
class QInputMethodEvent;
class QKeyEvent;
class QMouseEvent;
class QWheelEvent;
class QWidget;

namespace loom::ui {

/// Coordinates are the widget's logical pixels; the framebuffer scale follows its device pixel ratio.
class ImGuiQtBackend {
 public:
  explicit ImGuiQtBackend(QWidget& host);
  ~ImGuiQtBackend();
  ImGuiQtBackend(const ImGuiQtBackend&) = delete;
  ImGuiQtBackend& operator=(const ImGuiQtBackend&) = delete;

  ImGuiContext* context() const { return m_context; }
  void makeContextCurrent() const { ImGui::SetCurrentContext(m_context); }

  /// Feeds `event` to Dear ImGui. True where it is input that is used up and should be accepted. While text is typed,
  /// a ShortcutOverride of a plain key is taken, so that letters do not trigger the window's shortcuts.
  bool handle(QEvent& event);

  void newFrame();
  void endFrame();

  /// Events are still queued: Dear ImGui takes a press and a release that came together in two frames.
  bool hasQueuedInput() const;
  bool wantsTextInput() const;
  /// Where text is being typed, for the host's inputMethodQuery(Qt::ImCursorRectangle).
  QRect inputMethodRect() const { return m_inputRect; }

 private:
  bool mouse(const QMouseEvent& event);
  bool wheel(const QWheelEvent& event);
  bool key(const QKeyEvent& event, bool down);
  bool inputMethod(const QInputMethodEvent& event);
  void releaseEverything();
  void modifiers(Qt::KeyboardModifiers modifiers);
  void position(const QPointF& place);

  static const char* clipboardText(ImGuiContext* context);
  static void setClipboardText(ImGuiContext* context, const char* text);
  static void setInputMethod(ImGuiContext* context, ImGuiViewport* viewport, ImGuiPlatformImeData* data);

  QWidget& m_host;
  ImGuiContext* m_context;
  QElapsedTimer m_clock;
  std::string m_clipboard;  // what was last handed out: Dear ImGui keeps no copy
  QRect m_inputRect;
  int m_cursor = -1;
};

}  // namespace loom::ui
