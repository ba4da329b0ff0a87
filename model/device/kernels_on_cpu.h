// How tests follow the GPU's way through a generator on a machine without one.
#pragma once

namespace loom::model {

/// While one lives, generators of its thread take the kernels' way (model/device/kernel_ops.h) on the CPU as they do on a
/// GPU, half precision included. Slow: the bodies in plain loops.
class KernelsOnCpu {
 public:
  KernelsOnCpu();
  ~KernelsOnCpu();
  KernelsOnCpu(const KernelsOnCpu&) = delete;
  KernelsOnCpu& operator=(const KernelsOnCpu&) = delete;
};

}  // namespace loom::model
