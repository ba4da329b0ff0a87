#include "model/compute_device.h"

#include "model/cuda_library.h"

#include <torch/torch.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace loom::model {
namespace {

std::string cpuName() {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return "CPU (" + std::to_string(cores) + (cores == 1 ? " core)" : " cores)");
}

std::atomic<bool>& cpuOnly() {
  static std::atomic<bool> asked{false};
  return asked;
}

std::mutex newsMutex;
DeviceNews news;  // guarded by newsMutex

/// All three or none: the driver with our kernels, LibTorch's CUDA half, and a device that torch accepts.
ComputeDevice decide() {
  if (cpuOnly()) {
    return {false, cpuName(), "The CPU computes, as was asked for."};
  }
  const CudaLibrary& cuda = CudaLibrary::instance();
  if (!cuda.available()) {
    return {false, cpuName(), "The CPU computes: " + cuda.reason() + "."};
  }
  if (const std::string& problem = loadTorchCuda(); !problem.empty()) {
    return {false, cpuName(), "The CPU computes: " + problem};
  }
  if (!torch::cuda::is_available()) {
    return {false, cpuName(), "The CPU computes: LibTorch finds no CUDA device that it can use."};
  }
  // float32 is float32: torch would let convolutions round to TF32's ten bits otherwise.
  at::globalContext().setAllowTF32CuDNN(false);
  return {true, cuda.devices().front().name, {}};
}

}  // namespace

const ComputeDevice& computeDevice() {
  static const ComputeDevice kDevice = decide();
  return kDevice;
}

DeviceNews deviceNews() {
  const std::lock_guard lock(newsMutex);
  return news;
}

void tellDeviceNews(const std::string& sentence) {
  const std::lock_guard lock(newsMutex);
  news = {news.number + 1, sentence};
}

bool useCpuOnly() {
  cpuOnly() = true;
  return !computeDevice().cuda;
}

}  // namespace loom::model
