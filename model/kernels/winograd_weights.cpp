#include "model/kernels/winograd.h"

#include "model/kernels/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/kernels/winograd_weights.cpp"
#include <hwy/foreach_target.h>

#include "model/kernels/big_memory.h"
#include "model/kernels/panel_product-inl.h"
#include "model/kernels/panel_shape.h"
#include "model/kernels/winograd_points.h"

#include <algorithm>
#include <cstddef>

#ifndef LOOM_WINOGRAD_WEIGHTS_ONCE
#define LOOM_WINOGRAD_WEIGHTS_ONCE
namespace loom::model::winograd {

constexpr int kTaps = 9;

/// Weights of kGroup inputs and kPanel outputs, and where their places go.
struct Block {
  const float* taps;    // tap × kGroup × kPanel
  float* places;        // kGroup rows of kPanel for the first matrix
  std::ptrdiff_t step;  // from one matrix to the next
};

}  // namespace loom::model::winograd
#endif

HWY_BEFORE_NAMESPACE();
namespace loom::model::HWY_NAMESPACE {

using winograd::kMatrices;

HWY_INLINE FloatVector times(double factor, FloatVector value) {
  return hn::Mul(hn::Set(Floats(), static_cast<float>(factor)), value);
}

/// Three taps of one line to their places.
HWY_INLINE void spreadTaps(WinogradKind kind, const FloatVector (&taps)[3], FloatVector (&places)[kMatrices]) {
  using namespace winograd;
  if (kind == WinogradKind::Same) {
    constexpr double kOfA = 2.0 * kA2 * (kA2 - kB2);
    constexpr double kOfB = 2.0 * kB2 * (kB2 - kA2);
    const FloatVector evenA = hn::Add(times(1.0 / kOfA, taps[0]), times(kA2 / kOfA, taps[2]));
    const FloatVector evenB = hn::Add(times(1.0 / kOfB, taps[0]), times(kB2 / kOfB, taps[2]));
    const FloatVector oddA = times(kA / kOfA, taps[1]);
    const FloatVector oddB = times(kB / kOfB, taps[1]);
    places[0] = taps[0];
    places[1] = hn::Add(evenA, oddA);
    places[2] = hn::Sub(evenA, oddA);
    places[3] = hn::Add(evenB, oddB);
    places[4] = hn::Sub(evenB, oddB);
    places[5] = taps[2];
    return;
  }
  // Output 2·i takes input i − 1 times tap 2 and input i times tap 0.
  const FloatVector before = taps[2];
  const FloatVector here = taps[0];
  places[0] = times(1.0 / kP, before);
  places[1] = times(1.0 / (2.0 * (1.0 - kP)), hn::Add(before, here));
  places[2] = times(1.0 / (-2.0 * (1.0 + kP)), hn::Sub(before, here));
  places[3] = times(1.0 / (kP * (kP * kP - 1.0)), hn::Add(before, times(kP, here)));
  places[4] = here;
  places[5] = taps[1];
}

void SpreadBlock(WinogradKind kind, const winograd::Block& block) {
  const Floats tag;
  constexpr std::ptrdiff_t kSize = kGroup * kPanel;
  for (std::ptrdiff_t at = 0; at < kSize; at += static_cast<std::ptrdiff_t>(hn::Lanes(tag))) {
    FloatVector lines[3][kMatrices];
    for (int x = 0; x < 3; ++x) {
      const FloatVector taps[3] = {hn::Load(tag, block.taps + x * kSize + at),
                                   hn::Load(tag, block.taps + (3 + x) * kSize + at),
                                   hn::Load(tag, block.taps + (6 + x) * kSize + at)};
      spreadTaps(kind, taps, lines[x]);
    }
    for (int y = 0; y < kMatrices; ++y) {
      const FloatVector taps[3] = {lines[0][y], lines[1][y], lines[2][y]};
      FloatVector places[kMatrices];
      spreadTaps(kind, taps, places);
      for (int x = 0; x < kMatrices; ++x) {
        hn::Store(places[x], tag, block.places + (y * kMatrices + x) * block.step + at);
      }
    }
  }
}

}  // namespace loom::model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace loom::model {

using winograd::kChunk;
using winograd::kMatrices;
using winograd::kTaps;

HWY_EXPORT(SpreadBlock);

namespace {

constexpr int kPanelsOfChunk = kChunk / kPanel;

}  // namespace

WinogradWeights::WinogradWeights(WinogradKind kind, const float* weight, const WeightStrides& strides, int out, int in,
                                 const ParallelJobs& parallel)
    : m_kind(kind), m_in(in), m_out(out), m_rows(roundedUp(in, kGroup)), m_panels(roundedUp(out, kPanel) / kPanel) {
  m_values = bigFloats(bytes() / sizeof(float));
  parallel.run(m_panels, [&](std::int64_t panel) { fill(static_cast<int>(panel), weight, strides); });
}

void WinogradWeights::fill(int panel, const float* weight, const WeightStrides& strides) {
  alignas(64) float taps[kTaps * kGroup * kPanel];
  const int chunk = panel / kPanelsOfChunk;
  const float* first = this->panel(chunk, 0, panel % kPanelsOfChunk);
  const std::ptrdiff_t step = this->panel(chunk, 1, panel % kPanelsOfChunk) - first;
  for (int row = 0; row < m_rows; row += kGroup) {
    std::fill(std::begin(taps), std::end(taps), 0.0F);
    const int rows = std::min(kGroup, m_in - row);
    const int columns = std::min(kPanel, m_out - panel * kPanel);
    for (int column = 0; column < columns; ++column) {
      for (int tap = 0; tap < kTaps; ++tap) {
        const float* from = weight + (panel * kPanel + column) * strides.out + row * strides.in +
                            tap / 3 * strides.row + tap % 3 * strides.column;
        float* to = taps + tap * kGroup * kPanel + column;
        for (int i = 0; i < rows; ++i) {
          to[i * kPanel] = from[i * strides.in];
        }
      }
    }
    float* places = m_values.get() + (first - m_values.get()) + static_cast<std::ptrdiff_t>(row) * kPanel;
    HWY_DYNAMIC_DISPATCH(SpreadBlock)(m_kind, {taps, places, step});
  }
}

std::size_t WinogradWeights::bytes() const {
  return sizeof(float) * kMatrices * kMatrices * static_cast<std::size_t>(m_panels) * static_cast<std::size_t>(m_rows) *
         kPanel;
}

const float* WinogradWeights::panel(int chunk, int matrix, int panel) const {
  const std::ptrdiff_t ofChunk = std::min(kPanelsOfChunk, m_panels - chunk * kPanelsOfChunk);
  const std::ptrdiff_t before =
      static_cast<std::ptrdiff_t>(chunk) * kPanelsOfChunk * kMatrices * kMatrices + matrix * ofChunk + panel;
  return m_values.get() + before * m_rows * kPanel;
}

}  // namespace loom::model
#endif
