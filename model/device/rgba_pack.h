// Planes of float32 or half to RGBA8, one pixel at a time: the body that the CUDA kernel and the CPU loop share.
//
// Rounding as in this field: floor((x - low) / (high - low) * 255 + 0.5), clamped to 0..255, which is what
// torchvision's save_image(normalize=True, value_range=(low, high)) does step by step in float32 and, for [-1, 1], what
// the official StyleGAN generators write as x * 127.5 + 128. The steps are kept apart (no fused multiply-add: the CUDA
// library is built with -fmad=false), so that CPU and GPU agree in every bit.
#pragma once

#include "model/device/host_device.h"
#include "model/generator_info.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace loom::model {

/// One sample. `span` is high - low and above 0. NaN gives 0, infinities the nearest end.
LOOM_HOST_DEVICE inline std::uint8_t packSample(float value, float low, float span) {
  const float scaled = (value - low) / span * 255.0F + 0.5F;
  const float fromZero = scaled > 0.0F ? scaled : 0.0F;  // this way round NaN becomes 0
  const float inside = fromZero < 255.0F ? fromZero : 255.0F;
  return static_cast<std::uint8_t>(static_cast<int>(inside));
}

/// Pixel `index` of planes that lie `planeSize` elements (float or Half) apart, as the four bytes red, green, blue, 255
/// in one word. `Channels` is 1 (grey, replicated) or 3. A word, not a struct of bytes: so the CPU loop becomes vector
/// code and the kernel stores once.
template <int Channels, typename Element>
LOOM_HOST_DEVICE inline std::uint32_t packPixel(const Element* planes, std::size_t planeSize, std::size_t index,
                                                float low, float span) {
  static_assert(Channels == 1 || Channels == 3);
  static_assert(std::endian::native == std::endian::little,
                "red is the lowest byte of the word and the first in memory");
  const std::uint32_t red = packSample(load(planes[index]), low, span);
  std::uint32_t green = red;
  std::uint32_t blue = red;
  if constexpr (Channels == 3) {
    green = packSample(load(planes[planeSize + index]), low, span);
    blue = packSample(load(planes[2 * planeSize + index]), low, span);
  }
  return red | green << 8U | blue << 16U | 0xFF000000U;
}

/// channels × height × width elements, contiguous, in host memory → height × width × 4 bytes, rows from the top, alpha
/// 255. Throws std::invalid_argument where channels is neither 1 nor 3, a size is not above 0 or `range` is empty.
std::vector<std::uint8_t> packRgbaHost(const float* planes, int channels, int height, int width, ValueRange range);
std::vector<std::uint8_t> packRgbaHost(const Half* planes, int channels, int height, int width, ValueRange range);

}  // namespace loom::model
