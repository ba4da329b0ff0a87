// What OpenGL can do here, asked once for the whole program, before any window exists.
#pragma once

#include <QByteArray>
#include <QSurfaceFormat>

namespace loom::ui {

struct GlAbilities {
  bool usable = false;    ///< there is an OpenGL 3.3 core context to be had
  bool software = false;  ///< drawn by the processor: every sample and every frame is felt
  QByteArray renderer;    ///< GL_RENDERER; empty where there is no context
};

/// Makes a context on an offscreen surface the first time, which takes some tens of milliseconds; then remembers.
/// For the thread of the windows; whichever context is current stays current.
const GlAbilities& glAbilities();

/// True for the renderers that draw without a GPU, by the name that GL_RENDERER gives.
bool isSoftwareRenderer(const QByteArray& renderer);

/// OpenGL 3.3 core, with as many samples a pixel as the renderer gives away.
QSurfaceFormat canvasFormat();

}  // namespace loom::ui
