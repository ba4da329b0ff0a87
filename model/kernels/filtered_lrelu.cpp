#include "model/kernels/filtered_lrelu.h"

#include "model/kernels/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/kernels/filtered_lrelu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "model/kernels/big_memory.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#ifndef LOOM_FILTERED_LRELU_ONCE
#define LOOM_FILTERED_LRELU_ONCE
namespace loom::model::lrelu {

/// The way of one line of pixels through the upsampling filter: position n of what comes out takes `taps` pixels from
/// first(n) on, by the taps of phase(n).
struct UpLine {
  int factor = 1;
  int pad = 0;
  int taps = 1;               // of a phase
  std::vector<float> phases;  // factor × taps

  UpLine(const std::vector<float>& filter, int of, int padBefore, float gain)
      : factor(of), pad(padBefore), taps((static_cast<int>(filter.size()) + of - 1) / of) {
    // The zeros between pixels take their share of the light; the factor gives it back.
    const std::vector<float> turned(filter.rbegin(), filter.rend());
    for (int phase = 0; phase < factor; ++phase) {
      for (int tap = 0; tap < taps; ++tap) {
        const auto index = static_cast<std::size_t>(phase + factor * tap);
        phases.push_back(index < turned.size() ? turned[index] * static_cast<float>(factor) * gain : 0.0F);
      }
    }
  }
  int first(int n) const {  // rounded up
    const int low = n - pad;
    return low >= 0 ? (low + factor - 1) / factor : -(-low / factor);
  }
  int phase(int n) const { return first(n) * factor + pad - n; }
  const float* tapsOf(int n) const { return phases.data() + phase(n) * taps; }
};

/// The downsampling filter, turned. Where it is the same from both ends, as the field's are, pairs of pixels are added
/// first and half of the taps are left: `folded`.
struct DownFilter {
  int factor = 1;
  int taps = 1;  // a side
  bool square = false;
  bool folded = false;
  std::vector<float> values;  // taps, or taps × taps

  explicit DownFilter(const FilteredLrelu& plan)
      : factor(plan.down), square(plan.downIsSquare), values(plan.downTaps.rbegin(), plan.downTaps.rend()) {
    taps = square ? static_cast<int>(std::lround(std::sqrt(static_cast<double>(values.size()))))
                  : static_cast<int>(values.size());
    constexpr float kRounding = 1e-6F;
    float largest = 0.0F;
    float difference = 0.0F;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t line = i / static_cast<std::size_t>(taps) * static_cast<std::size_t>(taps);
      largest = std::max(largest, std::abs(values[i]));
      difference =
          std::max(difference, std::abs(values[i] - values[line + static_cast<std::size_t>(taps) - 1 - (i - line)]));
    }
    folded = taps % 2 == 0 && difference <= kRounding * largest;
  }
};

struct Plan {
  const FilteredLrelu& of;
  UpLine down;    // from row to row
  UpLine across;  // along a row; the gain is in its taps
  DownFilter filter;
  int rows;  // of the upsampled picture
  int outHeight;
  int outWidth;

  Plan(const FilteredLrelu& plan, int height, int width)
      : of(plan),
        down(plan.upTaps, plan.up, plan.padTop, 1.0F),
        across(plan.upTaps, plan.up, plan.padLeft, plan.gain),
        filter(plan),
        rows(height * plan.up + plan.padTop + plan.padBottom - static_cast<int>(plan.upTaps.size()) + 1),
        outHeight(plan.outputSize(height, plan.padTop, plan.padBottom)),
        outWidth(plan.outputSize(width, plan.padLeft, plan.padRight)) {}
};

/// Columns of the output that are worked on together, so that all rows in the making stay in the nearest memory.
constexpr int kStripWidth = 144;

/// One register of channels of a strip of one picture.
struct Job {
  int picture;
  int channel;
  int begin;  // columns of the output
  int end;
};

}  // namespace loom::model::lrelu
#endif

HWY_BEFORE_NAMESPACE();
namespace loom::model::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using lrelu::Job;
using lrelu::Plan;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

HWY_INLINE std::ptrdiff_t lanes() { return static_cast<std::ptrdiff_t>(hn::Lanes(D())); }

/// What comes from the strip of the input that a strip of the output needs, and where it goes.
struct Strip {
  int firstPixel;   // of the input; below 0: zeros
  int pixels;       // of the input, zeros included
  int firstColumn;  // of the upsampled picture, for the first pixel
  int columns;      // of the upsampled picture
  int width;        // of the output

