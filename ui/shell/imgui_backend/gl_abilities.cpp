#include "ui/shell/imgui_backend/gl_abilities.h"

#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QPointer>

#include <algorithm>
#include <array>

namespace loom::ui {
namespace {

// Dear ImGui smooths its own edges; samples are for what is drawn beneath it and for lines of plots.
constexpr int kSamplesOnGpu = 4;

QSurfaceFormat coreFormat() {
  QSurfaceFormat format = QSurfaceFormat::defaultFormat();
  format.setRenderableType(QSurfaceFormat::OpenGL);
  format.setVersion(3, 3);
  format.setProfile(QSurfaceFormat::CoreProfile);
  format.setSamples(0);
  return format;
}

GlAbilities probe() {
  GlAbilities abilities;
  QOpenGLContext context;
  context.setFormat(coreFormat());
  if (!context.create()) {
    return abilities;
  }
  QOffscreenSurface surface;
  surface.setFormat(context.format());
  surface.create();
  const QPointer<QOpenGLContext> before = QOpenGLContext::currentContext();
  QSurface* const beforeSurface = before ? before->surface() : nullptr;
  if (context.makeCurrent(&surface)) {
    abilities.renderer = reinterpret_cast<const char*>(context.functions()->glGetString(GL_RENDERER));
    abilities.software = isSoftwareRenderer(abilities.renderer);
    abilities.usable = !context.isOpenGLES() && context.format().version() >= std::pair(3, 3);
    context.doneCurrent();
  }
  if (before && beforeSurface) {
    before->makeCurrent(beforeSurface);
  }
  return abilities;
}

}  // namespace

bool isSoftwareRenderer(const QByteArray& renderer) {
  constexpr std::array kNames = {
      "llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic", "microsoft basic render"};
  const QByteArray lower = renderer.toLower();
  return std::any_of(kNames.begin(), kNames.end(), [&](const char* name) { return lower.contains(name); });
}

const GlAbilities& glAbilities() {
  static const GlAbilities kAbilities = probe();
  return kAbilities;
}

QSurfaceFormat canvasFormat() {
  const GlAbilities& abilities = glAbilities();
  QSurfaceFormat format = coreFormat();
  format.setSamples(abilities.usable && !abilities.software ? kSamplesOnGpu : 0);
  return format;
}

}  // namespace loom::ui
