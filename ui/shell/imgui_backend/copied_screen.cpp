#include "ui/shell/imgui_backend/copied_screen.h"

#include "ui/shell/imgui_backend/gl_abilities.h"

#include <QOpenGLExtraFunctions>
#include <QPaintEvent>
#include <QPainter>
#include <QWidget>

#include <cmath>
#include <cstring>

namespace loom::ui {
namespace {

/// The logical pixels that device pixels touch.
QRect logical(const QRect& device, double ratio) {
  return QRectF(QPointF(device.topLeft()) / ratio, QSizeF(device.size()) / ratio).toAlignedRect();
}

}  // namespace

CopiedScreen::CopiedScreen(QWidget& host) : m_host(host) {
  m_host.setAttribute(Qt::WA_OpaquePaintEvent);  // every pixel comes from the framebuffer
  m_tick.setSingleShot(true);
  connect(&m_tick, &QTimer::timeout, this, &CopiedScreen::tick);
}

CopiedScreen::~CopiedScreen() {
  if (m_context && m_context->makeCurrent(&m_surface)) {
    Q_EMIT contextGoes();
    m_context->makeCurrent(&m_surface);
    release();
    m_context->doneCurrent();
  }
}

bool CopiedScreen::create() {
  auto context = std::make_unique<QOpenGLContext>();
  context->setFormat(canvasFormat());
  if (!context->create()) {
    qWarning("OpenGL gives no context");
    return false;
  }
  m_surface.setFormat(context->format());
  m_surface.create();
  if (!context->makeCurrent(&m_surface)) {
    qWarning("OpenGL does not draw off the screen");
    return false;
  }
  m_context = std::move(context);
  return true;
}

bool CopiedScreen::allocate(const QSize& size) {
  release();
  QOpenGLExtraFunctions& gl = *m_context->extraFunctions();
  gl.glGenTextures(1, &m_texture);
  gl.glBindTexture(GL_TEXTURE_2D, m_texture);
  gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  // In the window's own order of bytes: reading back is then copying.
  gl.glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, size.width(), size.height(), 0, GL_BGRA, GL_UNSIGNED_BYTE, nullptr);
  gl.glBindTexture(GL_TEXTURE_2D, 0);
  gl.glGenFramebuffers(1, &m_framebuffer);
  gl.glBindFramebuffer(GL_FRAMEBUFFER, m_framebuffer);
  gl.glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, m_texture, 0);
  if (gl.glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    qWarning("OpenGL gives no framebuffer of %d x %d pixels", size.width(), size.height());
    release();
    return false;
  }
  m_image = QImage(size, QImage::Format_RGB32);
  m_image.fill(Qt::black);
  m_rows = QImage(size, QImage::Format_RGB32);
  m_keepsLastFrame = false;
  return true;
}

void CopiedScreen::release() {
  QOpenGLExtraFunctions& gl = *m_context->extraFunctions();
  gl.glDeleteFramebuffers(1, &m_framebuffer);
  gl.glDeleteTextures(1, &m_texture);
  m_framebuffer = m_texture = 0;
  m_image = m_rows = QImage();
}

void CopiedScreen::makeCurrent() {
  if (m_context) {
    m_context->makeCurrent(&m_surface);
    m_context->functions()->glBindFramebuffer(GL_FRAMEBUFFER, m_framebuffer);
  }
}

void CopiedScreen::doneCurrent() {
  if (m_context) {
    m_context->doneCurrent();
  }
}

QSize CopiedScreen::wantedSize() const { return m_host.size() * m_host.devicePixelRatioF(); }

bool CopiedScreen::isSeen() const { return m_host.isVisible() && m_host.window()->testAttribute(Qt::WA_Mapped); }

void CopiedScreen::requestFrame() {
  m_due = true;
  if (!m_tick.isActive() && m_host.isVisible()) {
    m_tick.start(0);
  }
}

void CopiedScreen::tick() {
  if (!m_due || m_drawing || !isSeen()) {
    return;  // due it stays, and what shows the host paints it
  }
  const double ratio = m_host.devicePixelRatioF();
  QRegion shown;
  for (const QRect& part : draw()) {
    shown += logical(part, ratio);
  }
  if (!shown.isEmpty()) {
    m_host.repaint(shown);  // at once: update() would wait some milliseconds more
  }
  Q_EMIT presented();
}

QRegion CopiedScreen::draw() {
  const QSize size = wantedSize();
  if (m_drawing || m_failed || size.isEmpty()) {
    return {};
  }
  m_drawing = true;
  m_due = false;
  const bool first = !m_context;
  m_failed = first && !create();
  if (!m_failed && (first || m_context->makeCurrent(&m_surface)) && (size == m_image.size() || allocate(size))) {
    if (first) {
      Q_EMIT initialize();
    }
    m_drawn = QRect(QPoint(0, 0), size);
    makeCurrent();
    Q_EMIT paint();
    makeCurrent();  // whatever painting did
    m_drawn &= QRect(QPoint(0, 0), size);
    readBack(m_drawn);
    m_keepsLastFrame = true;
    doneCurrent();
  } else {
    m_drawn = {};
  }
  m_drawing = false;
  return m_drawn;
}

void CopiedScreen::readBack(const QRegion& region) {
  constexpr int kBytesPerPixel = 4;
  QOpenGLExtraFunctions& gl = *m_context->extraFunctions();
  gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
  gl.glPixelStorei(GL_PACK_ALIGNMENT, kBytesPerPixel);
  for (const QRect& part : region) {
    gl.glReadPixels(part.left(), m_image.height() - part.bottom() - 1, part.width(), part.height(), GL_BGRA,
                    GL_UNSIGNED_BYTE, m_rows.bits());
    const auto rowBytes = static_cast<std::size_t>(part.width()) * kBytesPerPixel;
    for (int y = 0; y < part.height(); ++y) {
      std::memcpy(m_image.scanLine(part.top() + y) + static_cast<std::size_t>(part.left()) * kBytesPerPixel,
                  m_rows.constBits() + static_cast<std::size_t>(part.height() - 1 - y) * rowBytes, rowBytes);
    }
  }
}

void CopiedScreen::hostPaints(const QPaintEvent& event) {
  if (m_due || m_image.size() != wantedSize()) {
    const QRegion drawn = draw();
    const QRegion painted = event.region();
    for (const QRect& part : drawn) {
      const QRegion beyond = QRegion(logical(part, m_host.devicePixelRatioF())) - painted;
      if (!beyond.isEmpty()) {
        m_host.update(beyond);
      }
    }
    QMetaObject::invokeMethod(this, &GlScreen::presented, Qt::QueuedConnection);  // after what is painted is shown
  }
  QPainter painter(&m_host);
  painter.setCompositionMode(QPainter::CompositionMode_Source);
  if (m_image.isNull()) {
    painter.fillRect(m_host.rect(), Qt::black);
    return;
  }
  m_image.setDevicePixelRatio(m_host.devicePixelRatioF());
  painter.drawImage(QPointF(0.0, 0.0), m_image);
}

QImage CopiedScreen::grab() {
  const QRegion drawn = draw();
  for (const QRect& part : drawn) {
    m_host.update(logical(part, m_host.devicePixelRatioF()));
  }
  return m_image.copy();
}

}  // namespace loom::ui
