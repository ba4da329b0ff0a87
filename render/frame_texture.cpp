#include "render/frame_texture.h"

#include "render/gl_state.h"

#include <QtGlobal>

namespace loom::render {

FrameTexture::FrameTexture(const model::CudaLibrary& cuda) : m_cuda(cuda), m_interop(cuda) {}

FrameTexture::~FrameTexture() { release(); }

std::string FrameTexture::upload(const model::Frame& frame) {
  QOpenGLExtraFunctions* const gl = currentGl();
  if (gl == nullptr) {
    return "no OpenGL context is current";
  }
  if (frame.width <= 0 || frame.height <= 0 || frame.pixels.data == nullptr) {
    return "the frame holds no pixels";
  }
  const QSize size(frame.width, frame.height);
  const UploadState state(*gl);
  if (size != m_size) {
    std::string error = allocate(size);
    if (!error.empty()) {
      return error;
    }
  }
  std::string error = transfer(frame, size);
  if (!error.empty()) {
    return error;
  }
  m_size = size;
  m_generation = frame.generation;
  m_quality = frame.quality;
  m_mipmapsStale = true;
  return {};
}

std::string FrameTexture::allocate(const QSize& size) {
  QOpenGLExtraFunctions& gl = *currentGl();
  GLint largest = 0;
  gl.glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
  if (size.width() > largest || size.height() > largest) {
    return "the picture is " + std::to_string(size.width()) + " x " + std::to_string(size.height()) +
           " pixels; this graphics driver shows at most " + std::to_string(largest) + " on a side";
  }
  m_size = QSize();  // what was shown is gone from here on
  if (m_texture == 0) {
    gl.glGenTextures(1, &m_texture);
  }
  gl.glBindTexture(GL_TEXTURE_2D, m_texture);
  gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  clearErrors(gl);
  gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  gl.glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, size.width(), size.height(), 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  if (gl.glGetError() != GL_NO_ERROR) {
    return "the graphics driver gave no memory for a picture of " + std::to_string(size.width()) + " x " +
           std::to_string(size.height()) + " pixels";
  }
  return {};
}

std::string FrameTexture::transfer(const model::Frame& frame, const QSize& size) {
  if (frame.pixels.location == model::FramePixels::Location::Cuda && m_interopFailure.empty()) {
    m_interopFailure = m_interop.upload(frame.pixels.data, size, m_texture);
    if (m_interopFailure.empty()) {
      return {};
    }
    qInfo("CUDA-OpenGL interop is not used: %s", m_interopFailure.c_str());
  }
  const model::HostPixels pixels = model::hostPixels(frame, m_cuda);
  return pixels.error.empty() ? m_ring.upload(pixels.data, size, m_texture) : pixels.error;
}

void FrameTexture::prepareMipmaps() {
  QOpenGLExtraFunctions* const gl = currentGl();
  if (empty() || !m_mipmapsStale || gl == nullptr) {
    return;
  }
  const UploadState state(*gl);
  gl->glBindTexture(GL_TEXTURE_2D, m_texture);
  gl->glGenerateMipmap(GL_TEXTURE_2D);
  m_mipmapsStale = false;
}

void FrameTexture::release() {
  m_ring.release();
  m_interop.release();
  QOpenGLExtraFunctions* const gl = currentGl();
  if (gl != nullptr && m_texture != 0) {
    gl->glDeleteTextures(1, &m_texture);
  }
  m_texture = 0;
  m_size = QSize();
}

}  // namespace loom::render
