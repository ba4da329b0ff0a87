#include "render/gl_state.h"

#include <QOpenGLContext>

#include <cstddef>

namespace loom::render {

namespace {

constexpr std::array<GLenum, 5> switches = {GL_BLEND, GL_SCISSOR_TEST, GL_DEPTH_TEST, GL_CULL_FACE, GL_STENCIL_TEST};
constexpr std::array<GLenum, 4> unpackNames = {GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH, GL_UNPACK_SKIP_ROWS,
                                               GL_UNPACK_SKIP_PIXELS};
constexpr std::array<GLint, 4> tightRows = {4, 0, 0, 0};

GLuint name(GLint value) { return static_cast<GLuint>(value); }
GLenum symbol(GLint value) { return static_cast<GLenum>(value); }

}  // namespace

PaintState::PaintState(QOpenGLExtraFunctions& gl) : m_gl(gl) {
  gl.glGetIntegerv(GL_VIEWPORT, m_viewport.data());
  gl.glGetIntegerv(GL_SCISSOR_BOX, m_scissorBox.data());
  for (std::size_t index = 0; index < switches.size(); ++index) {
    m_enabled[index] = gl.glIsEnabled(switches[index]) == GL_TRUE;
  }
  gl.glGetIntegerv(GL_ACTIVE_TEXTURE, &m_activeTexture);
  gl.glActiveTexture(GL_TEXTURE0);
  gl.glGetIntegerv(GL_TEXTURE_BINDING_2D, &m_texture);
  gl.glGetIntegerv(GL_SAMPLER_BINDING, &m_sampler);
  gl.glGetIntegerv(GL_CURRENT_PROGRAM, &m_program);
  gl.glGetIntegerv(GL_VERTEX_ARRAY_BINDING, &m_vertexArray);
  gl.glGetIntegerv(GL_BLEND_SRC_RGB, &m_blendFactors[0]);
  gl.glGetIntegerv(GL_BLEND_DST_RGB, &m_blendFactors[1]);
  gl.glGetIntegerv(GL_BLEND_SRC_ALPHA, &m_blendFactors[2]);
  gl.glGetIntegerv(GL_BLEND_DST_ALPHA, &m_blendFactors[3]);
  gl.glGetIntegerv(GL_BLEND_EQUATION_RGB, &m_blendEquations[0]);
  gl.glGetIntegerv(GL_BLEND_EQUATION_ALPHA, &m_blendEquations[1]);
}

PaintState::~PaintState() {
  m_gl.glUseProgram(name(m_program));
  m_gl.glBindVertexArray(name(m_vertexArray));
  m_gl.glActiveTexture(GL_TEXTURE0);
  m_gl.glBindTexture(GL_TEXTURE_2D, name(m_texture));
  m_gl.glBindSampler(0, name(m_sampler));
  m_gl.glActiveTexture(symbol(m_activeTexture));
  m_gl.glBlendEquationSeparate(symbol(m_blendEquations[0]), symbol(m_blendEquations[1]));
  m_gl.glBlendFuncSeparate(symbol(m_blendFactors[0]), symbol(m_blendFactors[1]), symbol(m_blendFactors[2]),
                           symbol(m_blendFactors[3]));
  for (std::size_t index = 0; index < switches.size(); ++index) {
    if (m_enabled[index]) {
      m_gl.glEnable(switches[index]);
    } else {
      m_gl.glDisable(switches[index]);
    }
  }
  m_gl.glScissor(m_scissorBox[0], m_scissorBox[1], m_scissorBox[2], m_scissorBox[3]);
  m_gl.glViewport(m_viewport[0], m_viewport[1], m_viewport[2], m_viewport[3]);
}

UploadState::UploadState(QOpenGLExtraFunctions& gl) : m_gl(gl) {
  gl.glGetIntegerv(GL_TEXTURE_BINDING_2D, &m_texture);
  gl.glGetIntegerv(GL_PIXEL_UNPACK_BUFFER_BINDING, &m_buffer);
  for (std::size_t index = 0; index < unpackNames.size(); ++index) {
    gl.glGetIntegerv(unpackNames[index], &m_unpack[index]);
    gl.glPixelStorei(unpackNames[index], tightRows[index]);
  }
}

UploadState::~UploadState() {
  for (std::size_t index = 0; index < unpackNames.size(); ++index) {
    m_gl.glPixelStorei(unpackNames[index], m_unpack[index]);
  }
  m_gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, name(m_buffer));
  m_gl.glBindTexture(GL_TEXTURE_2D, name(m_texture));
}

void clearErrors(QOpenGLExtraFunctions& gl) {
  for (int count = 0; count < 16 && gl.glGetError() != GL_NO_ERROR; ++count) {
  }
}

QOpenGLExtraFunctions* currentGl() {
  QOpenGLContext* const context = QOpenGLContext::currentContext();
  return context != nullptr ? context->extraFunctions() : nullptr;
}

}  // namespace loom::render
