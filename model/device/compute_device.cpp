#include "model/compute_device.h"

#include "model/cuda_library.h"

#include <torch/torch.h>

#include <algorithm>
#include <thread>

namespace loom::model {
namespace {

std::string cpuName() {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return "CPU (" + std::to_string(cores) + (cores == 1 ? " core)" : " cores)");
}

/// All three or none: the driver with our kernels, LibTorch's CUDA half, and a device that torch accepts.
ComputeDevice decide() {
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
  return {true, cuda.devices().front().name, {}};
}

}  // namespace

const ComputeDevice& computeDevice() {
  static const ComputeDevice kDevice = decide();
  return kDevice;
}

void setComputeThreads(int threads) {
  const int all = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(threads > 0 ? threads : all);
}

}  // namespace loom::model
