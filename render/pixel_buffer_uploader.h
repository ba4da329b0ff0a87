// Host pixels to a texture through a ring of three pixel buffers, so that the processor never waits for the graphics:
// while one buffer is read by OpenGL, the next is written. A fence tells when a buffer is free; one that is not gets
// new storage instead ("orphaning").
#pragma once

#include "render/frame_uploader.h"

#include <array>
#include <cstddef>

namespace loom::render {

class PixelBufferUploader final : public FrameUploader {
 public:
  PixelBufferUploader() = default;
  ~PixelBufferUploader() override;  ///< releases where a context is current, else the objects went with theirs
  PixelBufferUploader(const PixelBufferUploader&) = delete;
  PixelBufferUploader& operator=(const PixelBufferUploader&) = delete;

  [[nodiscard]] std::string upload(const std::uint8_t* pixels, const QSize& size, GLuint texture) override;
  void release() override;

  /// Uploads that met a buffer still in use and gave it new storage. For tests and for the curious.
  int orphanings() const { return m_orphanings; }

 private:
  struct Slot {
    GLuint buffer = 0;
    std::size_t capacity = 0;
    GLsync fence = nullptr;  // set while OpenGL may still read
  };
  bool write(Slot& slot, const std::uint8_t* pixels, std::size_t bytes);

  std::array<Slot, 3> m_slots{};
  std::size_t m_next = 0;
  int m_orphanings = 0;
};

}  // namespace loom::render
