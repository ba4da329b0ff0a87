#include "tests/bench/kernel_figures.h"

#include "model/generators/torch_threads.h"
#include "model/kernels/big_memory.h"
#include "model/kernels/filtered_lrelu.h"
#include "model/kernels/fir_filter.h"
#include "model/kernels/winograd.h"
#include "tests/bench/figures.h"
#include "tests/bench/roofline.h"
#include "tests/model/style_checkpoints.h"

#include <QElapsedTimer>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

namespace loom::bench {
namespace {

using namespace model;

using Floats = std::shared_ptr<float[]>;

Floats some(std::int64_t count) {
  const Floats floats = bigFloats(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    floats[i] = static_cast<float>(i * 7919 % 2003) / 1001.0F - 1.0F;
  }
  return floats;
}

struct Kernel {
  std::string name;
  double flops = 0.0;        ///< that are done
  double directFlops = 0.0;  ///< of the definition, zeros left out
  double bytes = 0.0;        ///< in and out, weights once
  std::function<void()> run;
};

Kernel winograd(WinogradKind kind, int in, int out, int side, int pad) {
  const ParallelJobs jobs = torchJobs();
  const Floats weight = some(static_cast<std::int64_t>(in) * out * 9);
  const auto weights =
      std::make_shared<WinogradWeights>(kind, weight.get(), WeightStrides{in * 9, 9, 3, 1}, out, in, jobs);
  const int outSide = winogradOutput(kind, side, pad);
  const Floats input = some(static_cast<std::int64_t>(side) * side * in);
  const Floats output = some(static_cast<std::int64_t>(outSide) * outSide * out);
  const bool same = kind == WinogradKind::Same;
  const auto tiles = static_cast<double>(winogradTiles(kind, side, side, pad));
  const double places = same ? 36.0 : 81.0;
  const double spreading = same ? 240.0 : 230.0;  // operations on a tile of one channel, there and back
  const double collecting = same ? 170.0 : 190.0;
  Kernel kernel;
  kernel.name = std::string(same ? "3x3 convolution, " : "transposed 3x3, ") + std::to_string(in) + " to " +
                std::to_string(out) + " channels, " + std::to_string(side) + "²";
  kernel.flops = tiles * (2.0 * places * in * out + spreading * in + collecting * out);
  kernel.directFlops = 18.0 * in * out * (same ? outSide * outSide : side * side);
  kernel.bytes = 4.0 * side * side * in + 4.0 * outSide * outSide * out + static_cast<double>(weights->bytes());
  kernel.run = [=] {
    WinogradCall call;
    call.input = input.get();
    call.output = output.get();
    call.height = call.width = side;
    call.pad = pad;
    winogradConvolution(*weights, call, jobs);
  };
  return kernel;
}

Kernel fir(int channels, int side) {
  const Floats input = some(static_cast<std::int64_t>(side) * side * channels);
  const Floats output = some(static_cast<std::int64_t>(side) * side * channels);
  const Floats each = some(static_cast<std::int64_t>(side) * side + channels);
  Kernel kernel;
  kernel.name = "4x4 filter and bias_act, " + std::to_string(channels) + " channels, " + std::to_string(side) + "²";
  kernel.flops = kernel.directFlops = 22.0 * channels * side * side;
  kernel.bytes = 8.0 * channels * side * side;
  kernel.run = [=] {
    FirCall call;
    call.input = input.get();
    call.output = output.get();
    call.height = call.width = side;
    call.channels = channels;
    call.down = call.across = {0.25F, 0.75F, 0.75F, 0.25F};
    call.before = call.after = 1;
    call.finish = {each.get(), each.get(), each.get(), false, 0.2F, 256.0F};
    firFilter(call, torchJobs());
  };
  return kernel;
}

Kernel lrelu(int channels, int side, bool square) {
  constexpr int kTaps = 12;
  FilteredLrelu plan;
  plan.up = plan.down = 2;
  plan.upTaps = test::lowPass(kTaps, 2, false);
  plan.downTaps = test::lowPass(kTaps, 2, square);
  plan.downIsSquare = square;
  plan.padLeft = plan.padTop = 11;
  plan.padRight = plan.padBottom = 10;
  plan.gain = 1.4142F;
  plan.clamp = 256.0F;
  const Floats input = some(static_cast<std::int64_t>(side) * side * channels);
  const Floats output = some(static_cast<std::int64_t>(side) * side * channels);
  const Floats bias = some(channels);
  Kernel kernel;
  kernel.name = std::string("filtered_lrelu, ") + (square ? "round, " : "") + std::to_string(channels) + " channels, " +
                std::to_string(side) + "²";
  // For each pixel: up from row to row, along rows, bent, down along rows (pairs added first), from row to row.
  kernel.flops = (24.0 + 48.0 + 16.0 + (square ? 12.0 + 144.0 : 36.0 + 24.0)) * channels * side * side;
  kernel.directFlops = (24.0 + 48.0 + 16.0 + (square ? 288.0 : 48.0 + 24.0)) * channels * side * side;
  kernel.bytes = 8.0 * channels * side * side;
  kernel.run = [=] {
    FilteredLreluCall<float, float> call;
    call.input = input.get();
    call.output = output.get();
    call.height = call.width = side;
    call.channels = channels;
    call.bias = bias.get();
    filteredLrelu(plan, call, torchJobs());
  };
  return kernel;
}

void measure(const Kernel& kernel, const Roofline& roofline) {
  constexpr int kRuns = 15;
  std::vector<double> seconds;
  kernel.run();
  for (int run = 0; run < kRuns; ++run) {
    QElapsedTimer clock;
    clock.start();
    kernel.run();
    seconds.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-9);
  }
  const double took = quantile(seconds, 0.5);
  const double computing = kernel.flops / roofline.flops;
  const double moving = kernel.bytes / roofline.bytes;
  std::printf("%-52s %8.2f %8.2f %8.1f %8.0f %8.0f %8.1f %6.0f %%  %s\n", kernel.name.c_str(), took * 1e3,
              kernel.flops * 1e-9, kernel.bytes * 1e-6, kernel.flops * 1e-9 / took, kernel.directFlops * 1e-9 / took,
              kernel.bytes * 1e-9 / took, 100.0 * std::max(computing, moving) / took,
              computing > moving ? "arithmetic" : "memory");
  std::fflush(stdout);
}

}  // namespace

