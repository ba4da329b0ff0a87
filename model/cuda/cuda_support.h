// What the sources of libloom_cuda share: errors as sentences, the device of a pointer, the stream for copies.
#pragma once

#include "model/cuda/cuda_interface.h"

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace loom::cuda {

/// NULL for cudaSuccess. Else "`task`: CUDA's text" in memory of this thread, and CUDA's error state is cleared, so
/// that the next caller (torch) does not find our failure.
LoomCudaError failure(const char* task, cudaError_t error);

/// A sentence of our own, in the same memory.
LoomCudaError failure(const char* sentence);

/// The device that `memory` lies on; an error where it is no device memory.
LoomCudaError deviceOf(const void* memory, int* device);

/// A stream of `device`, made once, on which nothing but copies run. It is a non-blocking one: the default stream would
/// wait behind the picture that the worker computes there, and the window with it.
LoomCudaError copyStream(int device, cudaStream_t* stream);

/// Copies in either direction on the copy stream of `device` and waits for it.
LoomCudaError copyAndWait(int device, void* target, const void* source, std::size_t bytes, cudaMemcpyKind kind);

/// Makes `device` the thread's current one and the former one again at the end.
class DeviceScope {
 public:
  explicit DeviceScope(int device);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;
  LoomCudaError error() const { return m_error; }

 private:
  int m_former = -1;  // -1: nothing to restore
  LoomCudaError m_error = nullptr;
};

// The table's functions, by the file that holds them. Contracts: cuda_interface.h.
LoomCudaError packRgba(const void* planes, LoomElement element, int channels, int height, int width, float low,
                       float high, std::uint8_t* rgba, void* stream);
LoomCudaError biasAct(const LoomBiasAct* job, void* stream);
LoomCudaError upfirdn(const LoomUpfirdn* job, void* stream);
LoomCudaError filteredLrelu(const LoomFilteredLrelu* job, void* stream);
LoomCudaError demodulation(const LoomDemodulation* job, void* stream);
LoomCudaError modulatedWeights(const LoomModulatedWeights* job, void* stream);
LoomCudaError registerBuffer(unsigned int buffer, void** resource);
LoomCudaError unregisterBuffer(void* resource);
LoomCudaError copyToBuffer(void* resource, const void* device, std::size_t bytes);

}  // namespace loom::cuda
