#include "model/kernels/filtered_lrelu.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#define LOOM_EACH_X86 1
#endif

namespace loom::model {
namespace {

/// kLreluBlock floats: one register where the machine has registers of 512 bits, several elsewhere.
using Block = float __attribute__((vector_size(kLreluBlock * sizeof(float))));

#define LOOM_INLINE inline __attribute__((always_inline))

LOOM_INLINE void load(Block& block, const float* from) { std::memcpy(&block, from, sizeof block); }
LOOM_INLINE void store(const Block& block, float* to) { std::memcpy(to, &block, sizeof block); }

/// The taps of one filter as they meet the pixels: position n of the upsampled line takes pixel i with tap i·up + pad − n
/// of the turned filter.
struct Line {
  std::vector<float> turned;
  int factor = 1;
  int pad = 0;

  int taps() const { return static_cast<int>(turned.size()); }
  /// The first pixel that reaches position n, and the first behind them; within [0, pixels].
  LOOM_INLINE void range(int n, int pixels, int& first, int& end) const {
    const int low = n - pad;                // i·factor ≥ low
    const int high = n - pad + taps() - 1;  // i·factor ≤ high
    first = low <= 0 ? 0 : (low + factor - 1) / factor;
    end = high < 0 ? 0 : std::min(pixels, high / factor + 1);
  }
  LOOM_INLINE float tap(int pixel, int n) const {
    return turned[static_cast<std::size_t>(pixel * factor + pad - n)];
  }
};

Line lineOf(const std::vector<float>& taps, int factor, int pad) {
  Line line{{taps.rbegin(), taps.rend()}, factor, pad};
  for (float& tap : line.turned) {
    tap *= static_cast<float>(factor);  // the zeros between take that share of the light
  }
  return line;
}

struct Job {
  const FilteredLrelu& plan;
  int height, width;        // of the input
  int rows, columns;        // of the upsampled picture
  int outHeight, outWidth;
  int downTaps;             // a side
  Line vertical, horizontal;
};

/// bias added, one block of channels side by side: height×width×kLreluBlock.
LOOM_INLINE void gather(const Job& job, const float* input, const float* bias, int channels, int first, int count,
                        float* block) {
  for (int i = 0; i < job.height * job.width; ++i) {
    const float* from = input + static_cast<std::ptrdiff_t>(i) * channels + first;
    float* to = block + static_cast<std::ptrdiff_t>(i) * kLreluBlock;
    for (int c = 0; c < kLreluBlock; ++c) {
      to[c] = c < count ? from[c] + bias[first + c] : 0.0F;
    }
  }
}

/// Row n of the vertically upsampled picture: width×kLreluBlock.
LOOM_INLINE void upsampleDown(const Job& job, const float* block, int n, float* line) {
  int first = 0;
  int end = 0;
  job.vertical.range(n, job.height, first, end);
  for (int x = 0; x < job.width; ++x) {
    Block sum{};
    for (int y = first; y < end; ++y) {
      Block pixel;
      load(pixel, block + (static_cast<std::ptrdiff_t>(y) * job.width + x) * kLreluBlock);
      sum += pixel * job.vertical.tap(y, n);
    }
    store(sum, line + static_cast<std::ptrdiff_t>(x) * kLreluBlock);
  }
}

/// The row upsampled along itself, and activated: columns×kLreluBlock.
LOOM_INLINE void upsampleAlong(const Job& job, const float* line, float* row) {
  const float slope = job.plan.slope;
  const float gain = job.plan.gain;
  const float bound = job.plan.clamp >= 0.0F ? job.plan.clamp : INFINITY;
  for (int n = 0; n < job.columns; ++n) {
    int first = 0;
    int end = 0;
    job.horizontal.range(n, job.width, first, end);
    Block sum{};
    for (int x = first; x < end; ++x) {
      Block pixel;
      load(pixel, line + static_cast<std::ptrdiff_t>(x) * kLreluBlock);
      sum += pixel * job.horizontal.tap(x, n);
    }
    sum = (sum < 0.0F ? sum * slope : sum) * gain;
    sum = sum > bound ? Block{} + bound : sum;
    sum = sum < -bound ? Block{} - bound : sum;
    store(sum, row + static_cast<std::ptrdiff_t>(n) * kLreluBlock);
  }
}

/// Adds the row, filtered by `taps` along itself and taken at every down-th place, times `weight` to an output row.
LOOM_INLINE void downsampleInto(const Job& job, const float* row, const float* taps, float weight, float* out) {
  for (int x = 0; x < job.outWidth; ++x) {
    const float* from = row + static_cast<std::ptrdiff_t>(x) * job.plan.down * kLreluBlock;
    Block sum{};
    for (int k = 0; k < job.downTaps; ++k) {
      Block value;
      load(value, from + static_cast<std::ptrdiff_t>(k) * kLreluBlock);
      sum += value * taps[k];
    }
    float* to = out + static_cast<std::ptrdiff_t>(x) * kLreluBlock;
    Block before;
    load(before, to);
    store(before + sum * weight, to);
  }
}

/// out: outHeight×outWidth×kLreluBlock, zero before.
LOOM_INLINE void run(const Job& job, const float* block, float* line, float* row, float* filtered,
                     const std::vector<float>& down, float* out) {
  const std::ptrdiff_t outRow = static_cast<std::ptrdiff_t>(job.outWidth) * kLreluBlock;
  const int taps = job.downTaps;
  for (int n = 0; n < job.rows; ++n) {
    upsampleDown(job, block, n, line);
    upsampleAlong(job, line, row);
    // Output row y takes the rows y·down to y·down + taps − 1.
    const int first = n - taps + 1 <= 0 ? 0 : (n - taps + job.plan.down) / job.plan.down;
    const int end = std::min(job.outHeight, n / job.plan.down + 1);
    if (job.plan.downIsSquare) {
      for (int y = first; y < end; ++y) {
        downsampleInto(job, row, down.data() + static_cast<std::ptrdiff_t>(n - y * job.plan.down) * taps, 1.0F,
                       out + y * outRow);
      }
      continue;
    }
    std::fill_n(filtered, outRow, 0.0F);
    downsampleInto(job, row, down.data(), 1.0F, filtered);
    for (int y = first; y < end; ++y) {
      const float weight = down[static_cast<std::size_t>(n - y * job.plan.down)];
      float* to = out + y * outRow;
      for (std::ptrdiff_t i = 0; i < outRow; i += kLreluBlock) {
        Block sum;
        Block value;
        load(sum, to + i);
        load(value, filtered + i);
        store(sum + value * weight, to + i);
      }
    }
  }
}

using Run = void (*)(const Job&, const float*, float*, float*, float*, const std::vector<float>&, float*);

void runPlain(const Job& job, const float* block, float* line, float* row, float* filtered,
              const std::vector<float>& down, float* out) {
  run(job, block, line, row, filtered, down, out);
}

#ifdef LOOM_EACH_X86
__attribute__((target("avx2,fma"))) void runAvx2(const Job& job, const float* block, float* line, float* row,
                                                 float* filtered, const std::vector<float>& down, float* out) {
  run(job, block, line, row, filtered, down, out);
}
__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))) void runAvx512(const Job& job, const float* block,
                                                                                   float* line, float* row,
                                                                                   float* filtered,
                                                                                   const std::vector<float>& down,
                                                                                   float* out) {
  run(job, block, line, row, filtered, down, out);
}
#endif