  Strip(const Plan& plan, const Job& job) : width(job.end - job.begin) {
    const int from = job.begin * plan.filter.factor;
    const int last = (job.end - 1) * plan.filter.factor + plan.filter.taps - 1;
    firstPixel = plan.across.first(from);
    const int groups = plan.across.first(last) - firstPixel + 1;
    pixels = groups + plan.across.taps - 1;
    firstColumn = firstPixel * plan.across.factor + plan.across.pad - (plan.across.factor - 1);
    columns = groups * plan.across.factor;
  }
};

/// What one thread works in; it stays with the thread. Rows of registers.
class Scratch {
 public:
  Scratch(const Plan& plan, const Strip& strip)
      : m_inputRows(plan.down.taps + 1),
        m_outputRows((plan.filter.taps + plan.filter.factor - 1) / plan.filter.factor) {
    static thread_local std::shared_ptr<float[]> memory;
    static thread_local std::ptrdiff_t size = 0;
    const std::ptrdiff_t wanted =
        lanes() * (static_cast<std::ptrdiff_t>(m_inputRows + 2) * strip.pixels + strip.columns +
                   static_cast<std::ptrdiff_t>(m_outputRows + 1) * strip.width);
    if (size < wanted) {
      memory.reset();
      memory = bigFloats(static_cast<std::size_t>(wanted));
      size = wanted;
    }
    m_input = memory.get();
    zeros = m_input + lanes() * m_inputRows * strip.pixels;
    line = zeros + lanes() * strip.pixels;
    row = line + lanes() * strip.pixels;
    m_output = row + lanes() * strip.columns;
    spare = m_output + lanes() * m_outputRows * strip.width;
    m_pixels = strip.pixels;
    m_width = strip.width;
    std::fill(zeros, zeros + lanes() * strip.pixels, 0.0F);
    std::fill(m_output, m_output + lanes() * m_outputRows * strip.width, 0.0F);
  }

  float* inputRow(int y) { return m_input + lanes() * m_pixels * (y % m_inputRows); }
  float* outputRow(int y) { return m_output + lanes() * m_width * (y % m_outputRows); }
  int outputRows() const { return m_outputRows; }

  float* zeros;  // a row of the input outside of the picture
  float* line;   // upsampled from row to row
  float* row;    // along itself as well, and bent
  float* spare;  // an output row that nobody wants

 private:
  int m_inputRows;
  int m_outputRows;
  int m_pixels = 0;
  int m_width = 0;
  float* m_input;
  float* m_output;
};

/// Row y of the input: scaled, biased, zeros outside of the picture.
template <typename In, typename Out>
HWY_INLINE void gather(const FilteredLreluCall<In, Out>& call, const Job& job, const Strip& strip, int y, float* to) {
  const std::ptrdiff_t n = lanes();
  const int count = std::min(static_cast<int>(n), call.channels - job.channel);
  HWY_ALIGN float scale[16] = {};
  HWY_ALIGN float bias[16] = {};
  for (int c = 0; c < count; ++c) {
    scale[c] =
        call.scale ? call.scale[static_cast<std::ptrdiff_t>(job.picture) * call.channels + job.channel + c] : 1.0F;
    bias[c] = call.bias[job.channel + c];
  }
  const In* from = call.input +
                   (static_cast<std::ptrdiff_t>(job.picture) * call.height + y) * call.width * call.channels +
                   job.channel;
  for (int i = 0; i < strip.pixels; ++i, to += n) {
    const int x = strip.firstPixel + i;
    if (x < 0 || x >= call.width) {
      hn::Store(hn::Zero(D()), D(), to);
      continue;
    }
    HWY_ALIGN float values[16] = {};
    const In* pixel = from + static_cast<std::ptrdiff_t>(x) * call.channels;
    if (count == n) {
      for (std::ptrdiff_t c = 0; c < n; ++c) {
        values[c] = fromStored(pixel[c]);
      }
    } else {
      for (int c = 0; c < count; ++c) {
        values[c] = fromStored(pixel[c]);
      }
    }
    hn::Store(hn::MulAdd(hn::Load(D(), values), hn::Load(D(), scale), hn::Load(D(), bias)), D(), to);
  }
}

/// A finished row goes to where it belongs, and its place is zero again.
template <typename In, typename Out>
HWY_INLINE void hand(const Plan& plan, const FilteredLreluCall<In, Out>& call, const Job& job, int y, float* row) {
  const std::ptrdiff_t n = lanes();
  const int count = std::min(static_cast<int>(n), call.channels - job.channel);
  Out* to =
      call.output +
      ((static_cast<std::ptrdiff_t>(job.picture) * plan.outHeight + y) * plan.outWidth + job.begin) * call.channels +
      job.channel;
  for (int x = job.begin; x < job.end; ++x, to += call.channels, row += n) {
    if (count == n) {
      for (std::ptrdiff_t c = 0; c < n; ++c) {
        toStored(row[c], to[c]);
      }
    } else {
      for (int c = 0; c < count; ++c) {
        toStored(row[c], to[c]);
      }
    }
    hn::Store(hn::Zero(D()), D(), row);
  }
}

