// The parts of a frame, by Google Benchmark.
#include "model/device/rgba_pack.h"
#include "model/numpy_random.h"
#include "model/opened_model.h"

#include <benchmark/benchmark.h>

namespace {

using namespace loom::model;

void seedToZ(benchmark::State& state) {
  std::uint32_t seed = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(normalVector(++seed, 512));
  }
}
BENCHMARK(seedToZ)->Unit(benchmark::kMicrosecond);

void packRgba(benchmark::State& state) {
  const auto size = static_cast<int>(state.range(0));
  const std::vector<float> planes(static_cast<std::size_t>(3) * static_cast<std::size_t>(size * size), 0.25F);
  for (auto _ : state) {
    benchmark::DoNotOptimize(packRgbaHost(planes.data(), 3, size, size, {}));
  }
}
BENCHMARK(packRgba)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond);

void bundledFrame(benchmark::State& state) {
  const auto model = OpenedModel::open(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
  LatentState latent;
  for (auto _ : state) {
    ++latent.seed;
    benchmark::DoNotOptimize(model->render(latent));
  }
}
BENCHMARK(bundledFrame)->Unit(benchmark::kMillisecond)->UseRealTime();

void openBundled(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(OpenedModel::open(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors"));
  }
}
BENCHMARK(openBundled)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
