#include "model/cuda/graph_interface.h"
#include "model/device/recording.h"
#include "model/device/shared_library.h"

#include <atomic>
#include <stdexcept>
#include <string>

namespace loom::model {
namespace {

std::atomic<std::uint64_t> replays{0};

void check(LoomGraphError error) {
  if (error != nullptr) {
    throw std::runtime_error(error);
  }
}

/// Null where the library is not there, or another one than this program's.
const LoomGraphInterface* table() {
  static const LoomGraphInterface* const kTable = []() -> const LoomGraphInterface* {
    const std::filesystem::path folder = programFolder();
    for (const auto& path :
         {folder / libraryNames.loomCudaGraphs, folder / ".." / "lib" / "latent-loom" / libraryNames.loomCudaGraphs}) {
      const SharedLibrary library = SharedLibrary::open(path);
      const auto door = reinterpret_cast<LoomGraphGetInterface>(library.symbol(LOOM_GRAPH_INTERFACE_SYMBOL));
      const LoomGraphInterface* found = door != nullptr ? door() : nullptr;
      if (found != nullptr && found->version == LOOM_GRAPH_INTERFACE_VERSION &&
          found->size == sizeof(LoomGraphInterface)) {
        return found;
      }
    }
    return nullptr;
  }();
  return kTable;
}

class CudaRecording final : public Recording {
 public:
  explicit CudaRecording(const LoomGraphInterface& library) : m_library(library) { check(m_library.make(&m_graph)); }
  ~CudaRecording() override { m_library.release(m_graph); }
  CudaRecording(const CudaRecording&) = delete;
  CudaRecording& operator=(const CudaRecording&) = delete;

  void begin() override { check(m_library.begin(m_graph)); }
  void end() override { check(m_library.end(m_graph)); }
  void replay() override {
    check(m_library.replay(m_graph));
    ++replays;
  }

 private:
  const LoomGraphInterface& m_library;
  void* m_graph = nullptr;
};

}  // namespace

std::unique_ptr<Recording> makeCudaRecording() {
  const LoomGraphInterface* library = table();
  if (library == nullptr) {
    throw std::runtime_error(std::string("there is no ") + libraryNames.loomCudaGraphs + " of this version");
  }
  return std::make_unique<CudaRecording>(*library);
}

std::uint64_t cudaReplays() { return replays; }

}  // namespace loom::model
