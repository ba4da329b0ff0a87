// libloom_cuda from the program's side: loaded once, where an NVIDIA driver is, else a sentence that says why not.
#pragma once

#include "model/cuda/cuda_interface.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loom::model {

struct Frame;

/// Pixels in host memory, rows from the top without padding. `error` is a sentence where there are none.
struct HostPixels {
  const std::uint8_t* data = nullptr;
  std::shared_ptr<const void> owner;
  std::string error;
};

/// Never throws; every member may be called from any thread (those on pixel buffers with their OpenGL context current).
/// Functions that return a string answer with an empty one where all went well, else with a sentence.
class CudaLibrary {
 public:
  /// The first call loads: NVIDIA's driver (libcuda.so.1), then libloom_cuda.so from the program's folder or from
  /// ../lib/latent-loom beside it, then asks for devices. It may take half a second where there is a GPU.
  static const CudaLibrary& instance();

  /// Not available, for the reason given.
  explicit CudaLibrary(std::string reason);
  /// Available where `table` has our version and counts a device. `table` must outlive this.
  explicit CudaLibrary(const LoomCudaInterface* table);

  bool available() const { return m_reason.empty(); }
  /// Why it is not available, without a full stop: "no NVIDIA driver". Empty where it is.
  const std::string& reason() const { return m_reason; }
  const std::vector<LoomCudaDevice>& devices() const { return m_devices; }

  /// Kernels, queued on `stream` of the device that the result lies on; see LoomCudaInterface.
  [[nodiscard]] std::string packRgba(const void* planes, LoomElement element, int channels, int height, int width,
                                     float low, float high, std::uint8_t* rgba, void* stream) const;
  [[nodiscard]] std::string biasAct(const LoomBiasAct& job, void* stream) const;
  [[nodiscard]] std::string upfirdn(const LoomUpfirdn& job, void* stream) const;
  [[nodiscard]] std::string filteredLrelu(const LoomFilteredLrelu& job, void* stream) const;
  [[nodiscard]] std::string demodulation(const LoomDemodulation& job, void* stream) const;
  [[nodiscard]] std::string modulatedWeights(const LoomModulatedWeights& job, void* stream) const;
  /// Waits for `stream`: do so before a frame is handed over.
  [[nodiscard]] std::string synchronize(int device, void* stream) const;
  /// Device memory to host memory; waits for the copy only.
  [[nodiscard]] std::string copyToHost(void* host, const void* device, std::size_t bytes) const;

  /// See LoomCudaInterface; an OpenGL context must be current.
  [[nodiscard]] std::string registerBuffer(unsigned int buffer, void** resource) const;
  [[nodiscard]] std::string unregisterBuffer(void* resource) const;
  [[nodiscard]] std::string copyToBuffer(void* resource, const void* device, std::size_t bytes) const;

 private:
  static CudaLibrary load();

  const LoomCudaInterface* m_table = nullptr;
  std::string m_reason;
  std::vector<LoomCudaDevice> m_devices;
};

/// The pixels of `frame` in host memory: its own where they are there, else a copy.
HostPixels hostPixels(const Frame& frame, const CudaLibrary& cuda = CudaLibrary::instance());

/// Loads LibTorch's CUDA half from the folder that its CPU half was loaded from, so that torch finds its CUDA backend.
/// Empty where it is in, else a sentence. Call it before torch is asked for CUDA; the first call does the work.
const std::string& loadTorchCuda();

}  // namespace loom::model
