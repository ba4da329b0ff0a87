// What the files with kernels share: checks of a job, the device that it runs on, blocks for so many elements.
#pragma once

#include "model/cuda/cuda_support.h"
#include "model/device/kernel_jobs.h"

#include <algorithm>
#include <limits>

namespace loom::cuda {

inline constexpr unsigned threadsPerBlock = 256;
inline constexpr int warpSize = 32;
inline constexpr int mostBlocks = 65535;  // along the second and third dimension of a grid

/// Blocks for `elements` threads; what is beyond the most is left to the threads, which step by the grid's size.
inline unsigned blocksFor(std::size_t elements) {
  const std::size_t blocks = (elements + threadsPerBlock - 1) / threadsPerBlock;
  return static_cast<unsigned>(std::min<std::size_t>(blocks, mostBlocks));
}

/// NULL where a kernel can take pictures of this shape.
inline LoomCudaError refused(const LoomPictures& shape) {
  if (shape.count <= 0 || shape.channels <= 0 || shape.height <= 0 || shape.width <= 0) {
    return failure("pictures without pixels");
  }
  const std::int64_t elements = std::int64_t{shape.height} * shape.width;
  if (elements > std::numeric_limits<int>::max() / shape.channels || shape.channels > mostBlocks ||
      shape.count > mostBlocks) {
    return failure("pictures larger than a kernel can count");
  }
  return nullptr;
}

/// Calls launch(queue) while the device of `memory` is current: kernels on `stream`. The answer is what CUDA says to
/// that, as "`task`: …".
template <typename Launch>
LoomCudaError launchOn(const void* memory, void* stream, const char* task, const Launch& launch) {
  int device = 0;
  if (LoomCudaError error = deviceOf(memory, &device)) {
    return error;
  }
  const DeviceScope scope(device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  launch(static_cast<cudaStream_t>(stream));
  return failure(task, cudaGetLastError());
}

}  // namespace loom::cuda
