#include "tests/bench/gpu_check.h"

#include "model/compute_device.h"
#include "model/cuda_library.h"
#include "model/device/kernel_trial.h"
#include "model/device/recording.h"
#include "model/device/shared_library.h"
#include "tests/bench/gpu_kernels.h"
#include "tests/model/oracle_cases.h"

#include <cstdio>
#include <cstdlib>

namespace loom::bench {
namespace {

using model::KernelTrial;
using test::OracleCase;

constexpr double kFloatTolerance = 1e-3;  // cuDNN sums in another order than the original did on a CPU
constexpr double kHalfTolerance = 2e-2;

/// The table itself: device memory without torch.
const LoomCudaInterface* openTable() {
  const auto library = model::SharedLibrary::open(model::programFolder() / model::libraryNames.loomCuda);
  const auto door = reinterpret_cast<LoomCudaGetInterface>(library.symbol(LOOM_CUDA_INTERFACE_SYMBOL));
  return door != nullptr ? door() : nullptr;
}

int reportKernels(const LoomCudaInterface& cuda) {
  int bad = 0;
  std::printf(
      "## Kernels beside their CPU build\n\n| kernel | difference | allowed | µs | |\n| --- | --- | --- | --- | --- |\n");
  for (const KernelResult& result : checkKernels(cuda)) {
    bad += result.good() ? 0 : 1;
    std::printf("| %s | %.2g | %.2g | %.1f | %s |\n", result.name.c_str(), result.difference, result.allowed,
                result.microseconds, result.good() ? "good" : ("**BAD** " + result.error).c_str());
  }
  std::printf("\n");
  return bad;
}

int reportCase(const OracleCase& one, KernelTrial::Half half) {
  const bool never = half == KernelTrial::Half::Never;
  const double allowed = never ? kFloatTolerance : kHalfTolerance;
  std::string verdict = "good";
  double apart = INFINITY;
  try {
    const KernelTrial trial(half);
    const auto opened = model::OpenedModel::open(one.checkpoint, {}, one.options);
    apart = test::difference(opened->generate(one.inputs, one.settings).image, one.image);
    verdict = apart <= allowed ? "good" : "**BAD**";
  } catch (const std::exception& error) {
    verdict = std::string("**BAD** ") + error.what();
  }
  std::printf("| %s | %s | %.2g | %.2g | %s |\n", one.name.c_str(), never ? "float32" : "as the original's GPU code",
              apart, allowed, verdict.c_str());
  return verdict == "good" ? 0 : 1;
}

int reportOracle() {
  int bad = 0;
  std::printf(
      "## The originals' pictures\n\n| case | precision | difference | allowed | |\n| --- | --- | --- | --- | --- |\n");
  for (const OracleCase& one : test::oracleCases(LOOM_TEST_DATA "/oracle")) {
    bad += reportCase(one, KernelTrial::Half::Never);
    bad += reportCase(one, KernelTrial::Half::AsTheOriginal);
  }
  std::printf("\n");
  return bad;
}

/// Takes all of the device's memory that can be had; gives it back at the end.
class FullMemory {
 public:
  explicit FullMemory(const LoomCudaInterface& cuda) : m_cuda(cuda) {
    constexpr std::size_t kSmallest = 1U << 16U;
    for (std::size_t bytes = std::size_t{1} << 34U; bytes >= kSmallest;) {
      void* memory = nullptr;
      if (m_cuda.allocate(0, bytes, &memory) == nullptr) {
        m_taken.push_back(memory);
      } else {
        bytes /= 2;
      }
    }
  }
  ~FullMemory() {
    for (void* memory : m_taken) {
      m_cuda.release(memory);
    }
  }
  FullMemory(const FullMemory&) = delete;
  FullMemory& operator=(const FullMemory&) = delete;

