// Which device computes here. Decided once: CUDA where a driver, LibTorch's CUDA half and our CUDA library load; else the CPU.
#pragma once

#include <string>

namespace loom::model {

struct ComputeDevice {
  bool cuda = false;
  std::string name;    ///< for the status bar: "CPU (2 cores)", "NVIDIA GeForce RTX 4070"
  std::string reason;  ///< why the CPU computes, one sentence; empty where CUDA does
};

/// Thread-safe; the first call decides and may take a moment.
const ComputeDevice& computeDevice();

/// From now on the CPU computes, GPU or not. False where it comes too late: `computeDevice` has decided for a GPU already.
bool useCpuOnly();

}  // namespace loom::model
