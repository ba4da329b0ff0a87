#include "render/level_of_detail.h"

#include <algorithm>
#include <cmath>

namespace loom::render {

void LevelOfDetail::append(std::int64_t x, float y) {
  if (!m_x.empty() && x < m_x.back()) {
    truncateFrom(x);
  }
  m_x.push_back(x);
  m_y.push_back(y);
  std::size_t whole = m_x.size();
  for (std::size_t level = 0; whole % kFan == 0; ++level) {
    Extremes node;
    for (std::size_t i = whole - kFan; i < whole; ++i) {
      if (level == 0) {
        addPoint(node, i);
      } else {
        addExtremes(node, m_levels[level - 1][i]);
      }
    }
    if (level == m_levels.size()) {
      m_levels.emplace_back();
    }
    m_levels[level].push_back(node);
    whole /= kFan;
  }
}

void LevelOfDetail::truncateFrom(std::int64_t x) {
  std::size_t count = static_cast<std::size_t>(std::lower_bound(m_x.begin(), m_x.end(), x) - m_x.begin());
  m_x.resize(count);
  m_y.resize(count);
  for (auto& level : m_levels) {
    count /= kFan;
    level.resize(count);
  }
}

void LevelOfDetail::clear() {
  m_x.clear();
  m_y.clear();
  m_levels.clear();
}

void LevelOfDetail::addPoint(Extremes& extremes, std::size_t index) const {
  if (!std::isfinite(m_y[index])) {
    extremes.notFinite = std::min(extremes.notFinite, index);
    return;
  }
  addExtremes(extremes, {index, index, m_y[index] > 0.0F ? index : kNone, kNone});
}

void LevelOfDetail::addExtremes(Extremes& extremes, const Extremes& other) const {
  const auto lower = [this](std::size_t a, std::size_t b) {
    return a == kNone || (b != kNone && (m_y[b] < m_y[a] || (m_y[b] == m_y[a] && b < a))) ? b : a;
  };
  const auto higher = [this](std::size_t a, std::size_t b) {
    return a == kNone || (b != kNone && (m_y[b] > m_y[a] || (m_y[b] == m_y[a] && b < a))) ? b : a;
  };
  extremes.low = lower(extremes.low, other.low);
  extremes.high = higher(extremes.high, other.high);
  extremes.lowestPositive = lower(extremes.lowestPositive, other.lowestPositive);
  extremes.notFinite = std::min(extremes.notFinite, other.notFinite);
}

/// Of the points [begin, end): few of the lowest level at both ends, and ever fewer of the higher ones.
LevelOfDetail::Extremes LevelOfDetail::extremesOf(std::size_t begin, std::size_t end) const {
  Extremes extremes;
  const auto add = [&](std::size_t level, std::size_t i) {
    if (level == 0) {
      addPoint(extremes, i);
    } else {
      addExtremes(extremes, m_levels[level - 1][i]);
    }
  };
  for (std::size_t level = 0; begin < end; ++level, begin /= kFan, end /= kFan) {
    while (begin < end && begin % kFan != 0) {
      add(level, begin++);
    }
    while (begin < end && end % kFan != 0) {
      add(level, --end);
    }
  }
  return extremes;
}

std::size_t LevelOfDetail::firstAtOrAbove(double x) const {
  const auto below = [](std::int64_t a, double b) { return static_cast<double>(a) < b; };
  return static_cast<std::size_t>(std::lower_bound(m_x.begin(), m_x.end(), x, below) - m_x.begin());
}

std::size_t LevelOfDetail::firstAbove(double x) const {
  const auto below = [](double a, std::int64_t b) { return a < static_cast<double>(b); };
  return static_cast<std::size_t>(std::upper_bound(m_x.begin(), m_x.end(), x, below) - m_x.begin());
}

void LevelOfDetail::addColumn(CurveView& view, std::size_t begin, std::size_t end) const {
  const Extremes extremes = extremesOf(begin, end);
  if (extremes.notFinite != kNone) {
    view.notFinite.push_back(m_x[extremes.notFinite]);
  }
  if (extremes.low == kNone) {
    return;
  }
  // Two points: they are the lowest and the highest, unless they are equal, which is seen as well from one of them;
  // but where few points are, all are wanted.
  if (end - begin == 2 && extremes.notFinite == kNone) {
    view.points.push_back(point(begin));
    view.points.push_back(point(begin + 1));
    return;
  }
  const auto [first, second] = std::minmax(extremes.low, extremes.high);
  view.points.push_back(point(first));
  if (second != first) {
    view.points.push_back(point(second));
  }
}

CurveView LevelOfDetail::view(double x0, double x1, int columns) const {
  CurveView view;
  if (!(x0 < x1) || columns < 1) {
    return view;
  }
  const std::size_t begin = firstAtOrAbove(x0);
  const std::size_t end = firstAbove(x1);
  const double perX = columns / (x1 - x0);
  const auto columnOf = [&](std::size_t i) {
    return std::min(columns - 1.0, std::floor((static_cast<double>(m_x[i]) - x0) * perX));
  };
  // Beyond the ends, the nearest points that can be drawn.
  for (std::size_t i = begin, tries = kFan; i-- > 0 && tries-- > 0;) {
    if (std::isfinite(m_y[i])) {
      view.points.push_back(point(i));
      break;
    }
  }
  for (std::size_t i = begin; i < end;) {
    const double column = columnOf(i);
    std::size_t step = 1;  // galloping: columns are short where many are
    std::size_t low = i;
    while (low + step < end && columnOf(low + step) <= column) {
      low += step;
      step *= 2;
    }
    std::size_t high = std::min(low + step, end);
    while (high - low > 1) {
      const std::size_t middle = low + (high - low) / 2;
      (columnOf(middle) <= column ? low : high) = middle;
    }
    addColumn(view, i, high);
    i = high;
  }
  for (std::size_t i = end, tries = kFan; i < size() && tries-- > 0; ++i) {
    if (std::isfinite(m_y[i])) {
      view.points.push_back(point(i));
      break;
    }
  }
  return view;
}

std::optional<ValueRange> LevelOfDetail::valueRange(double x0, double x1) const {
  const Extremes extremes = extremesOf(firstAtOrAbove(x0), std::max(firstAtOrAbove(x0), firstAbove(x1)));
  if (extremes.low == kNone) {
    return std::nullopt;
  }
  return ValueRange{m_y[extremes.low], m_y[extremes.high],
                    extremes.lowestPositive == kNone ? 0.0F : m_y[extremes.lowestPositive]};
}

std::optional<CurvePoint> LevelOfDetail::nearest(double x) const {
  if (empty()) {
    return std::nullopt;
  }
  const std::size_t after = std::min(firstAtOrAbove(x), size() - 1);
  if (after == 0) {
    return point(0);
  }
  const double left = x - static_cast<double>(m_x[after - 1]);
  const double right = static_cast<double>(m_x[after]) - x;
  return point(left <= right ? after - 1 : after);
}

}  // namespace loom::render