 private:
  const LoomCudaInterface& m_cuda;
  std::vector<void*> m_taken;
};

constexpr int kMany = 512;

model::GeneratorInputs repeated(const model::GeneratorInputs& inputs, int count) {
  model::GeneratorInputs many = inputs;
  for (auto part : {&model::GeneratorInputs::z, &model::GeneratorInputs::ws, &model::GeneratorInputs::c}) {
    if (many.*part) {
      (many.*part)->shape[0] = count;
      for (int i = 1; i < count; ++i) {
        (many.*part)
            ->values.insert((many.*part)->values.end(), (inputs.*part)->values.begin(), (inputs.*part)->values.end());
      }
    }
  }
  return many;
}

/// A model that is open when the memory runs out: its next picture comes from the CPU, with a word. A large one: torch
/// has nothing left over for it.
int reportFullMemory(const LoomCudaInterface& cuda) {
  std::printf("## A full memory\n\n");
  const std::filesystem::path checkpoint = LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors";
  std::string problem;
  try {
    const auto opened = model::OpenedModel::open(checkpoint);
    const auto inputs = opened->inputsFor({});
    const KernelTrial trial(KernelTrial::Half::Never);
    const model::FloatTensor before = opened->generate(inputs).image;
    const FullMemory full(cuda);
    opened->generate(repeated(inputs, kMany));
    const model::DeviceNews news = model::deviceNews();
    problem = news.number == 0 ? "so many pictures fitted into a full memory: nothing was checked" : "";
    if (problem.empty()) {
      std::printf("%s\n\n", news.sentence.c_str());
      const double apart = test::difference(opened->generate(inputs).image, before);
      problem = apart <= kFloatTolerance ? "" : "the CPU's picture is another one: " + std::to_string(apart);
    }
  } catch (const std::exception& error) {
    problem = error.what();
  }
  std::printf("%s\n\n", problem.empty() ? "The CPU took over, and its picture is the GPU's: good"
                                        : ("**BAD** " + problem).c_str());
  return problem.empty() ? 0 : 1;
}

/// Pictures that a recording gives beside those that the network gives before there is one.
int reportGraphs() {
  constexpr std::uint32_t kSeeds = 8;
  std::printf("## CUDA graphs\n\n");
  std::string problem;
  try {
    const std::filesystem::path checkpoint = LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors";
    const auto recorded = model::OpenedModel::open(checkpoint);
    const std::uint64_t before = model::cudaReplays();
    for (std::uint32_t seed = 0; seed < kSeeds && problem.empty(); ++seed) {
      model::LatentState state;
      state.seed = seed;
      const model::Frame replayed = recorded->render(state);
      const model::Frame plain = model::OpenedModel::open(checkpoint)->render(state);
      const auto a = model::hostPixels(replayed);
      const auto b = model::hostPixels(plain);
      const std::size_t bytes = static_cast<std::size_t>(plain.width) * static_cast<std::size_t>(plain.height) * 4;
      problem = !a.error.empty() ? a.error : !b.error.empty() ? b.error : "";
      for (std::size_t i = 0; problem.empty() && i < bytes; ++i) {
        if (std::abs(a.data[i] - b.data[i]) > 1) {
          problem = "seed " + std::to_string(seed) + " is another picture when it is replayed";
        }
      }
    }
    if (problem.empty() && model::cudaReplays() - before < kSeeds / 2) {
      problem = "nothing was replayed";
    }
  } catch (const std::exception& error) {
    problem = error.what();
  }
  std::printf("%s\n\n",
              problem.empty() ? "Recorded, and the pictures are the same: good" : ("**BAD** " + problem).c_str());
  return problem.empty() ? 0 : 1;
}

}  // namespace

int gpuCheck() {
  const model::ComputeDevice& device = model::computeDevice();
  const LoomCudaInterface* table = openTable();
  if (!device.cuda || table == nullptr) {
    std::fprintf(stderr, "There is no GPU to check. %s\n", device.reason.c_str());
    return 2;
  }
  for (const LoomCudaDevice& one : model::CudaLibrary::instance().devices()) {
    std::printf("%s, compute capability %d.%d, %.1f GB\n\n", one.name, one.computeMajor, one.computeMinor,
                static_cast<double>(one.memoryBytes) * 1e-9);
  }
  const int bad = reportKernels(*table) + reportOracle() + reportGraphs() + reportFullMemory(*table);
  std::printf("**%s**\n\n", bad == 0 ? "All good." : (std::to_string(bad) + " bad.").c_str());
  return bad == 0 ? 0 : 1;
}

}  // namespace loom::bench
