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

/// A block of channels of a picture that is to be worked on.
template <typename In, typename Out>
struct Place {
  const In* input;
  Out* output;
  const LreluChannels& each;
  int channels;
  int first;
  int count;  // channels of the block
};

LOOM_INLINE float fromStored(float value) { return value; }
LOOM_INLINE float fromStored(Bfloat16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value.bits) << 16U;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}
LOOM_INLINE void toStored(float value, float& stored) { stored = value; }
LOOM_INLINE void toStored(float value, Bfloat16& stored) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  stored.bits = static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);  // to the nearest, ties to even
}

/// Scaled and biased, one block of channels side by side: height×width×kLreluBlock.
template <typename In>
LOOM_INLINE void gather(const Job& job, const In* input, const LreluChannels& each, int channels, int first, int count,
                        float* block) {
  float scale[kLreluBlock] = {};
  float bias[kLreluBlock] = {};
  for (int c = 0; c < count; ++c) {
    scale[c] = each.scale ? each.scale[first + c] : 1.0F;
    bias[c] = each.bias[first + c];
  }
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(job.height) * job.width; ++i) {
    const In* from = input + i * channels + first;
    float* to = block + i * kLreluBlock;
    if (count == kLreluBlock) {
      for (int c = 0; c < kLreluBlock; ++c) {
        to[c] = fromStored(from[c]) * scale[c] + bias[c];
      }
    } else {
      for (int c = 0; c < kLreluBlock; ++c) {
        to[c] = c < count ? fromStored(from[c]) * scale[c] + bias[c] : 0.0F;
      }
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

/// One row of the output is done: it goes to where it belongs, and its place is zero again.
template <typename Out>
LOOM_INLINE void hand(const Job& job, float* row, Out* to, int channels, int count) {
  for (int x = 0; x < job.outWidth; ++x) {
    float* from = row + static_cast<std::ptrdiff_t>(x) * kLreluBlock;
    Out* out = to + static_cast<std::ptrdiff_t>(x) * channels;
    if (count == kLreluBlock) {
      for (int c = 0; c < kLreluBlock; ++c) {
        toStored(from[c], out[c]);
      }
    } else {
      for (int c = 0; c < count; ++c) {
        toStored(from[c], out[c]);
      }
    }
    store(Block{}, from);
  }
}

/// What one thread works in; it stays with the thread.
struct Scratch {
  std::vector<float> block;     // height×width
  std::vector<float> line;      // width
  std::vector<float> row;       // columns
  std::vector<float> filtered;  // outWidth
  std::vector<float> ring;      // rows of the output that are in the making, zero between two calls
};

template <typename In, typename Out>
LOOM_INLINE void run(const Job& job, const Place<In, Out>& place, const std::vector<float>& down, Scratch& scratch) {
  gather(job, place.input, place.each, place.channels, place.first, place.count, scratch.block.data());
  const std::ptrdiff_t outRow = static_cast<std::ptrdiff_t>(job.outWidth) * kLreluBlock;
  const int taps = job.downTaps;
  const int ringRows = (taps + job.plan.down - 1) / job.plan.down;
  const auto ringRow = [&](int y) { return scratch.ring.data() + (y % ringRows) * outRow; };
  int done = 0;
  for (int n = 0; n < job.rows && done < job.outHeight; ++n) {
    upsampleDown(job, scratch.block.data(), n, scratch.line.data());
    upsampleAlong(job, scratch.line.data(), scratch.row.data());
    // Output row y takes the rows y·down to y·down + taps − 1.
    const int first = n - taps + 1 <= 0 ? 0 : (n - taps + job.plan.down) / job.plan.down;
    const int end = std::min(job.outHeight, n / job.plan.down + 1);
    if (job.plan.downIsSquare) {
      for (int y = first; y < end; ++y) {
        downsampleInto(job, scratch.row.data(), down.data() + static_cast<std::ptrdiff_t>(n - y * job.plan.down) * taps,
                       1.0F, ringRow(y));
      }
    } else {
      std::fill_n(scratch.filtered.data(), outRow, 0.0F);
      downsampleInto(job, scratch.row.data(), down.data(), 1.0F, scratch.filtered.data());
      for (int y = first; y < end; ++y) {
        const float weight = down[static_cast<std::size_t>(n - y * job.plan.down)];
        float* to = ringRow(y);
        for (std::ptrdiff_t i = 0; i < outRow; i += kLreluBlock) {
          Block sum;
          Block value;
          load(sum, to + i);
          load(value, scratch.filtered.data() + i);
          store(sum + value * weight, to + i);
        }
      }
    }
    for (; done < job.outHeight && done * job.plan.down + taps - 1 <= n; ++done) {
      hand(job, ringRow(done), place.output + static_cast<std::ptrdiff_t>(done) * job.outWidth * place.channels + place.first,
           place.channels, place.count);
    }
  }
}

template <typename In, typename Out>
void runPlain(const Job& job, const Place<In, Out>& place, const std::vector<float>& down, Scratch& scratch) {
  run(job, place, down, scratch);
}

#ifdef LOOM_EACH_X86
template <typename In, typename Out>
__attribute__((target("avx2,fma"))) void runAvx2(const Job& job, const Place<In, Out>& place,
                                                 const std::vector<float>& down, Scratch& scratch) {
  run(job, place, down, scratch);
}
template <typename In, typename Out>
__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))) void runAvx512(const Job& job,
                                                                                 const Place<In, Out>& place,
                                                                                 const std::vector<float>& down,
                                                                                 Scratch& scratch) {
  run(job, place, down, scratch);
}
#endif