/// kTaps: of a phase, or 0 for any number.
template <int kTaps>
HWY_INLINE void upsampleDown(const Plan& plan, const Strip& strip, const float* const* rows, const float* taps,
                             float* line) {
  const int count = kTaps ? kTaps : plan.down.taps;
  for (std::ptrdiff_t at = 0; at < strip.pixels * lanes(); at += lanes()) {
    V sum = hn::Mul(hn::Load(D(), rows[0] + at), hn::Set(D(), taps[0]));
#pragma GCC unroll 6
    for (int tap = 1; tap < count; ++tap) {
      sum = hn::MulAdd(hn::Load(D(), rows[tap] + at), hn::Set(D(), taps[tap]), sum);
    }
    hn::Store(sum, D(), line + at);
  }
}

/// Leaky ReLU and clamp; the gain went into the taps before.
struct Bend {
  V slope;
  V bound;

  explicit Bend(const FilteredLrelu& plan)
      : slope(hn::Set(D(), plan.slope)), bound(hn::Set(D(), plan.clamp >= 0.0F ? plan.clamp : INFINITY)) {}
  HWY_INLINE V operator()(V value) const {
    value = hn::Max(value, hn::Mul(value, slope));
    return hn::Max(hn::Min(value, bound), hn::Neg(bound));
  }
};

/// kUp, kTaps: the factor and the taps of a phase, or 0 for any.
template <int kUp, int kTaps>
HWY_INLINE void upsampleAcross(const Plan& plan, const Strip& strip, const float* line, float* row) {
  const int up = kUp ? kUp : plan.across.factor;
  const int count = kTaps ? kTaps : plan.across.taps;
  const Bend bend(plan.of);
  const float* phases = plan.across.phases.data();
  for (int group = 0; group < strip.columns / up; ++group) {
    const float* from = line + group * lanes();
    V pixels[kTaps ? kTaps : 1];
    if constexpr (kTaps != 0) {
#pragma GCC unroll 6
      for (int tap = 0; tap < kTaps; ++tap) {
        pixels[tap] = hn::Load(D(), from + tap * lanes());
      }
    }
#pragma GCC unroll 4
    for (int phase = up - 1; phase >= 0; --phase) {
      V sum = hn::Zero(D());
#pragma GCC unroll 6
      for (int tap = 0; tap < count; ++tap) {
        const V pixel = kTaps ? pixels[kTaps ? tap : 0] : hn::Load(D(), from + tap * lanes());
        sum = hn::MulAdd(pixel, hn::Set(D(), phases[phase * count + tap]), sum);
      }
      hn::Store(bend(sum), D(), row);
      row += lanes();
    }
  }
}

/// The output rows that a row of the upsampled picture has a part in, and by which row of the filter.
struct Parts {
  std::vector<float*> rows;
  std::vector<const float*> taps;  // separable: one tap; square: a line of them
  int count = 0;

  explicit Parts(int most) : rows(static_cast<std::size_t>(most)), taps(static_cast<std::size_t>(most)) {}
};

/// Any filter.
HWY_INLINE void downsample(const Plan& plan, const Strip& strip, const float* row, const Parts& parts) {
  const int taps = plan.filter.taps;
  for (int x = 0; x < strip.width; ++x) {
    const float* from = row + static_cast<std::ptrdiff_t>(x) * plan.filter.factor * lanes();
    V sum = hn::Zero(D());
    for (std::size_t part = 0; part < static_cast<std::size_t>(parts.count); ++part) {
      if (plan.filter.square || part == 0) {
        const float* along = plan.filter.square ? parts.taps[part] : plan.filter.values.data();
        sum = hn::Zero(D());
        for (int tap = 0; tap < taps; ++tap) {
          sum = hn::MulAdd(hn::Load(D(), from + tap * lanes()), hn::Set(D(), along[tap]), sum);
        }
      }
      float* to = parts.rows[part] + x * lanes();
      const V weight = hn::Set(D(), plan.filter.square ? 1.0F : parts.taps[part][0]);
      hn::Store(hn::MulAdd(sum, weight, hn::Load(D(), to)), D(), to);
    }
  }
}

constexpr int kFoldedTaps = 6;  // of 12 that are the same from both ends, two pixels on for each output
constexpr std::size_t kFoldedParts = 6;

