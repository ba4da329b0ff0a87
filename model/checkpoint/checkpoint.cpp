#include "model/checkpoint/checkpoint.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace loom::model {
namespace {

template <typename T>
T loadAs(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

float fromBrainFloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U); }

/// IEEE 754 binary16; subnormals are scaled by multiplication, which is exact.
float fromHalf(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  const std::uint32_t exponent = (bits >> 10U) & 0x1fU;
  const std::uint32_t mantissa = bits & 0x3ffU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return sign ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 0xffU : exponent + 112U;
  return std::bit_cast<float>(sign | (wide << 23U) | (mantissa << 13U));
}

float loadFloat(DType dtype, const std::byte* at) {
  switch (dtype) {
    case DType::F16: return fromHalf(loadAs<std::uint16_t>(at));
    case DType::BF16: return fromBrainFloat(loadAs<std::uint16_t>(at));
    case DType::F32: return loadAs<float>(at);
    case DType::F64: return static_cast<float>(loadAs<double>(at));
    case DType::I8: return static_cast<float>(loadAs<std::int8_t>(at));
    case DType::I16: return static_cast<float>(loadAs<std::int16_t>(at));
    case DType::I32: return static_cast<float>(loadAs<std::int32_t>(at));
    case DType::I64: return static_cast<float>(loadAs<std::int64_t>(at));
    case DType::U8: return static_cast<float>(loadAs<std::uint8_t>(at));
    case DType::Bool: return loadAs<std::uint8_t>(at) ? 1.0F : 0.0F;
  }
  return std::numeric_limits<float>::quiet_NaN();
}

}  // namespace

std::size_t sizeOf(DType dtype) {
  switch (dtype) {
    case DType::F64:
    case DType::I64: return 8;
    case DType::F32:
    case DType::I32: return 4;
    case DType::F16:
    case DType::BF16:
    case DType::I16: return 2;
    case DType::I8:
    case DType::U8:
    case DType::Bool: return 1;
  }
  return 1;
}

const char* nameOf(DType dtype) {
  switch (dtype) {
    case DType::F16: return "float16";
    case DType::BF16: return "bfloat16";
    case DType::F32: return "float32";
    case DType::F64: return "float64";
    case DType::I8: return "int8";
    case DType::I16: return "int16";
    case DType::I32: return "int32";
    case DType::I64: return "int64";
    case DType::U8: return "uint8";
    case DType::Bool: return "bool";
  }
  return "unknown";
}

std::int64_t TensorView::elementCount() const {
  std::int64_t count = 1;
  for (const auto size : shape) {
    count *= size;
  }
  return count;
}

std::vector<float> TensorView::toFloat32() const {
  const std::int64_t count = elementCount();
  std::vector<float> result(static_cast<std::size_t>(count));
  std::vector<std::int64_t> index(shape.size(), 0);
  const auto elementSize = static_cast<std::int64_t>(sizeOf(dtype));
  std::int64_t offset = 0;
  for (float& value : result) {
    value = loadFloat(dtype, bytes.data() + offset * elementSize);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) {
        offset += strides[axis];
        break;
      }
      // Back to the axis's first element, never one step past its last: the stride of a size of 1 may be any number.
      offset -= strides[axis] * (shape[axis] - 1);
      index[axis] = 0;
    }
  }
  return result;
}

std::uint64_t bytesSpanned(DType dtype, const std::vector<std::int64_t>& shape,
                           const std::vector<std::int64_t>& strides) {
  if (shape.size() != strides.size()) {
    throw std::out_of_range("its shape and its strides have different lengths");
  }
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t count = 1;
  std::uint64_t last = 0;  // offset of the last element
  bool empty = false;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] < 0 || strides[axis] < 0) {
      throw std::out_of_range("it has a negative size or stride");
    }
    const auto size = static_cast<std::uint64_t>(shape[axis]);
    if (size == 0) {
      empty = true;
      continue;
    }
    std::uint64_t reach = 0;
    if (__builtin_mul_overflow(count, size, &count) || count > kMost / 8 ||
        __builtin_mul_overflow(size - 1, static_cast<std::uint64_t>(strides[axis]), &reach) ||
        __builtin_add_overflow(last, reach, &last) || last > kMost / 8 - 1) {
      throw std::out_of_range("its size overflows");
    }
  }
  return empty ? 0 : (last + 1) * sizeOf(dtype);
}

std::vector<std::int64_t> contiguousStrides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * std::max<std::int64_t>(1, shape[axis]);
  }
  return strides;
}

}  // namespace loom::model