/// By the widest registers that this machine has.
template <typename In, typename Out>
void runWidest(const Job& job, const Place<In, Out>& place, const std::vector<float>& down, Scratch& scratch) {
#ifdef LOOM_EACH_X86
  static const bool kAvx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  static const bool kAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (kAvx512) {
    return runAvx512(job, place, down, scratch);
  }
  if (kAvx2) {
    return runAvx2(job, place, down, scratch);
  }
#endif
  runPlain(job, place, down, scratch);
}

template <typename In, typename Out>
void runBlock(const FilteredLrelu& plan, const Place<In, Out>& place, int height, int width) {
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
  static thread_local Scratch scratch;
  const auto atLeast = [](std::vector<float>& floats, std::ptrdiff_t a, std::ptrdiff_t b) {
    const auto wanted = static_cast<std::size_t>(a * b * kLreluBlock);
    if (floats.size() < wanted) {
      floats.resize(wanted);
    }
  };
  atLeast(scratch.block, height, width);
  atLeast(scratch.line, 1, width);
  atLeast(scratch.row, 1, job.columns);
  atLeast(scratch.filtered, 1, job.outWidth);
  atLeast(scratch.ring, (job.downTaps + plan.down - 1) / plan.down, job.outWidth);
  runWidest(job, place, down, scratch);
}

}  // namespace

int FilteredLrelu::outputSize(int pixels, int padBefore, int padAfter) const {
  const int upsampled = pixels * up + padBefore + padAfter - static_cast<int>(upTaps.size()) + 1;
  const int taps = downIsSquare ? static_cast<int>(std::lround(std::sqrt(static_cast<double>(downTaps.size()))))
                                : static_cast<int>(downTaps.size());
  const int left = upsampled - taps + 1;
  return left < 1 ? 0 : (left + down - 1) / down;
}

void filteredLreluBlock(const FilteredLrelu& plan, const float* input, const LreluChannels& each, float* output,
                        int height, int width, int channels, int first) {
  const int count = std::min(kLreluBlock, channels - first);
  runBlock(plan, Place<float, float>{input, output, each, channels, first, count}, height, width);
}

void filteredLreluBlock(const FilteredLrelu& plan, const Bfloat16* input, const LreluChannels& each, float* output,
                        int height, int width, int channels, int first) {
  const int count = std::min(kLreluBlock, channels - first);
  runBlock(plan, Place<Bfloat16, float>{input, output, each, channels, first, count}, height, width);
}

void filteredLreluBlock(const FilteredLrelu& plan, const Bfloat16* input, const LreluChannels& each, Bfloat16* output,
                        int height, int width, int channels, int first) {
  const int count = std::min(kLreluBlock, channels - first);
  runBlock(plan, Place<Bfloat16, Bfloat16>{input, output, each, channels, first, count}, height, width);
}

}  // namespace loom::model