HWY_INLINE void fold(const float* from, V (&pairs)[kFoldedTaps]) {
#pragma GCC unroll 6
  for (int tap = 0; tap < kFoldedTaps; ++tap) {
    pairs[tap] =
        hn::Add(hn::Load(D(), from + tap * lanes()), hn::Load(D(), from + (2 * kFoldedTaps - 1 - tap) * lanes()));
  }
}

HWY_INLINE void downsampleSeparable(const Plan& plan, const Strip& strip, const float* row, const Parts& parts) {
  const float* along = plan.filter.values.data();
  for (std::ptrdiff_t x = 0; x < strip.width; ++x) {
    V pairs[kFoldedTaps];
    fold(row + x * 2 * lanes(), pairs);
    V sum = hn::Mul(pairs[0], hn::Set(D(), along[0]));
#pragma GCC unroll 6
    for (int tap = 1; tap < kFoldedTaps; ++tap) {
      sum = hn::MulAdd(pairs[tap], hn::Set(D(), along[tap]), sum);
    }
#pragma GCC unroll 6
    for (std::size_t part = 0; part < kFoldedParts; ++part) {
      float* to = parts.rows[part] + x * lanes();
      hn::Store(hn::MulAdd(sum, hn::Set(D(), parts.taps[part][0]), hn::Load(D(), to)), D(), to);
    }
  }
}

HWY_INLINE void downsampleSquare(const Strip& strip, const float* row, const Parts& parts) {
  std::ptrdiff_t x = 0;
  for (; x + 1 < strip.width; x += 2) {  // two at a time, so that a tap is loaded once for both
    V here[kFoldedTaps];
    V beside[kFoldedTaps];
    fold(row + x * 2 * lanes(), here);
    fold(row + (x + 1) * 2 * lanes(), beside);
#pragma GCC unroll 6
    for (std::size_t part = 0; part < kFoldedParts; ++part) {
      float* to = parts.rows[part] + x * lanes();
      V first = hn::Load(D(), to);
      V second = hn::Load(D(), to + lanes());
#pragma GCC unroll 6
      for (int tap = 0; tap < kFoldedTaps; ++tap) {
        const V weight = hn::Set(D(), parts.taps[part][tap]);
        first = hn::MulAdd(here[tap], weight, first);
        second = hn::MulAdd(beside[tap], weight, second);
      }
      hn::Store(first, D(), to);
      hn::Store(second, D(), to + lanes());
    }
  }
  for (; x < strip.width; ++x) {
    V pairs[kFoldedTaps];
    fold(row + x * 2 * lanes(), pairs);
    for (std::size_t part = 0; part < kFoldedParts; ++part) {
      float* to = parts.rows[part] + x * lanes();
      V sum = hn::Load(D(), to);
      for (int tap = 0; tap < kFoldedTaps; ++tap) {
        sum = hn::MulAdd(pairs[tap], hn::Set(D(), parts.taps[part][tap]), sum);
      }
      hn::Store(sum, D(), to);
    }
  }
}

/// kUp and kTaps as above; kFolded: two down, by 12 taps that are the same from both ends.
template <int kUp, int kTaps, bool kFolded, typename In, typename Out>
void runStrip(const Plan& plan, const FilteredLreluCall<In, Out>& call, const Job& job) {
  const Strip strip(plan, job);
  Scratch scratch(plan, strip);
  const int factor = plan.filter.factor;
  const int taps = plan.filter.taps;
  const std::ptrdiff_t line = plan.filter.square ? taps : 1;
  int gathered = std::max(0, plan.down.first(0));
  int done = 0;
  // Where the output begins inside the first group of the upsampled row.
  const std::ptrdiff_t before = job.begin * factor - strip.firstColumn;
  std::vector<const float*> rows(static_cast<std::size_t>(plan.down.taps));
  Parts parts(scratch.outputRows());
  for (int n = 0; n < plan.rows && done < plan.outHeight; ++n) {
    const int first = plan.down.first(n);
    for (; gathered < std::min(call.height, first + plan.down.taps); ++gathered) {
      gather(call, job, strip, gathered, scratch.inputRow(gathered));
    }
    for (int tap = 0; tap < plan.down.taps; ++tap) {
      const int y = first + tap;
      rows[static_cast<std::size_t>(tap)] = y >= 0 && y < call.height ? scratch.inputRow(y) : scratch.zeros;
    }
    upsampleDown<kTaps>(plan, strip, rows.data(), plan.down.tapsOf(n), scratch.line);
    upsampleAcross<kUp, kTaps>(plan, strip, scratch.line, scratch.row);

    // Output row y takes the rows y·factor to y·factor + taps − 1.
    parts.count = 0;
    for (int y = n / factor; y > n / factor - scratch.outputRows(); --y) {
      const int tap = n - y * factor;
      const bool wanted = y >= 0 && y < plan.outHeight && tap < taps;
      if (wanted || kFolded) {
        const auto part = static_cast<std::size_t>(parts.count++);
        parts.rows[part] = wanted ? scratch.outputRow(y) : scratch.spare;
        parts.taps[part] = plan.filter.values.data() + tap * line;
      }
    }
    const float* row = scratch.row + before * lanes();
    if (!kFolded) {
      downsample(plan, strip, row, parts);
    } else if (plan.filter.square) {
      downsampleSquare(strip, row, parts);
    } else {
      downsampleSeparable(plan, strip, row, parts);
    }
    for (; done < plan.outHeight && done * factor + taps - 1 <= n; ++done) {
      hand(plan, call, job, done, scratch.outputRow(done));
    }
  }
}

