// A workbench for tests that need a real OpenGL 3.3 core context: hidden surface, framebuffer, pictures by formula.
#pragma once

#include "model/frame.h"
#include "render/picture_painter.h"

#include <QColor>
#include <QImage>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLExtraFunctions>
#include <QOpenGLFramebufferObject>

#include <functional>
#include <memory>

namespace loom::tests {

class GlBench {
 public:
  GlBench();
  ~GlBench();

  /// Why there is no context; empty where there is one, which then is current.
  const QString& error() const { return m_error; }
  QOpenGLExtraFunctions& gl() { return *m_context.extraFunctions(); }
  QOpenGLContext& context() { return m_context; }
  QOffscreenSurface& surface() { return m_surface; }

  /// Binds a framebuffer of this size, filled with `colour`.
  void target(const QSize& size, const QColor& colour = Qt::black);
  /// What is in it, y down.
  QImage picture();
  /// Null where OpenGL has no complaint.
  QString complaint();

 private:
  QOffscreenSurface m_surface;
  QOpenGLContext m_context;
  std::unique_ptr<QOpenGLFramebufferObject> m_target;
  QString m_error;
};

using ColourAt = std::function<QRgb(int x, int y)>;

/// A frame in host memory.
model::Frame frameBy(int width, int height, const ColourAt& colour);
model::Frame plainFrame(int width, int height, QRgb colour);

/// The largest difference of any channel.
int distance(QRgb a, QRgb b);

/// Options that draw `picture` into `framebuffer`: no rounding, viewport everywhere.
render::PaintOptions squareOptions(const QSize& framebuffer, const QRectF& picture);

}  // namespace loom::tests
