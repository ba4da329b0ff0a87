#include "render/cuda_uploader.h"

#include "render/gl_state.h"

#include <QtGlobal>

namespace loom::render {

CudaUploader::~CudaUploader() { CudaUploader::release(); }

std::string CudaUploader::upload(const std::uint8_t* pixels, const QSize& size, GLuint texture) {
  const std::size_t bytes = rgbaBytes(size);
  std::string error = prepare(bytes);
  if (error.empty()) {
    error = m_cuda.copyToBuffer(m_resource, pixels, bytes);
  }
  if (!error.empty()) {
    release();
    return error;
  }
  QOpenGLExtraFunctions& gl = *currentGl();
  gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, m_buffer);
  gl.glBindTexture(GL_TEXTURE_2D, texture);
  gl.glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, size.width(), size.height(), GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  return {};
}

/// A registered buffer must keep its storage, so a larger picture gets a new buffer.
std::string CudaUploader::prepare(std::size_t bytes) {
  if (m_resource != nullptr && m_capacity >= bytes) {
    return {};
  }
  release();
  QOpenGLExtraFunctions& gl = *currentGl();
  gl.glGenBuffers(1, &m_buffer);
  gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, m_buffer);
  clearErrors(gl);
  gl.glBufferData(GL_PIXEL_UNPACK_BUFFER, static_cast<GLsizeiptr>(bytes), nullptr, GL_STREAM_DRAW);
  gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  if (gl.glGetError() != GL_NO_ERROR) {
    return "the graphics driver gave no memory for the picture";
  }
  m_capacity = bytes;
  return m_cuda.registerBuffer(m_buffer, &m_resource);
}

void CudaUploader::release() {
  QOpenGLExtraFunctions* const gl = currentGl();
  if (gl != nullptr && m_resource != nullptr) {
    const std::string error = m_cuda.unregisterBuffer(m_resource);
    if (!error.empty()) {
      qWarning("%s", error.c_str());
    }
  }
  if (gl != nullptr && m_buffer != 0) {
    gl->glDeleteBuffers(1, &m_buffer);
  }
  m_resource = nullptr;
  m_buffer = 0;
  m_capacity = 0;
}

}  // namespace loom::render
