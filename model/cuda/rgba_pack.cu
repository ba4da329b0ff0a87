// The kernel around model/device/rgba_pack.h: one thread a pixel, one 4-byte store, reads that a warp does in a row.
#include "model/device/rgba_pack.h"

#include "model/cuda/kernel_launch.h"

#include <cstdint>

namespace loom::cuda {

namespace {

template <int Channels, typename Element>
__global__ void packKernel(const Element* __restrict__ planes, std::size_t pixels, float low, float span,
                           std::uint32_t* __restrict__ rgba) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t index = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x; index < pixels;
       index += step) {
    rgba[index] = model::packPixel<Channels>(planes, pixels, index, low, span);
  }
}

template <int Channels>
void launch(const void* planes, LoomElement element, std::size_t pixels, float low, float span, std::uint32_t* rgba,
            cudaStream_t queue) {
  if (element == LOOM_HALF) {
    packKernel<Channels><<<blocksFor(pixels), threadsPerBlock, 0, queue>>>(static_cast<const model::Half*>(planes),
                                                                           pixels, low, span, rgba);
  } else {
    packKernel<Channels>
        <<<blocksFor(pixels), threadsPerBlock, 0, queue>>>(static_cast<const float*>(planes), pixels, low, span, rgba);
  }
}

}  // namespace

LoomCudaError packRgba(const void* planes, LoomElement element, int channels, int height, int width, float low,
                       float high, std::uint8_t* rgba, void* stream) {
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
  return launchOn(planes, stream, "pack a picture on the GPU", [&](cudaStream_t queue) {
    const std::size_t pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    auto* words = reinterpret_cast<std::uint32_t*>(rgba);
    if (channels == 3) {
      launch<3>(planes, element, pixels, low, high - low, words, queue);
    } else {
      launch<1>(planes, element, pixels, low, high - low, words, queue);
    }
  });
}

}  // namespace loom::cuda
