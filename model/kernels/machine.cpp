#include "model/kernels/machine.h"

namespace loom::model {

bool hasBfloat16Products() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace loom::model
