// What the bodies of kernels need so that nvcc and the C++ compiler both build them: the mark on a function, half
// precision in storage, whole divisions of positions that may be negative.
#pragma once

#include <bit>
#include <cstdint>

#if defined(__CUDACC__)
#include <cuda_fp16.h>
#define LOOM_HOST_DEVICE __host__ __device__
#else
#define LOOM_HOST_DEVICE
#endif

namespace loom::model {

/// IEEE 754 binary16 as it lies in memory. Nothing is computed in it: a body loads it into float32 and stores float32.
struct Half {
  std::uint16_t bits = 0;
};

/// Exact.
LOOM_HOST_DEVICE inline float load(float stored) { return stored; }
LOOM_HOST_DEVICE inline float load(Half stored) {
#if defined(__CUDA_ARCH__)
  return __half2float(__ushort_as_half(stored.bits));
#else
  const std::uint32_t sign = static_cast<std::uint32_t>(stored.bits & 0x8000U) << 16U;
  const std::uint32_t rest = static_cast<std::uint32_t>(stored.bits & 0x7FFFU) << 13U;
  if (rest >= 0x0F800000U) {  // infinities and NaN: all ones in the exponent
    return std::bit_cast<float>(sign | rest | 0x7F800000U);
  }
  // The exponents lie 112 apart. Multiplying by 2^112 puts that right, of denormals too.
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(std::bit_cast<float>(rest) * 0x1p112F));
#endif
}

/// To the nearest, ties to even; what is beyond ±65504 becomes infinite.
LOOM_HOST_DEVICE inline void store(float value, float& stored) { stored = value; }
LOOM_HOST_DEVICE inline void store(float value, Half& stored) {
#if defined(__CUDA_ARCH__)
  stored.bits = __half_as_ushort(__float2half_rn(value));
#else
  const std::uint32_t whole = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = whole >> 16U & 0x8000U;
  const std::uint32_t rest = whole & 0x7FFFFFFFU;
  std::uint32_t bits = 0;
  if (rest > 0x7F800000U) {
    bits = 0x7E00U;  // NaN
  } else if (rest >= 0x477FF000U) {
    bits = 0x7C00U;  // 65520, half way to what would come next, and above
  } else if (rest < 0x38800000U) {
    // A denormal: beside 0.5 the sum's last bit weighs 2^-24, a denormal's own.
    bits = std::bit_cast<std::uint32_t>(std::bit_cast<float>(rest) + 0.5F) - 0x3F000000U;
  } else {
    bits = (rest - 0x38000000U + 0xFFFU + (rest >> 13U & 1U)) >> 13U;
  }
  stored.bits = static_cast<std::uint16_t>(sign | bits);
#endif
}

/// a / b rounded up, for b above 0 and any a.
LOOM_HOST_DEVICE inline int ceilDivided(int a, int b) { return a > 0 ? (a + b - 1) / b : -(-a / b); }
/// a / b rounded down, likewise.
LOOM_HOST_DEVICE inline int floorDivided(int a, int b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

}  // namespace loom::model
