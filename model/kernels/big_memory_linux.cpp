#include "model/kernels/big_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace loom::model {

std::shared_ptr<float[]> bigFloats(std::size_t count) {
  constexpr std::size_t kLargePage = std::size_t{2} << 20U;
  constexpr std::size_t kLine = 64;
  const std::size_t bytes = count * sizeof(float);
  const std::size_t boundary = bytes >= kLargePage ? kLargePage : kLine;
  const std::size_t whole = (bytes + boundary - 1) / boundary * boundary;
  void* memory = std::aligned_alloc(boundary, whole);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  if (boundary == kLargePage) {
    madvise(memory, whole, MADV_HUGEPAGE);  // a wish: without it the arithmetic is the same
  }
  return {static_cast<float*>(memory), [](float* floats) { std::free(floats); }};
}

}  // namespace loom::model
