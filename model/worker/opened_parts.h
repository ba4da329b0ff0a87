// What an OpenedModel holds, and how its network is put to work: one caller at a time, on the device's stream for
// pictures, within the memory that there is.
#pragma once

#include "model/device/device_memory.h"
#include "model/generators/generator.h"
#include "model/worker/generation_stream.h"
#include "model/worker/model_choice.h"
#include "model/worker/synthesis_graph.h"

#include <limits>
#include <memory>
#include <mutex>
#include <optional>

namespace loom::model {

struct OpenedModel::Parts {
  Parts(std::shared_ptr<const Checkpoint> file, ModelChoice chosen);

  /// Builds the network on the compute device and fills in its weights; on the CPU where that device has not the
  /// memory. Throws ModelError.
  void build();

  /// What `work` gives, under the lock and in inference mode, tried again as workInMemory does. Throws ModelError in
  /// place of LibTorch's errors.
  template <typename Work>
  auto run(const Work& work) {
    std::optional<decltype(work())> result;
    runBatches(1, [&](std::size_t, std::size_t) { result.emplace(work()); });
    return std::move(*result);
  }
  /// Likewise, of `count` pictures as many at once as memory allows.
  void runBatches(std::size_t count, const std::function<void(std::size_t first, std::size_t size)>& work);

  bool onCpu() const;

  /// Whether a picture with these settings was made before, so that the generator has all that its layers make once of
  /// their weights, and may be called from several threads. Within `runBatches`.
  bool hasMade(const SynthesisSettings& settings) const;
  void noteMade(const SynthesisSettings& settings);

  const std::uint64_t id;
  const std::filesystem::path path;
  std::vector<std::string> notes;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;
  GeneratorInfo info;
  torch::Device device = torch::kCPU;  // guarded by `atWork` once the model is open; so are the next two
  std::shared_ptr<Generator> generator;
  SynthesisGraph graph{makeCudaRecording};       // likewise; for a GPU
  std::shared_ptr<const Checkpoint> checkpoint;  // while the CPU may have to take over; then null
  ModelChoice choice;                            // its group and views are the checkpoint's
  const std::string container;
  const std::string group;
  const std::vector<std::pair<std::string, std::string>> metadata;
  std::optional<LayoutReading> layout;

 private:
  void buildOn(torch::Device where);
  void noteLayout();
  void moveToCpu();

  std::size_t m_most = std::numeric_limits<std::size_t>::max();  // pictures at once; guarded by `m_atWork`
  std::int64_t m_parameters = 0;
  std::size_t m_bytesEach = 0;  // that a picture took on the CPU, at most; 0: not known; guarded by `m_atWork`
  std::optional<SynthesisSettings> m_made;  // the last that were noted; guarded by `m_atWork`
  mutable std::mutex m_atWork;  // the generator: the window's worker, an export and a search for directions may all ask
};

}  // namespace loom::model
