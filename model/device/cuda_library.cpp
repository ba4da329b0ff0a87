#include "model/cuda_library.h"

#include "model/device/shared_library.h"
#include "model/frame.h"

#include <array>
#include <system_error>
#include <utility>

namespace loom::model {

namespace {

std::string sentence(LoomCudaError error) { return error != nullptr ? error : std::string(); }

/// Where libloom_cuda may lie: beside the program (build folder, portable archive), or where a package puts it.
std::array<std::filesystem::path, 2> candidates() {
  const std::filesystem::path folder = programFolder();
  return {folder / libraryNames.loomCuda, folder / ".." / "lib" / "latent-loom" / libraryNames.loomCuda};
}

}  // namespace

const CudaLibrary& CudaLibrary::instance() {
  static const CudaLibrary library = load();
  return library;
}

CudaLibrary::CudaLibrary(std::string reason) : m_reason(std::move(reason)) {
  if (m_reason.empty()) {
    m_reason = "CUDA is not used";
  }
}

CudaLibrary::CudaLibrary(const LoomCudaInterface* table) {
  // Nothing behind the first two fields may be read before they agree.
  if (table == nullptr || table->version != LOOM_CUDA_INTERFACE_VERSION || table->size != sizeof(LoomCudaInterface)) {
    m_reason = std::string(libraryNames.loomCuda) + " is of another version than the program";
    return;
  }
  int driver = 0;
  int runtime = 0;
  if (LoomCudaError error = table->checkDriver(&driver, &runtime)) {
    m_reason = sentence(error);
    return;
  }
  int count = 0;
  if (LoomCudaError error = table->countDevices(&count)) {
    m_reason = sentence(error);
    return;
  }
  if (count <= 0) {
    m_reason = "the NVIDIA driver shows no device";
    return;
  }
  for (int device = 0; device < count; ++device) {
    LoomCudaDevice description{};
    if (LoomCudaError error = table->describeDevice(device, &description)) {
      m_reason = sentence(error);
      m_devices.clear();
      return;
    }
    m_devices.push_back(description);
  }
  m_table = table;
}

CudaLibrary CudaLibrary::load() {
  if (!SharedLibrary::open(libraryNames.driver).loaded()) {
    return CudaLibrary("no NVIDIA driver");
  }
  for (const std::filesystem::path& path : candidates()) {
    std::error_code ignored;  // a folder that cannot be read holds nothing for us
    if (!std::filesystem::is_regular_file(path, ignored)) {
      continue;
    }
    const SharedLibrary library = SharedLibrary::open(path);
    if (!library.loaded()) {
      return CudaLibrary(path.string() + " cannot be loaded: " + library.error());
    }
    const auto door = reinterpret_cast<LoomCudaGetInterface>(library.symbol(LOOM_CUDA_INTERFACE_SYMBOL));
    if (door == nullptr) {
      return CudaLibrary(path.string() + " is not the program's GPU library");
    }
    return CudaLibrary(door());
  }
  return CudaLibrary(std::string("this build has no GPU library (") + libraryNames.loomCuda + ")");
}

std::string CudaLibrary::packRgba(const void* planes, LoomElement element, int channels, int height, int width,
                                  float low, float high, std::uint8_t* rgba, void* stream) const {
  return available() ? sentence(m_table->packRgba(planes, element, channels, height, width, low, high, rgba, stream))
                     : m_reason;
}

std::string CudaLibrary::biasAct(const LoomBiasAct& job, void* stream) const {
  return available() ? sentence(m_table->biasAct(&job, stream)) : m_reason;
}

std::string CudaLibrary::upfirdn(const LoomUpfirdn& job, void* stream) const {
  return available() ? sentence(m_table->upfirdn(&job, stream)) : m_reason;
}

std::string CudaLibrary::filteredLrelu(const LoomFilteredLrelu& job, void* stream) const {
  return available() ? sentence(m_table->filteredLrelu(&job, stream)) : m_reason;
}

std::string CudaLibrary::demodulation(const LoomDemodulation& job, void* stream) const {
  return available() ? sentence(m_table->demodulation(&job, stream)) : m_reason;
}

std::string CudaLibrary::modulatedWeights(const LoomModulatedWeights& job, void* stream) const {
  return available() ? sentence(m_table->modulatedWeights(&job, stream)) : m_reason;
}

std::string CudaLibrary::synchronize(int device, void* stream) const {
  return available() ? sentence(m_table->synchronize(device, stream)) : m_reason;
}

std::string CudaLibrary::copyToHost(void* host, const void* device, std::size_t bytes) const {
  return available() ? sentence(m_table->copyToHost(host, device, bytes)) : m_reason;
}

std::string CudaLibrary::registerBuffer(unsigned int buffer, void** resource) const {
  return available() ? sentence(m_table->registerBuffer(buffer, resource)) : m_reason;
}

std::string CudaLibrary::unregisterBuffer(void* resource) const {
  return available() ? sentence(m_table->unregisterBuffer(resource)) : m_reason;
}

std::string CudaLibrary::copyToBuffer(void* resource, const void* device, std::size_t bytes) const {
  return available() ? sentence(m_table->copyToBuffer(resource, device, bytes)) : m_reason;
}

HostPixels hostPixels(const Frame& frame, const CudaLibrary& cuda) {
  HostPixels pixels;
  if (frame.pixels.data == nullptr || frame.width <= 0 || frame.height <= 0) {
    pixels.error = "the frame holds no pixels";
    return pixels;
  }
  if (frame.pixels.location == FramePixels::Location::Host) {
    pixels.data = frame.pixels.data;
    pixels.owner = frame.pixels.owner;
    return pixels;
  }
  const std::size_t bytes = static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 4;
  auto copy = std::make_shared<std::vector<std::uint8_t>>(bytes);
  pixels.error = cuda.copyToHost(copy->data(), frame.pixels.data, bytes);
  if (pixels.error.empty()) {
    pixels.data = copy->data();
    pixels.owner = std::move(copy);
  }
  return pixels;
}

const std::string& loadTorchCuda() {
  static const std::string error = [] {
    const std::filesystem::path folder = folderOfLoadedLibrary(libraryNames.torchCpu);
    if (folder.empty()) {
      return std::string(libraryNames.torchCpu) + " is not loaded";
    }
    const std::filesystem::path path = folder / libraryNames.torchCuda;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
      return "LibTorch came without its CUDA half (" + path.string() + ")";
    }
    const SharedLibrary library = SharedLibrary::open(path, SharedLibrary::Symbols::Global);
    return library.loaded() ? std::string() : "LibTorch's CUDA half cannot be loaded: " + library.error();
  }();
  return error;
}

}  // namespace loom::model
