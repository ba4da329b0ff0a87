#include "model/cuda/cuda_support.h"

#include <cstdio>
#include <map>
#include <mutex>

namespace loom::cuda {

namespace {

thread_local char lastError[512];

}  // namespace

LoomCudaError failure(const char* task, cudaError_t error) {
  if (error == cudaSuccess) {
    return nullptr;
  }
  cudaGetLastError();
  std::snprintf(lastError, sizeof lastError, "%s: %s", task, cudaGetErrorString(error));
  return lastError;
}

LoomCudaError failure(const char* sentence) {
  std::snprintf(lastError, sizeof lastError, "%s", sentence);
  return lastError;
}

LoomCudaError deviceOf(const void* memory, int* device) {
  cudaPointerAttributes attributes{};
  if (LoomCudaError error = failure("look up device memory", cudaPointerGetAttributes(&attributes, memory))) {
    return error;
  }
  if (attributes.type != cudaMemoryTypeDevice && attributes.type != cudaMemoryTypeManaged) {
    return failure("the pixels do not lie in device memory");
  }
  *device = attributes.device;
  return nullptr;
}

LoomCudaError copyStream(int device, cudaStream_t* stream) {
  static std::mutex mutex;
  static std::map<int, cudaStream_t> streams;  // never destroyed: CUDA may be gone before this library is
  const std::lock_guard lock(mutex);
  const auto found = streams.find(device);
  if (found != streams.end()) {
    *stream = found->second;
    return nullptr;
  }
  cudaStream_t made = nullptr;
  if (LoomCudaError error = failure("make a CUDA stream", cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking))) {
    return error;
  }
  streams.emplace(device, made);
  *stream = made;
  return nullptr;
}

LoomCudaError copyAndWait(int device, void* target, const void* source, std::size_t bytes, cudaMemcpyKind kind) {
  const DeviceScope scope(device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  cudaStream_t stream = nullptr;
  if (LoomCudaError error = copyStream(device, &stream)) {
    return error;
  }
  if (LoomCudaError error = failure("copy pixels", cudaMemcpyAsync(target, source, bytes, kind, stream))) {
    return error;
  }
  return failure("copy pixels", cudaStreamSynchronize(stream));
}

DeviceScope::DeviceScope(int device) {
  int former = -1;
  m_error = failure("ask for the current CUDA device", cudaGetDevice(&former));
  if (m_error != nullptr || former == device) {
    return;
  }
  m_error = failure("choose a CUDA device", cudaSetDevice(device));
  m_former = m_error == nullptr ? former : -1;
}

DeviceScope::~DeviceScope() {
  if (m_former >= 0 && cudaSetDevice(m_former) != cudaSuccess) {
    cudaGetLastError();  // it was current a moment ago; whoever uses it next is told the reason
  }
}

}  // namespace loom::cuda
