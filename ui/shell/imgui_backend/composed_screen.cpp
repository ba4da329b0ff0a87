#include "ui/shell/imgui_backend/composed_screen.h"

#include "ui/shell/imgui_backend/gl_abilities.h"

#include <QOpenGLContext>

namespace loom::ui {

/// Takes no part in input: that is the host's.
class ComposedScreen::Surface : public QOpenGLWidget {
 public:
  Surface(ComposedScreen& screen, QWidget& host) : QOpenGLWidget(&host), m_screen(screen) {
    setFormat(canvasFormat());
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
  }

 protected:
  void initializeGL() override {
    connect(context(), &QOpenGLContext::aboutToBeDestroyed, &m_screen, &GlScreen::contextGoes, Qt::UniqueConnection);
    Q_EMIT m_screen.initialize();
  }
  void paintGL() override { Q_EMIT m_screen.paint(); }

 private:
  ComposedScreen& m_screen;
};

ComposedScreen::ComposedScreen(QWidget& host) : m_host(host), m_surface(std::make_unique<Surface>(*this, host)) {
  connect(m_surface.get(), &QOpenGLWidget::frameSwapped, this, &GlScreen::presented);
}

ComposedScreen::~ComposedScreen() = default;

QOpenGLContext* ComposedScreen::context() const { return m_surface->context(); }
void ComposedScreen::makeCurrent() { m_surface->makeCurrent(); }
void ComposedScreen::doneCurrent() { m_surface->doneCurrent(); }
unsigned ComposedScreen::framebuffer() const { return m_surface->defaultFramebufferObject(); }
void ComposedScreen::requestFrame() { m_surface->update(); }
QImage ComposedScreen::grab() { return m_surface->grabFramebuffer(); }
void ComposedScreen::hostResized() { m_surface->setGeometry(m_host.rect()); }

}  // namespace loom::ui
