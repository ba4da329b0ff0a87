// bfloat16 as the machine's convolutions take it: the upper half of a float32.
#pragma once

#include <cstdint>
#include <cstring>

namespace loom::model {

struct Bfloat16 {
  std::uint16_t bits = 0;
};

inline float fromStored(float value) { return value; }
inline float fromStored(Bfloat16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value.bits) << 16U;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

inline void toStored(float value, float& stored) { stored = value; }
/// To the nearest, ties to even.
inline void toStored(float value, Bfloat16& stored) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  stored.bits = static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}

}  // namespace loom::model
