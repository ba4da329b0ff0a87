// Leaves OpenGL as it was found: Dear ImGui's renderer and Qt's compositor share the context.
#pragma once

#include <QOpenGLExtraFunctions>

#include <array>

namespace loom::render {

/// Remembers what drawing a picture changes and puts it back at the end of the scope. Texture unit 0 only. The context
/// must be current over the whole scope.
class PaintState {
 public:
  explicit PaintState(QOpenGLExtraFunctions& gl);
  ~PaintState();
  PaintState(const PaintState&) = delete;
  PaintState& operator=(const PaintState&) = delete;

 private:
  QOpenGLExtraFunctions& m_gl;
  std::array<GLint, 4> m_viewport{};
  std::array<GLint, 4> m_scissorBox{};
  std::array<bool, 5> m_enabled{};
  GLint m_activeTexture = 0;
  GLint m_texture = 0;
  GLint m_sampler = 0;
  GLint m_program = 0;
  GLint m_vertexArray = 0;
  std::array<GLint, 4> m_blendFactors{};    // source and destination colour, then alpha
  std::array<GLint, 2> m_blendEquations{};  // colour, alpha
};

/// The same for moving pixels: texture of the active unit, pixel buffer, unpack parameters. Sets those parameters to
/// tightly packed rows from the start.
class UploadState {
 public:
  explicit UploadState(QOpenGLExtraFunctions& gl);
  ~UploadState();
  UploadState(const UploadState&) = delete;
  UploadState& operator=(const UploadState&) = delete;

 private:
  QOpenGLExtraFunctions& m_gl;
  GLint m_texture = 0;
  GLint m_buffer = 0;
  std::array<GLint, 4> m_unpack{};
};

/// Forgets errors that others left, so that the next one found is ours. Ends even where the context is lost.
void clearErrors(QOpenGLExtraFunctions& gl);

/// The functions of the current context; null where none is current.
QOpenGLExtraFunctions* currentGl();

}  // namespace loom::render
