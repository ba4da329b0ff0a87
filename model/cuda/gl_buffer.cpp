// OpenGL pixel buffers within CUDA's reach, so that a picture never leaves the card.
#include "model/cuda/cuda_support.h"

#include <cuda_gl_interop.h>

#include <memory>

namespace loom::cuda {

namespace {

struct BufferResource {
  cudaGraphicsResource_t graphics = nullptr;
  int device = 0;  // the one that draws
};

/// The first CUDA device that the current OpenGL context draws with.
LoomCudaError drawingDevice(int* device) {
  unsigned count = 0;
  const cudaError_t error = cudaGLGetDevices(&count, device, 1, cudaGLDeviceListAll);
  if (error != cudaSuccess || count == 0) {
    cudaGetLastError();
    return failure("OpenGL does not draw with a CUDA device");
  }
  return nullptr;
}

/// Keeps a resource mapped. Unmapping is what orders CUDA's writing before OpenGL's reading, so it must happen on every
/// way.
class Mapping {
 public:
  Mapping(cudaGraphicsResource_t graphics, cudaStream_t stream) : m_graphics(graphics), m_stream(stream) {
    m_error = failure("map an OpenGL buffer", cudaGraphicsMapResources(1, &m_graphics, m_stream));
    m_mapped = m_error == nullptr;
  }
  ~Mapping() { unmap(); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  LoomCudaError error() const { return m_error; }
  LoomCudaError unmap() {
    if (!m_mapped) {
      return nullptr;
    }
    m_mapped = false;
    const cudaError_t error = cudaGraphicsUnmapResources(1, &m_graphics, m_stream);
    return failure("unmap an OpenGL buffer", error);
  }

 private:
  cudaGraphicsResource_t m_graphics;
  cudaStream_t m_stream;
  LoomCudaError m_error = nullptr;
  bool m_mapped = false;
};

LoomCudaError copyInto(cudaGraphicsResource_t graphics, const void* source, std::size_t bytes, cudaStream_t stream) {
  Mapping mapping(graphics, stream);
  if (mapping.error() != nullptr) {
    return mapping.error();
  }
  void* target = nullptr;
  std::size_t room = 0;
  const cudaError_t found = cudaGraphicsResourceGetMappedPointer(&target, &room, graphics);
  if (found != cudaSuccess) {
    mapping.unmap();  // first, so that the text of the first failure is the one that stays
    return failure("reach an OpenGL buffer", found);
  }
  if (room < bytes) {
    mapping.unmap();
    return failure("the OpenGL buffer is smaller than the picture");
  }
  // Default: the picture may lie on another card than the one that draws.
  const cudaError_t copied = cudaMemcpyAsync(target, source, bytes, cudaMemcpyDefault, stream);
  if (copied != cudaSuccess) {
    mapping.unmap();
    return failure("copy a picture to OpenGL", copied);
  }
  return mapping.unmap();
}

}  // namespace

LoomCudaError registerBuffer(unsigned int buffer, void** resource) {
  *resource = nullptr;
  auto made = std::make_unique<BufferResource>();
  if (LoomCudaError error = drawingDevice(&made->device)) {
    return error;
  }
  const DeviceScope scope(made->device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  const cudaError_t error =
      cudaGraphicsGLRegisterBuffer(&made->graphics, buffer, cudaGraphicsRegisterFlagsWriteDiscard);
  if (error != cudaSuccess) {
    return failure("share an OpenGL buffer with CUDA", error);
  }
  *resource = made.release();
  return nullptr;
}

LoomCudaError unregisterBuffer(void* resource) {
  const std::unique_ptr<BufferResource> held(static_cast<BufferResource*>(resource));
  if (held == nullptr) {
    return nullptr;
  }
  const DeviceScope scope(held->device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  return failure("stop sharing an OpenGL buffer", cudaGraphicsUnregisterResource(held->graphics));
}

LoomCudaError copyToBuffer(void* resource, const void* device, std::size_t bytes) {
  auto* const held = static_cast<BufferResource*>(resource);
  if (held == nullptr) {
    return failure("no OpenGL buffer is shared");
  }
  const DeviceScope scope(held->device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  cudaStream_t stream = nullptr;
  if (LoomCudaError error = copyStream(held->device, &stream)) {
    return error;
  }
  if (LoomCudaError error = copyInto(held->graphics, device, bytes, stream)) {
    return error;
  }
  // The frame's memory may go back to torch when we return, and torch would write the next picture into it.
  return failure("copy a picture to OpenGL", cudaStreamSynchronize(stream));
}

}  // namespace loom::cuda
