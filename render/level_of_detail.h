// A curve of any length, drawn with a few points: a min–max pyramid over steps and values. Standard C++ alone; one
// thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace loom::render {

struct CurvePoint {
  std::int64_t x = 0;
  float y = 0.0F;

  bool operator==(const CurvePoint&) const = default;
};

/// What is drawn of a curve.
struct CurveView {
  /// In ascending x, all finite: points of the curve itself. For each pixel column its lowest and its highest, or all
  /// of its points where they are at most two; and one point beyond each end, where there is one, so that lines go on
  /// to the border.
  std::vector<CurvePoint> points;
  /// Where the curve has NaN or an infinity: the first such x of each column. Lines pass over them.
  std::vector<std::int64_t> notFinite;
};

struct ValueRange {
  float low = 0.0F;
  float high = 0.0F;
  float lowestPositive = 0.0F;  ///< for a logarithmic axis; 0: no value is above 0

  bool operator==(const ValueRange&) const = default;
};

class LevelOfDetail {
 public:
  /// Amortised O(1). An `x` below the last one returns to it: the points from `x` on go away first. Equal ones follow
  /// one another.
  void append(std::int64_t x, float y);
  /// Drops the points at `x` and above.
  void truncateFrom(std::int64_t x);
  void clear();

  std::size_t size() const { return m_x.size(); }
  bool empty() const { return m_x.empty(); }
  CurvePoint point(std::size_t index) const { return {m_x[index], m_y[index]}; }

  /// What is seen of [x0, x1] on `columns` pixels; empty where x0 ≥ x1 or columns < 1. Takes O(columns · log size).
  CurveView view(double x0, double x1, int columns) const;
  /// Of the finite values in [x0, x1]; none where there are none. O(log size).
  std::optional<ValueRange> valueRange(double x0, double x1) const;
  /// The point whose x is nearest, the earlier one of two; NaN included. O(log size).
  std::optional<CurvePoint> nearest(double x) const;

 private:
  static constexpr std::size_t kFan = 16;  ///< nodes that one of the next level is of
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// Indices of points.
  struct Extremes {
    std::size_t low = kNone;
    std::size_t high = kNone;
    std::size_t lowestPositive = kNone;
    std::size_t notFinite = kNone;  ///< the first
  };

  void addPoint(Extremes& extremes, std::size_t index) const;
  void addExtremes(Extremes& extremes, const Extremes& other) const;
  Extremes extremesOf(std::size_t begin, std::size_t end) const;
  std::size_t firstAtOrAbove(double x) const;
  std::size_t firstAbove(double x) const;
  void addColumn(CurveView& view, std::size_t begin, std::size_t end) const;

  std::vector<std::int64_t> m_x;
  std::vector<float> m_y;
  /// Level k: of kFan^(k + 1) points each, whole ones alone.
  std::vector<std::vector<Extremes>> m_levels;
};

}  // namespace loom::render
