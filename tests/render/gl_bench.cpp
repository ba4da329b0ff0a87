#include "tests/render/gl_bench.h"

#include <QSurfaceFormat>

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>

namespace loom::tests {

namespace {

/// OpenGL drivers keep some memory until the process ends. LeakSanitizer excuses them by name (packaging/sanitizers),
/// which it can tell only as long as they are loaded; libGL unloads them with the last context.
void keepDriversLoaded() {
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void*) {
        if (info->dlpi_name != nullptr && info->dlpi_name[0] == '/') {
          dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
        }
        return 0;
      },
      nullptr);
}

}  // namespace

GlBench::GlBench() {
  QSurfaceFormat format;
  format.setVersion(3, 3);
  format.setProfile(QSurfaceFormat::CoreProfile);
  m_surface.setFormat(format);
  m_surface.create();
  m_context.setFormat(format);
  if (!m_context.create() || !m_context.makeCurrent(&m_surface)) {
    m_error = "no OpenGL context";
    return;
  }
  keepDriversLoaded();
  if (m_context.format().version() < qMakePair(3, 3)) {
    m_error = QString("OpenGL %1.%2").arg(m_context.format().majorVersion()).arg(m_context.format().minorVersion());
  }
}

GlBench::~GlBench() {
  if (m_context.makeCurrent(&m_surface)) {
    m_target.reset();
    m_context.doneCurrent();
  }
}

void GlBench::target(const QSize& size, const QColor& colour) {
  if (!m_target || m_target->size() != size) {
    m_target = std::make_unique<QOpenGLFramebufferObject>(size);
  }
  m_target->bind();
  gl().glDisable(GL_SCISSOR_TEST);
  gl().glClearColor(static_cast<float>(colour.redF()), static_cast<float>(colour.greenF()),
                    static_cast<float>(colour.blueF()), static_cast<float>(colour.alphaF()));
  gl().glClear(GL_COLOR_BUFFER_BIT);
}

QImage GlBench::picture() {
  QImage image(m_target->size(), QImage::Format_RGBA8888);
  gl().glPixelStorei(GL_PACK_ALIGNMENT, 4);
  gl().glReadPixels(0, 0, image.width(), image.height(), GL_RGBA, GL_UNSIGNED_BYTE, image.bits());
  return image.mirrored();
}

QString GlBench::complaint() {
  const GLenum error = gl().glGetError();
  return error == GL_NO_ERROR ? QString() : QString("OpenGL error 0x%1").arg(error, 0, 16);
}

model::Frame frameBy(int width, int height, const ColourAt& colour) {
  auto rgba = std::make_shared<std::vector<std::uint8_t>>();
  rgba->reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const QRgb value = colour(x, y);
      for (const int level : {qRed(value), qGreen(value), qBlue(value), 255}) {
        rgba->push_back(static_cast<std::uint8_t>(level));
      }
    }
  }
  model::Frame frame;
  frame.width = width;
  frame.height = height;
  frame.pixels.data = rgba->data();
  frame.pixels.owner = rgba;
  return frame;
}

model::Frame plainFrame(int width, int height, QRgb colour) {
  return frameBy(width, height, [colour](int, int) { return colour; });
}

int distance(QRgb a, QRgb b) {
  return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
}

render::PaintOptions squareOptions(const QSize& framebuffer, const QRectF& picture) {
  render::PaintOptions options;
  options.framebuffer = framebuffer;
  options.viewport = QRectF(QPointF(0, 0), QSizeF(framebuffer));
  options.picture = picture;
  options.cornerRadius = 0.0;
  return options;
}

}  // namespace loom::tests
