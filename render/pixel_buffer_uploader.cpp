#include "render/pixel_buffer_uploader.h"

#include "render/gl_state.h"

#include <algorithm>
#include <cstring>

namespace loom::render {

namespace {

/// True once OpenGL has done what was queued before `fence`. Does not wait.
bool passed(QOpenGLExtraFunctions& gl, GLsync fence) {
  const GLenum state = gl.glClientWaitSync(fence, 0, 0);
  return state == GL_ALREADY_SIGNALED || state == GL_CONDITION_SATISFIED;
}

}  // namespace

PixelBufferUploader::~PixelBufferUploader() { PixelBufferUploader::release(); }

std::string PixelBufferUploader::upload(const std::uint8_t* pixels, const QSize& size, GLuint texture) {
  QOpenGLExtraFunctions& gl = *currentGl();
  Slot& slot = m_slots[m_next];
  m_next = (m_next + 1) % m_slots.size();
  // A buffer's contents may be lost while it is mapped (a change of display mode, say): then once more.
  if (!write(slot, pixels, rgbaBytes(size)) && !write(slot, pixels, rgbaBytes(size))) {
    gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    return "the graphics driver gave no memory for the picture";
  }
  gl.glBindTexture(GL_TEXTURE_2D, texture);
  gl.glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, size.width(), size.height(), GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  slot.fence = gl.glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  return {};
}

/// Leaves the slot's buffer bound. After this nobody else reads it: its fence has passed, or its storage is new.
bool PixelBufferUploader::write(Slot& slot, const std::uint8_t* pixels, std::size_t bytes) {
  QOpenGLExtraFunctions& gl = *currentGl();
  if (slot.buffer == 0) {
    gl.glGenBuffers(1, &slot.buffer);
  }
  gl.glBindBuffer(GL_PIXEL_UNPACK_BUFFER, slot.buffer);
  const bool inUse = slot.fence != nullptr && !passed(gl, slot.fence);
  if (slot.fence != nullptr) {
    gl.glDeleteSync(slot.fence);
    slot.fence = nullptr;
  }
  m_orphanings += inUse ? 1 : 0;
  const auto length = static_cast<GLsizeiptr>(bytes);
  if (inUse || slot.capacity < bytes) {
    slot.capacity = std::max(slot.capacity, bytes);
    gl.glBufferData(GL_PIXEL_UNPACK_BUFFER, static_cast<GLsizeiptr>(slot.capacity), nullptr, GL_STREAM_DRAW);
  }
  void* const target = gl.glMapBufferRange(GL_PIXEL_UNPACK_BUFFER, 0, length,
                                           GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_RANGE_BIT | GL_MAP_UNSYNCHRONIZED_BIT);
  if (target == nullptr) {
    slot.capacity = 0;  // out of memory: the next try asks anew
    clearErrors(gl);
    return false;
  }
  std::memcpy(target, pixels, bytes);
  return gl.glUnmapBuffer(GL_PIXEL_UNPACK_BUFFER) == GL_TRUE;
}

void PixelBufferUploader::release() {
  QOpenGLExtraFunctions* const gl = currentGl();
  for (Slot& slot : m_slots) {
    if (gl != nullptr && slot.fence != nullptr) {
      gl->glDeleteSync(slot.fence);
    }
    if (gl != nullptr && slot.buffer != 0) {
      gl->glDeleteBuffers(1, &slot.buffer);
    }
    slot = Slot{};
  }
}

}  // namespace loom::render
