// Where a canvas draws by OpenGL, and how that comes on the screen.
//
// With a GPU: a QOpenGLWidget over the host, which Qt composes with the rest of the window. Where the processor draws,
// that composition alone costs as much as the drawing (two blended textures of the whole window, and all of it carried
// to the screen): there the canvas is drawn into a framebuffer of its own, and what has changed is copied into the
// window's ordinary picture.
#pragma once

#include <QImage>
#include <QObject>
#include <QRegion>

#include <memory>

class QOpenGLContext;
class QPaintEvent;
class QWidget;

namespace loom::ui {

class GlScreen : public QObject {
  Q_OBJECT

 public:
  /// As the renderer asks for; LOOM_GL_SCREEN=compose or =copy in the environment insists on one of them.
  static std::unique_ptr<GlScreen> make(QWidget& host);

  /// Null before the first frame.
  virtual QOpenGLContext* context() const = 0;
  /// Once there is a context.
  virtual void makeCurrent() = 0;
  virtual void doneCurrent() = 0;
  virtual unsigned framebuffer() const = 0;
  /// A frame soon, where the host is seen.
  virtual void requestFrame() = 0;
  /// Draws a frame and gives it.
  virtual QImage grab() = 0;
  /// A frame that draws little costs less.
  virtual bool wantsChanges() const { return false; }
  /// From within paint(): the framebuffer still holds the last frame, and it is enough to draw what is different.
  virtual bool keepsLastFrame() const { return false; }
  /// From within paint(): where was drawn, device pixels. Without it, everywhere.
  virtual void setDrawn(const QRegion& region) { (void)region; }

  /// The host passes its own events on.
  virtual void hostResized() {}
  virtual void hostPaints(const QPaintEvent& event) { (void)event; }

 Q_SIGNALS:
  /// There is a context, and it is current. Again for every context.
  void initialize();
  /// Draw a frame; the context is current.
  void paint();
  /// The context goes.
  void contextGoes();
  /// The frame drawn last is on the screen.
  void presented();
};

}  // namespace loom::ui
