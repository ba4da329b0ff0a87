// What filtered_lrelu.cpp makes of its call before the work begins.
#pragma once

#include "model/kernels/filtered_lrelu.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

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
