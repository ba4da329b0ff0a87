#include "model/kernels/fir_filter.h"

#include "model/kernels/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/kernels/fir_filter.cpp"
#include <hwy/foreach_target.h>

#include "model/kernels/channel_finish-inl.h"

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace loom::model::HWY_NAMESPACE {
namespace {

/// Row y of the input filtered along itself, all channels: width of the output × channels.
void filterAcross(const FirCall& call, const float* row, int outWidth, float* to) {
  const Floats tag;
  const int lanes = static_cast<int>(hn::Lanes(tag));
  const int taps = static_cast<int>(call.across.size());
  for (int x = 0; x < outWidth; ++x) {
    const int first = std::max(0, call.before - x);  // tap 0 lies at pixel x − before
    const int end = std::min(taps, call.width + call.before - x);
    const float* from = row + (static_cast<std::ptrdiff_t>(x) - call.before) * call.channels;
    float* out = to + static_cast<std::ptrdiff_t>(x) * call.channels;
    for (int channel = 0; channel < call.channels; channel += lanes) {
      const int valid = call.channels - channel;
      FloatVector sum = hn::Zero(tag);
      for (int tap = first; tap < end; ++tap) {
        const FloatVector pixel = loadSome(from + static_cast<std::ptrdiff_t>(tap) * call.channels + channel, valid);
        sum = hn::MulAdd(pixel, hn::Set(tag, call.across[static_cast<std::size_t>(tap)]), sum);
      }
      storeSome(sum, out + channel, valid);
    }
  }
}

/// The rows at hand filtered from row to row, and finished.
void filterDown(const FirCall& call, const std::vector<const float*>& rows, const std::vector<float>& taps,
                std::int64_t picture, std::int64_t pixels, std::int64_t firstPixel, int outWidth, float* to) {
  const Floats tag;
  const int lanes = static_cast<int>(hn::Lanes(tag));
  for (int channel = 0; channel < call.channels; channel += lanes) {
    const int valid = call.channels - channel;
    const Finish finish(call.finish, picture, call.channels, channel, pixels);
    for (int x = 0; x < outWidth; ++x) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(x) * call.channels + channel;
      FloatVector sum = hn::Zero(tag);
      for (std::size_t tap = 0; tap < rows.size(); ++tap) {
        sum = hn::MulAdd(loadSome(rows[tap] + at, valid), hn::Set(tag, taps[tap]), sum);
      }
      storeSome(finish(sum, firstPixel + x), to + at, valid);
    }
  }
}

}  // namespace

/// Rows `begin` to `end` − 1 of the output of one picture.
void FilterRows(const FirCall& call, int picture, int begin, int end) {
  static thread_local std::vector<float> ring;
  const int taps = static_cast<int>(call.down.size());
  const int outHeight = firOutput(call.height, call.before, call.after, taps);
  const int outWidth = firOutput(call.width, call.before, call.after, static_cast<int>(call.across.size()));
  const std::ptrdiff_t outRow = static_cast<std::ptrdiff_t>(outWidth) * call.channels;
  const std::int64_t pixels = static_cast<std::int64_t>(outHeight) * outWidth;
  if (ring.size() < static_cast<std::size_t>(outRow) * call.down.size()) {
    ring.resize(static_cast<std::size_t>(outRow) * call.down.size());
  }
  const auto ringRow = [&](int y) { return ring.data() + outRow * (y % taps); };
  int filtered = std::max(0, begin - call.before);
  std::vector<const float*> rows;
  std::vector<float> weights;
  for (int y = begin; y < end; ++y) {
    for (; filtered < std::min(call.height, y - call.before + taps); ++filtered) {
      const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(picture) * call.height + filtered;
      filterAcross(call, call.input + row * call.width * call.channels, outWidth, ringRow(filtered));
    }
    rows.clear();
    weights.clear();
    for (int tap = 0; tap < taps; ++tap) {
      const int from = y - call.before + tap;
      if (from >= 0 && from < call.height) {
        rows.push_back(ringRow(from));
        weights.push_back(call.down[static_cast<std::size_t>(tap)]);
      }
    }
    const std::int64_t first = static_cast<std::int64_t>(y) * outWidth;
    filterDown(call, rows, weights, picture, pixels, first, outWidth,
               call.output + (static_cast<std::int64_t>(picture) * pixels + first) * call.channels);
  }
}

}  // namespace loom::model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace loom::model {

HWY_EXPORT(FilterRows);

int firOutput(int pixels, int before, int after, int taps) { return std::max(0, pixels + before + after - taps + 1); }

void firFilter(const FirCall& call, const ParallelJobs& parallel) {
  // Bands of rows: each filters the few rows above its own once more.
  constexpr int kRowsOfBand = 16;
  const int outHeight = firOutput(call.height, call.before, call.after, static_cast<int>(call.down.size()));
  const int bands = std::max(
      1, std::min(outHeight, (outHeight / kRowsOfBand + parallel.threads - 1) / parallel.threads * parallel.threads));
  parallel.run(static_cast<std::int64_t>(call.count) * bands, [&](std::int64_t job) {
    const auto band = static_cast<int>(job % bands);
    HWY_DYNAMIC_DISPATCH(FilterRows)
    (call, static_cast<int>(job / bands), outHeight * band / bands, outHeight * (band + 1) / bands);
  });
}

}  // namespace loom::model
#endif
