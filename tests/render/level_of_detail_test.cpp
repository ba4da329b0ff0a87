#include "render/level_of_detail.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <map>
#include <random>

using namespace loom::render;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Column {
  std::vector<CurvePoint> finite;
  std::vector<std::int64_t> others;
};

/// What the view is to show, found by looking at every point.
void compareWithEveryPoint(const LevelOfDetail& curve, double x0, double x1, int columns) {
  std::map<int, Column> expected;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const CurvePoint point = curve.point(i);
    const auto x = static_cast<double>(point.x);
    if (x < x0 || x > x1) {
      continue;
    }
    Column& column = expected[std::min(columns - 1, static_cast<int>((x - x0) / (x1 - x0) * columns))];
    if (std::isfinite(point.y)) {
      column.finite.push_back(point);
    } else {
      column.others.push_back(point.x);
    }
  }
  const CurveView view = curve.view(x0, x1, columns);
  std::map<int, std::vector<CurvePoint>> shown;
  for (const CurvePoint& point : view.points) {
    const auto x = static_cast<double>(point.x);
    if (x >= x0 && x <= x1) {
      shown[std::min(columns - 1, static_cast<int>((x - x0) / (x1 - x0) * columns))].push_back(point);
    }
  }
  std::vector<std::int64_t> others;
  for (const auto& [number, column] : expected) {
    if (!column.others.empty()) {
      others.push_back(column.others.front());
    }
    const auto& points = shown[number];
    if (column.finite.size() <= 2 && column.others.empty()) {
      QCOMPARE(points, column.finite);
      continue;
    }
    if (column.finite.empty()) {
      QVERIFY(points.empty());
      continue;
    }
    QVERIFY(points.size() <= 2);
    const auto byValue = [](const CurvePoint& a, const CurvePoint& b) { return a.y < b.y; };
    const auto [low, high] = std::minmax_element(column.finite.begin(), column.finite.end(), byValue);
    QCOMPARE(std::min_element(points.begin(), points.end(), byValue)->y, low->y);
    QCOMPARE(std::max_element(points.begin(), points.end(), byValue)->y, high->y);
    for (const CurvePoint& point : points) {
      QVERIFY(std::find(column.finite.begin(), column.finite.end(), point) != column.finite.end());
    }
  }
  QCOMPARE(view.notFinite, others);
  QVERIFY(std::is_sorted(view.points.begin(), view.points.end(),
                         [](const CurvePoint& a, const CurvePoint& b) { return a.x < b.x; }));
  QVERIFY(view.points.size() <= static_cast<std::size_t>(2 * columns + 2));
}

}  // namespace

class LevelOfDetailTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void anyCurveAnyRange() {
    std::mt19937 random(3);
    for (int round = 0; round < 60; ++round) {
      LevelOfDetail curve;
      std::int64_t x = static_cast<std::int64_t>(random() % 1000) - 500;
      const int count = static_cast<int>(random() % 3000);
      for (int i = 0; i < count; ++i) {
        x += random() % 10 == 0 ? random() % 500 : random() % 3;  // gaps, and equal ones
        const auto kind = random() % 50;
        curve.append(x, kind == 0 ? kNaN : kind == 1 ? -kInfinity : static_cast<float>(random() % 1000) - 500.0F);
      }
      for (int range = 0; range < 20; ++range) {
        const double x0 = static_cast<double>(random() % 20000) - 1000.25;
        compareWithEveryPoint(curve, x0, x0 + 0.5 + static_cast<double>(random() % 20000),
                              1 + static_cast<int>(random() % 300));
      }
      compareWithEveryPoint(curve, -1e6, 1e6, 100);
      compareWithEveryPoint(curve, -1e6, 1e6, 1);
    }
  }

  void fewPointsAreExact() {
    LevelOfDetail curve;
    std::vector<CurvePoint> all;
    for (int i = 0; i < 100; ++i) {
      all.push_back({10 * i, std::sin(0.3F * static_cast<float>(i))});
      curve.append(all.back().x, all.back().y);
    }
    QCOMPARE(curve.view(0, 990, 100).points, all);
    const CurveView part = curve.view(95, 125, 800);  // 100, 110, 120, and one beyond each end
    QCOMPARE(part.points, std::vector<CurvePoint>(all.begin() + 9, all.begin() + 14));
    QCOMPARE(curve.view(101, 109, 800).points.size(), 2U);  // the line that crosses
    QVERIFY(curve.view(5, 5, 100).points.empty());
    QVERIFY(curve.view(0, 10, 0).points.empty());
    QVERIFY(LevelOfDetail().view(0, 10, 10).points.empty());
  }

  void valuesOfARange() {
    std::mt19937 random(4);
    LevelOfDetail curve;
    QVERIFY(!curve.valueRange(0, 10));
    QVERIFY(!curve.nearest(3));
    std::vector<float> values;
    for (int i = 0; i < 5000; ++i) {
      values.push_back(random() % 20 == 0 ? kNaN : static_cast<float>(random() % 2000) / 10 - 100.0F);
      curve.append(2 * i, values.back());
    }
    for (int round = 0; round < 300; ++round) {
      const int begin = static_cast<int>(random() % 5000);
      const int end = begin + static_cast<int>(random() % (5000 - begin));
      std::optional<ValueRange> expected;
      for (int i = begin; i <= end; ++i) {
        const float value = values[static_cast<std::size_t>(i)];
        if (std::isfinite(value)) {
          expected = expected.value_or(ValueRange{value, value, 0.0F});
          expected->low = std::min(expected->low, value);
          expected->high = std::max(expected->high, value);
          const bool lower = expected->lowestPositive == 0.0F || value < expected->lowestPositive;
          expected->lowestPositive = value > 0.0F && lower ? value : expected->lowestPositive;
        }
      }
      QVERIFY(curve.valueRange(2.0 * begin, 2.0 * end) == expected);
    }
    QVERIFY(!curve.valueRange(3, 2));
    QCOMPARE(curve.nearest(-5)->x, 0);
    QCOMPARE(curve.nearest(4.9)->x, 4);
    QCOMPARE(curve.nearest(5.1)->x, 6);
    QCOMPARE(curve.nearest(1e9)->x, 9998);
  }

  void aStepBackDropsWhatFollowed() {
    std::mt19937 random(5);
    LevelOfDetail curve;
    LevelOfDetail straight;
    for (int i = 0; i < 1000; ++i) {
      curve.append(i, static_cast<float>(random() % 100));
    }
    curve.append(300, 7);
    QCOMPARE(curve.size(), 301U);
    for (int i = 301; i < 5000; ++i) {
      curve.append(i, static_cast<float>(i % 97));
    }
    for (std::size_t i = 0; i < curve.size(); ++i) {
      straight.append(curve.point(i).x, curve.point(i).y);
    }
    QCOMPARE(curve.view(0, 5000, 50).points, straight.view(0, 5000, 50).points);
    compareWithEveryPoint(curve, 0, 5000, 37);
    curve.truncateFrom(0);
    QVERIFY(curve.empty());
    curve.append(5, 1);
    QCOMPARE(curve.view(0, 10, 10).points, (std::vector<CurvePoint>{{5, 1}}));
  }

  void hugeStepsAreBorne() {
    LevelOfDetail curve;
    curve.append(std::numeric_limits<std::int64_t>::min(), 1);
    curve.append(0, 2);
    curve.append(std::numeric_limits<std::int64_t>::max(), 3);
    QCOMPARE(curve.view(-1e19, 1e19, 100).points.size(), 3U);
    QCOMPARE(curve.view(-1, 1, 100).points.size(), 3U);
  }
};

QTEST_APPLESS_MAIN(LevelOfDetailTest)
#include "level_of_detail_test.moc"
