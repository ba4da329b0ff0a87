// The table that the program gets, and what it asks about devices and memory.
#include "model/cuda/cuda_support.h"

#include <cstdio>

namespace loom::cuda {

namespace {

LoomCudaError checkDriver(int* driverVersion, int* runtimeVersion) {
  *driverVersion = 0;
  *runtimeVersion = 0;
  if (LoomCudaError error = failure("ask for CUDA's version", cudaRuntimeGetVersion(runtimeVersion))) {
    return error;
  }
  if (LoomCudaError error = failure("ask for the driver's version", cudaDriverGetVersion(driverVersion))) {
    return error;
  }
  if (*driverVersion == 0) {
    return failure("no NVIDIA driver");
  }
  // Within one major version an older driver does, too (CUDA's minor version compatibility).
  if (*driverVersion / 1000 < *runtimeVersion / 1000) {
    char sentence[160];
    std::snprintf(sentence, sizeof sentence,
                  "the NVIDIA driver is too old: it knows CUDA %d.%d, and CUDA %d.0 is needed", *driverVersion / 1000,
                  *driverVersion % 1000 / 10, *runtimeVersion / 1000);
    return failure(sentence);
  }
  return nullptr;
}

LoomCudaError countDevices(int* count) {
  *count = 0;
  int found = 0;
  if (LoomCudaError error = failure("count CUDA devices", cudaGetDeviceCount(&found))) {
    return error;
  }
  *count = found;
  return nullptr;
}

LoomCudaError describeDevice(int device, LoomCudaDevice* description) {
  *description = LoomCudaDevice{};
  cudaDeviceProp properties{};
  if (LoomCudaError error = failure("describe a CUDA device", cudaGetDeviceProperties(&properties, device))) {
    return error;
  }
  std::snprintf(description->name, sizeof description->name, "%s", properties.name);
  description->computeMajor = properties.major;
  description->computeMinor = properties.minor;
  description->memoryBytes = properties.totalGlobalMem;
  return nullptr;
}

LoomCudaError allocate(int device, std::size_t bytes, void** memory) {
  *memory = nullptr;
  const DeviceScope scope(device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  return failure("take device memory", cudaMalloc(memory, bytes));
}

LoomCudaError release(void* memory) { return failure("give device memory back", cudaFree(memory)); }

LoomCudaError copyToDevice(void* memory, const void* host, std::size_t bytes) {
  int device = 0;
  if (LoomCudaError error = deviceOf(memory, &device)) {
    return error;
  }
  return copyAndWait(device, memory, host, bytes, cudaMemcpyHostToDevice);
}

LoomCudaError copyToHost(void* host, const void* memory, std::size_t bytes) {
  int device = 0;
  if (LoomCudaError error = deviceOf(memory, &device)) {
    return error;
  }
  return copyAndWait(device, host, memory, bytes, cudaMemcpyDeviceToHost);
}

LoomCudaError synchronize(int device, void* stream) {
  const DeviceScope scope(device);
  if (scope.error() != nullptr) {
    return scope.error();
  }
  return failure("compute on the GPU", cudaStreamSynchronize(static_cast<cudaStream_t>(stream)));
}

constexpr LoomCudaInterface table = {
    LOOM_CUDA_INTERFACE_VERSION,
    sizeof(LoomCudaInterface),
    checkDriver,
    countDevices,
    describeDevice,
    allocate,
    release,
    copyToDevice,
    copyToHost,
    packRgba,
    biasAct,
    upfirdn,
    filteredLrelu,
    demodulation,
    modulatedWeights,
    synchronize,
    registerBuffer,
    unregisterBuffer,
    copyToBuffer,
};

}  // namespace

}  // namespace loom::cuda

extern "C" __attribute__((visibility("default"))) const LoomCudaInterface* loomCudaInterface() {
  return &loom::cuda::table;
}
