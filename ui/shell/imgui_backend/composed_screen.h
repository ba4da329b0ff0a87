// A QOpenGLWidget over the whole of the host, composed by Qt.
#pragma once

#include "ui/shell/imgui_backend/gl_screen.h"

#include <QOpenGLWidget>

namespace loom::ui {

class ComposedScreen : public GlScreen {
  Q_OBJECT

 public:
  explicit ComposedScreen(QWidget& host);
  ~ComposedScreen() override;

  QOpenGLContext* context() const override;
  void makeCurrent() override;
  void doneCurrent() override;
  unsigned framebuffer() const override;
  void requestFrame() override;
  QImage grab() override;
  void hostResized() override;

 private:
  class Surface;

  QWidget& m_host;
  std::unique_ptr<Surface> m_surface;
};

}  // namespace loom::ui