template <typename In, typename Out>
HWY_INLINE void runAny(const Plan& plan, const FilteredLreluCall<In, Out>& call, const Job& job) {
  const bool usual =
      plan.across.taps == 6 && plan.filter.folded && plan.filter.taps == 2 * kFoldedTaps && plan.filter.factor == 2;
  if (usual && plan.across.factor == 2) {
    runStrip<2, 6, true>(plan, call, job);
  } else if (usual && plan.across.factor == 4) {
    runStrip<4, 6, true>(plan, call, job);
  } else {
    runStrip<0, 0, false>(plan, call, job);
  }
}

}  // namespace

int Lanes() { return static_cast<int>(lanes()); }
void RunFloat(const Plan& plan, const FilteredLreluCall<float, float>& call, const Job& job) {
  runAny(plan, call, job);
}
void RunMixed(const Plan& plan, const FilteredLreluCall<Bfloat16, float>& call, const Job& job) {
  runAny(plan, call, job);
}
void RunHalf(const Plan& plan, const FilteredLreluCall<Bfloat16, Bfloat16>& call, const Job& job) {
  runAny(plan, call, job);
}

}  // namespace loom::model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace loom::model {

HWY_EXPORT(Lanes);
HWY_EXPORT(RunFloat);
HWY_EXPORT(RunMixed);
HWY_EXPORT(RunHalf);

namespace {

template <typename In, typename Out, typename Run>
void runAll(const FilteredLrelu& of, const FilteredLreluCall<In, Out>& call, const ParallelJobs& parallel,
            const Run& run) {
  const lrelu::Plan plan(of, call.height, call.width);
  const int lanes = HWY_DYNAMIC_DISPATCH(Lanes)();
  const int blocks = (call.channels + lanes - 1) / lanes;
  const int strips = (plan.outWidth + lrelu::kStripWidth - 1) / lrelu::kStripWidth;
  parallel.run(static_cast<std::int64_t>(call.count) * blocks * strips, [&](std::int64_t index) {
    const int strip = static_cast<int>(index % strips);
    const auto block = static_cast<int>(index / strips % blocks);
    run(plan, call,
        lrelu::Job{static_cast<int>(index / strips / blocks), block * lanes, plan.outWidth * strip / strips,
                   plan.outWidth * (strip + 1) / strips});
  });
}

}  // namespace

int FilteredLrelu::outputSize(int pixels, int padBefore, int padAfter) const {
  const int upsampled = pixels * up + padBefore + padAfter - static_cast<int>(upTaps.size()) + 1;
  const int left = upsampled - lrelu::DownFilter(*this).taps + 1;
  return left < 1 ? 0 : (left + down - 1) / down;
}

void filteredLrelu(const FilteredLrelu& plan, const FilteredLreluCall<float, float>& call,
                   const ParallelJobs& parallel) {
  runAll(plan, call, parallel, [](const auto&... all) { HWY_DYNAMIC_DISPATCH(RunFloat)(all...); });
}

void filteredLrelu(const FilteredLrelu& plan, const FilteredLreluCall<Bfloat16, float>& call,
                   const ParallelJobs& parallel) {
  runAll(plan, call, parallel, [](const auto&... all) { HWY_DYNAMIC_DISPATCH(RunMixed)(all...); });
}

void filteredLrelu(const FilteredLrelu& plan, const FilteredLreluCall<Bfloat16, Bfloat16>& call,
                   const ParallelJobs& parallel) {
  runAll(plan, call, parallel, [](const auto&... all) { HWY_DYNAMIC_DISPATCH(RunHalf)(all...); });
}

}  // namespace loom::model
#endif
