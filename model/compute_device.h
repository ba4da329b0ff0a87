// Which device computes here. Decided once: CUDA where a driver, LibTorch's CUDA half and our CUDA library load; else the CPU.
#pragma once

#include <cstdint>
#include <string>

namespace loom::model {

struct ComputeDevice {
  bool cuda = false;
  std::string name;    ///< for the status bar: "CPU (2 cores)", "NVIDIA GeForce RTX 4070"
  std::string reason;  ///< why the CPU computes, one sentence; empty where CUDA does
};

/// Thread-safe; the first call decides and may take a moment.
const ComputeDevice& computeDevice();

/// What people should be told of the device that computes: that its memory was full, and what was done about it.
struct DeviceNews {
  std::uint64_t number = 0;  ///< grows with each; 0: there is none yet
  std::string sentence;
};

/// The last. Thread-safe.
DeviceNews deviceNews();
void tellDeviceNews(const std::string& sentence);

/// From now on the CPU computes, GPU or not. False where it comes too late: `computeDevice` has decided for a GPU already.
bool useCpuOnly();

}  // namespace loom::model
