// The kernel around model/device/rgba_pack.h: one thread a pixel, one 4-byte store, reads that a warp does in a row.
#include "model/device/rgba_pack.h"

#include "model/cuda/cuda_support.h"

#include <algorithm>
#include <cstdint>

namespace loom::cuda {

namespace {

constexpr unsigned threadsPerBlock = 256;
constexpr std::size_t mostBlocks = 65535;

template <int Channels>
__global__ void packKernel(const float* __restrict__ planes, std::size_t pixels, float low, float span,
                           std::uint32_t* __restrict__ rgba) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t index = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x; index < pixels;
       index += step) {
    rgba[index] = model::packPixel<Channels>(planes, pixels, index, low, span);
  }
}

}  // namespace

LoomCudaError packRgba(const float* planes, int channels, int height, int width, float low, float high,
                       std::uint8_t* rgba, void* stream) {
  if (channels != 1 && channels != 3) {
    return failure("a picture has 1 or 3 channels");
  }
  if (height <= 0 || width <= 0) {
    return failure("a picture without pixels");
  }
  if (!(high > low)) {
    return failure("the value range of the picture is empty");
  }
  if (reinterpret_cast<std::uintptr_t>(rgba) % sizeof(std::uint32_t) != 0) {
    return failure("the pixels do not start at a 4-byte boundary");
  }
  int device = 0;
  if (LoomCudaError error = deviceOf(planes, &device)) {
    return error;
  }
  const DeviceScope scope(device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  const std::size_t pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  const auto blocks =
      static_cast<unsigned>(std::min<std::size_t>((pixels + threadsPerBlock - 1) / threadsPerBlock, mostBlocks));
  auto* words = reinterpret_cast<std::uint32_t*>(rgba);
  auto* queue = static_cast<cudaStream_t>(stream);
  if (channels == 3) {
    packKernel<3><<<blocks, threadsPerBlock, 0, queue>>>(planes, pixels, low, high - low, words);
  } else {
    packKernel<1><<<blocks, threadsPerBlock, 0, queue>>>(planes, pixels, low, high - low, words);
  }
  return failure("pack a picture on the GPU", cudaGetLastError());
}

}  // namespace loom::cuda