/// The widest that this machine has.
Run widest() {
#ifdef LOOM_EACH_X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw")) {
    return runAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return runAvx2;
  }
#endif
  return runPlain;
}

}  // namespace

int FilteredLrelu::outputSize(int pixels, int padBefore, int padAfter) const {
  const int upsampled = pixels * up + padBefore + padAfter - static_cast<int>(upTaps.size()) + 1;
  const int taps = downIsSquare ? static_cast<int>(std::lround(std::sqrt(static_cast<double>(downTaps.size()))))
                                : static_cast<int>(downTaps.size());
  const int left = upsampled - taps + 1;
  return left < 1 ? 0 : (left + down - 1) / down;
}

void filteredLreluBlock(const FilteredLrelu& plan, const float* input, const float* bias, float* output, int height,
                        int width, int channels, int first) {
  static const Run kRun = widest();
  const int upTaps = static_cast<int>(plan.upTaps.size());
  Job job{plan,
          height,
          width,
          height * plan.up + plan.padTop + plan.padBottom - upTaps + 1,
          width * plan.up + plan.padLeft + plan.padRight - upTaps + 1,
          plan.outputSize(height, plan.padTop, plan.padBottom),
          plan.outputSize(width, plan.padLeft, plan.padRight),
          plan.downIsSquare ? static_cast<int>(std::lround(std::sqrt(static_cast<double>(plan.downTaps.size()))))
                            : static_cast<int>(plan.downTaps.size()),
          lineOf(plan.upTaps, plan.up, plan.padTop),
          lineOf(plan.upTaps, plan.up, plan.padLeft)};
  const std::vector<float> down(plan.downTaps.rbegin(), plan.downTaps.rend());
  const auto floats = [](int a, int b) { return static_cast<std::size_t>(a) * b * kLreluBlock; };
  std::vector<float> block(floats(height, width));
  std::vector<float> line(floats(1, width));
  std::vector<float> row(floats(1, job.columns));
  std::vector<float> filtered(floats(1, job.outWidth));
  std::vector<float> out(floats(job.outHeight, job.outWidth), 0.0F);
  const int count = std::min(kLreluBlock, channels - first);
  gather(job, input, bias, channels, first, count, block.data());
  kRun(job, block.data(), line.data(), row.data(), filtered.data(), down, out.data());
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(job.outHeight) * job.outWidth; ++i) {
    std::memcpy(output + i * channels + first, out.data() + i * kLreluBlock, static_cast<std::size_t>(count) * sizeof(float));
  }
}

}  // namespace loom::model
