// The product of two panels of floats, the heart of every convolution here: a few rows times 32 columns, all sums in
// registers. For Google Highway: included once for each kind of processor.

#if defined(LOOM_PANEL_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LOOM_PANEL_PRODUCT_INL_H
#undef LOOM_PANEL_PRODUCT_INL_H
#else
#define LOOM_PANEL_PRODUCT_INL_H
#endif

#include "model/kernels/panel_shape.h"

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace loom::model::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, kGroup>;
using FloatVector = hn::Vec<Floats>;

// Sums of a product: rows × 2 registers, so many that some are left for what they are made of.
#if HWY_ARCH_X86 && HWY_TARGET >= HWY_AVX2
constexpr int kMostRows = 6;  // of 16 registers
#else
constexpr int kMostRows = 14;  // of 32
#endif

/// `rows` rows cut into panels of at most kMostRows, alike to one.
struct RowPanels {
  int rows;
  int count;

  explicit RowPanels(int of) : rows(of), count((of + kMostRows - 1) / kMostRows) {}
  int begin(int panel) const { return static_cast<int>(static_cast<std::int64_t>(rows) * panel / count); }
  int size(int panel) const { return begin(panel + 1) - begin(panel); }
};

struct PanelProduct {
  const float* left = nullptr;   ///< groups × rows × kGroup
  const float* right = nullptr;  ///< groups · kGroup rows of kPanel
  int groups = 0;
  float* product = nullptr;  ///< rows of kPanel, `step` floats apart
  std::ptrdiff_t step = 0;
  const float* ahead = nullptr;  ///< what will be read next: fetched meanwhile
  int aheadLines = 0;            ///< cache lines of it for each group
};

/// Two registers' width of the product, from column `column` on.
template <int kRows>
HWY_INLINE void multiply(const PanelProduct& job, int column) {
  const Floats tag;
  const std::size_t lanes = hn::Lanes(tag);
  const float* HWY_RESTRICT left = job.left;
  const float* HWY_RESTRICT right = job.right + column;
  const float* ahead = job.ahead;
  const int aheadLines = column == 0 ? job.aheadLines : 0;
  FloatVector first[kRows];
  FloatVector second[kRows];
#pragma GCC unroll 16
  for (int row = 0; row < kRows; ++row) {
    first[row] = second[row] = hn::Zero(tag);
  }
  for (int group = 0; group < job.groups; ++group) {
    for (int k = 0; k < kGroup; ++k) {
      const FloatVector rightFirst = hn::Load(tag, right);
      const FloatVector rightSecond = hn::Load(tag, right + lanes);
      right += kPanel;
#pragma GCC unroll 16
      for (int row = 0; row < kRows; ++row) {
        const FloatVector factor = hn::Set(tag, left[row * kGroup + k]);
        first[row] = hn::MulAdd(factor, rightFirst, first[row]);
        second[row] = hn::MulAdd(factor, rightSecond, second[row]);
      }
    }
    left += kRows * kGroup;
    for (int line = 0; line < aheadLines; ++line) {
      hwy::Prefetch(ahead);
      ahead += 16;
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < kRows; ++row) {
    hn::Store(first[row], tag, job.product + row * job.step + column);
    hn::Store(second[row], tag, job.product + row * job.step + column + lanes);
  }
}

template <int kRows>
void multiplyPanel(const PanelProduct& job) {
  for (int column = 0; column < kPanel; column += 2 * static_cast<int>(hn::Lanes(Floats()))) {
    multiply<kRows>(job, column);
  }
}

template <int... kIndex>
void multiplyPanelOf(int rows, const PanelProduct& job, std::integer_sequence<int, kIndex...>) {
  using Function = void (*)(const PanelProduct&);
  static constexpr Function kByRows[] = {multiplyPanel<kIndex + 1>...};
  kByRows[rows - 1](job);
}

/// rows: 1 to kMostRows.
inline void multiplyPanel(int rows, const PanelProduct& job) {
  multiplyPanelOf(rows, job, std::make_integer_sequence<int, kMostRows>());
}

/// `valid` or more floats are there at `from`; lanes beyond are 0.
HWY_INLINE FloatVector loadSome(const float* from, int valid) {
  const Floats tag;
  if (HWY_LIKELY(valid >= static_cast<int>(hn::Lanes(tag)))) {
    return hn::LoadU(tag, from);
  }
  HWY_ALIGN float some[kGroup] = {};
  for (int lane = 0; lane < valid; ++lane) {
    some[lane] = from[lane];
  }
  return hn::Load(tag, some);
}

HWY_INLINE void storeSome(FloatVector value, float* to, int valid) {
  const Floats tag;
  if (HWY_LIKELY(valid >= static_cast<int>(hn::Lanes(tag)))) {
    hn::StoreU(value, tag, to);
    return;
  }
  HWY_ALIGN float some[kGroup];
  hn::Store(value, tag, some);
  for (int lane = 0; lane < valid; ++lane) {
    to[lane] = some[lane];
  }
}

}  // namespace loom::model::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
