// CUDA pixels to a texture without leaving the card: a pixel buffer that CUDA writes and OpenGL reads. All of CUDA is
// behind model/cuda_library.h; this is OpenGL's half.
#pragma once

#include "model/cuda_library.h"
#include "render/frame_uploader.h"

#include <cstddef>

namespace loom::render {

class CudaUploader final : public FrameUploader {
 public:
  explicit CudaUploader(const model::CudaLibrary& cuda) : m_cuda(cuda) {}
  ~CudaUploader() override;  ///< releases where a context is current, else the objects went with theirs
  CudaUploader(const CudaUploader&) = delete;
  CudaUploader& operator=(const CudaUploader&) = delete;

  /// `pixels` is a device pointer. After an error the caller should take the way through host memory; it may try again.
  [[nodiscard]] std::string upload(const std::uint8_t* pixels, const QSize& size, GLuint texture) override;
  void release() override;

 private:
  std::string prepare(std::size_t bytes);

  const model::CudaLibrary& m_cuda;
  GLuint m_buffer = 0;
  std::size_t m_capacity = 0;
  void* m_resource = nullptr;  // the buffer as CUDA knows it
};

}  // namespace loom::render
