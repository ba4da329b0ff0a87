// How pixels get into a texture. Two ways: a ring of pixel buffers for pixels in host memory, and CUDA–OpenGL interop
// for pixels that are on the card already. FrameTexture chooses.
#pragma once

#include <qopengl.h>
#include <QSize>

#include <cstdint>
#include <string>

namespace loom::render {

class FrameUploader {
 public:
  virtual ~FrameUploader() = default;

  /// Queues the transfer of RGBA8 pixels, rows from the top without padding, into level 0 of `texture`, which is of
  /// that size. When it returns, `pixels` may be freed. The context must be current, within an UploadState scope.
  /// Returns an empty string, or a sentence that says why the texture was not written; no OpenGL or CUDA error is left
  /// behind.
  [[nodiscard]] virtual std::string upload(const std::uint8_t* pixels, const QSize& size, GLuint texture) = 0;

  /// Gives all OpenGL objects back; the context must be current. A later upload makes them anew.
  virtual void release() = 0;
};

/// Bytes of an RGBA8 picture.
inline std::size_t rgbaBytes(const QSize& size) {
  return static_cast<std::size_t>(size.width()) * static_cast<std::size_t>(size.height()) * 4;
}

}  // namespace loom::render
