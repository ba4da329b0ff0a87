// A QOpenGLWidget that hosts Dear ImGui and draws when there is reason to, and only then.
#pragma once

#include "ui/shell/imgui_backend/imgui_qt_backend.h"

#include <QOpenGLWidget>
#include <QTimer>

namespace loom::ui {

class ImGuiCanvas : public QOpenGLWidget {
  Q_OBJECT

 public:
  explicit ImGuiCanvas(QWidget* parent = nullptr);
  ~ImGuiCanvas() override;

  /// At least `count` frames from now on: Dear ImGui needs two or three until what an event began has settled.
  void requestFrames(int count = 3);

  /// The arrangement of Dear ImGui's windows as text, and back.
  QByteArray layoutState();
  void restoreLayoutState(const QByteArray& state);

  /// Frames drawn so far: for tests that nothing is drawn at rest.
  quint64 framesDrawn() const { return m_framesDrawn; }

 protected:
  /// Once, with the ImGui context current: fonts, style.
  virtual void setUpUi() = 0;
  /// The OpenGL context is current and goes: release what belongs to it. May come before any frame was drawn.
  virtual void tearDownGl() {}
  /// Gives back all that belongs to the OpenGL context. The most derived destructor calls it, while tearDownGl is whole.
  void releaseGl();
  /// Between ImGui::NewFrame and ImGui::Render; the OpenGL context is current.
  virtual void buildUi() = 0;
  /// True while something moves by itself.
  virtual bool wantsAnimation() const { return false; }

  void initializeGL() override;
  void paintGL() override;
  bool event(QEvent* event) override;
  bool focusNextPrevChild(bool next) override;
  QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;

  ImGuiQtBackend& backend() { return m_backend; }

 private:
  void scheduleNext();

  ImGuiQtBackend m_backend;
  QTimer m_later;  // one frame after a rest: a blinking text cursor, a tooltip that is due
  int m_framesWanted = 0;
  quint64 m_framesDrawn = 0;
  bool m_uiIsSetUp = false;
  bool m_rendererIsUp = false;
};

}  // namespace loom::ui
