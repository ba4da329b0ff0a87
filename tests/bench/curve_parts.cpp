// Loss curves of a million points: what a frame costs while they are panned, by Google Benchmark.
#include "render/level_of_detail.h"

#include <benchmark/benchmark.h>

#include <cmath>

namespace {

using loom::render::LevelOfDetail;

constexpr int kPoints = 1'000'000;
constexpr int kColumns = 1920;

const LevelOfDetail& longCurve() {
  static const LevelOfDetail kCurve = [] {
    LevelOfDetail curve;
    for (int step = 0; step < kPoints; ++step) {
      curve.append(step, std::sin(static_cast<float>(step) * 0.37F) + static_cast<float>(step % 1009) * 1e-3F);
    }
    return curve;
  }();
  return kCurve;
}

void curveAppended(benchmark::State& state) {
  for (auto _ : state) {
    LevelOfDetail curve;
    for (int step = 0; step < kPoints; ++step) {
      curve.append(step, static_cast<float>(step % 1009));
    }
    benchmark::DoNotOptimize(curve.size());
  }
  state.SetItemsProcessed(state.iterations() * kPoints);
}
BENCHMARK(curveAppended)->Unit(benchmark::kMillisecond);

/// The argument: the share of the curve that is seen, in percent.
void curvePanned(benchmark::State& state) {
  const LevelOfDetail& curve = longCurve();
  const double width = kPoints * static_cast<double>(state.range(0)) / 100.0;
  double from = 0.0;
  for (auto _ : state) {
    from = from + width + 17.3 < kPoints ? from + 17.3 : 0.0;
    benchmark::DoNotOptimize(curve.view(from, from + width, kColumns));
    benchmark::DoNotOptimize(curve.valueRange(from, from + width));
  }
}
BENCHMARK(curvePanned)->Arg(100)->Arg(30)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
