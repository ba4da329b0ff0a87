// A frame as an OpenGL texture. Takes frames as they come, from host memory or from a CUDA device, and chooses the way.
//
//   FrameTexture current;                          // one each for the current and for the pinned picture
//   std::string error = current.upload(frame);     // context current; empty: done
//   painter.paint(current, options);               // render/picture_painter.h
#pragma once

#include "model/cuda_library.h"
#include "model/frame.h"
#include "render/cuda_uploader.h"
#include "render/pixel_buffer_uploader.h"

#include <QSize>

#include <cstdint>
#include <string>

namespace loom::render {

class FrameTexture {
 public:
  explicit FrameTexture(const model::CudaLibrary& cuda = model::CudaLibrary::instance());
  ~FrameTexture();  ///< releases where a context is current, else the texture went with its context
  FrameTexture(const FrameTexture&) = delete;
  FrameTexture& operator=(const FrameTexture&) = delete;

  /// Moves `frame` into the texture; its pixels may be freed afterwards. CUDA frames go by interop; after the first
  /// failure of that, for good by way of host memory (see interopFailure). Returns an empty string, or a sentence; the
  /// texture then is empty, or still what it was. The context that will draw must be current.
  [[nodiscard]] std::string upload(const model::Frame& frame);

  /// Gives texture and buffers back; the context must be current. Call it before the context goes (QOpenGLContext::
  /// aboutToBeDestroyed) and upload again into the next.
  void release();

  bool empty() const { return m_size.isEmpty(); }
  /// GL_TEXTURE_2D, RGBA8, row 0 is the picture's top, clamped to its edge, linear without a sampler. 0 where empty.
  GLuint texture() const { return empty() ? 0 : m_texture; }
  const QSize& size() const { return m_size; }
  std::uint64_t generation() const { return m_generation; }
  model::Quality quality() const { return m_quality; }

  /// Brings the smaller levels up to date, once per upload: what drawing at less than 1:1 samples.
  void prepareMipmaps();

  /// Why CUDA frames go by way of host memory; empty as long as they need not.
  const std::string& interopFailure() const { return m_interopFailure; }
  const PixelBufferUploader& ring() const { return m_ring; }

 private:
  std::string allocate(const QSize& size);
  std::string transfer(const model::Frame& frame, const QSize& size);

  const model::CudaLibrary& m_cuda;
  PixelBufferUploader m_ring;
  CudaUploader m_interop;
  std::string m_interopFailure;
  GLuint m_texture = 0;
  QSize m_size;
  std::uint64_t m_generation = 0;
  model::Quality m_quality = model::Quality::Exact;
  bool m_mipmapsStale = true;
};

}  // namespace loom::render