void measureKernels() {
  const Roofline roofline = measureRoofline();
  std::printf("At best: %.0f GFLOP/s, %.1f GB/s, %d threads\n\n", roofline.flops * 1e-9, roofline.bytes * 1e-9,
              torchJobs().threads);
  std::printf("%-52s %8s %8s %8s %8s %8s %8s %8s  %s\n", "kernel", "ms", "GFLOP", "MB", "GFLOP/s", "direct", "GB/s",
              "of best", "limit");
  for (const Kernel& kernel :
       {winograd(WinogradKind::Same, 512, 512, 16, 1), winograd(WinogradKind::Same, 512, 512, 32, 1),
        winograd(WinogradKind::Same, 256, 256, 64, 1), winograd(WinogradKind::Same, 128, 128, 128, 1),
        winograd(WinogradKind::Same, 64, 64, 256, 1), winograd(WinogradKind::Same, 512, 512, 84, 2),
        winograd(WinogradKind::Same, 128, 91, 276, 2), winograd(WinogradKind::Twice, 512, 512, 16, 0),
        winograd(WinogradKind::Twice, 256, 128, 64, 0), winograd(WinogradKind::Twice, 128, 64, 128, 0), fir(512, 32),
        fir(128, 128), fir(64, 256), lrelu(512, 36, false), lrelu(512, 84, false), lrelu(64, 276, false),
        lrelu(1024, 84, true), lrelu(256, 276, true)}) {
    measure(kernel, roofline);
  }
  std::printf("\n");
}

}  // namespace loom::bench
