// A framebuffer whose changes are read back and copied into the window, for renderers without a GPU.
#pragma once

#include "ui/shell/imgui_backend/gl_screen.h"

#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QTimer>

namespace loom::ui {

class CopiedScreen : public GlScreen {
  Q_OBJECT

 public:
  explicit CopiedScreen(QWidget& host);
  ~CopiedScreen() override;

  QOpenGLContext* context() const override { return m_context.get(); }
  void makeCurrent() override;
  void doneCurrent() override;
  unsigned framebuffer() const override { return m_framebuffer; }
  void requestFrame() override;
  QImage grab() override;
  bool wantsChanges() const override { return true; }
  bool keepsLastFrame() const override { return m_keepsLastFrame; }
  void setDrawn(const QRegion& region) override { m_drawn = region; }
  void hostPaints(const QPaintEvent& event) override;

 private:
  void tick();
  /// Draws a frame and reads it back: what has changed, device pixels.
  QRegion draw();
  bool create();
  bool allocate(const QSize& size);
  void readBack(const QRegion& region);
  void release();
  QSize wantedSize() const;
  bool isSeen() const;

  QWidget& m_host;
  QOffscreenSurface m_surface;
  std::unique_ptr<QOpenGLContext> m_context;
  QTimer m_tick;  // a frame after the events that are already there
  QImage m_image;
  QImage m_rows;  // as OpenGL gives them, from the bottom up
  QRegion m_drawn;
  unsigned m_framebuffer = 0;
  unsigned m_texture = 0;
  bool m_keepsLastFrame = false;
  bool m_due = true;
  bool m_drawing = false;
  bool m_failed = false;
};

}  // namespace loom::ui
