// The arithmetic of float planes to RGBA8, which the CUDA kernel shares.
#include "model/device/rgba_pack.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

using loom::model::packRgbaHost;
using loom::model::ValueRange;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

/// Grey level of one value, by way of a whole 1×1 picture.
int level(float value, ValueRange range = {}) { return packRgbaHost(&value, 1, 1, 1, range)[0]; }

/// What the formula says in exact arithmetic, before it is floored.
double exactLevel(float value, ValueRange range) {
  const double low = range.low;
  const double high = range.high;
  return std::clamp((value - low) / (high - low) * 255.0 + 0.5, 0.0, 255.0);
}

}  // namespace

class RgbaPackTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void knownValues() {
    QCOMPARE(level(-1.0F), 0);
    QCOMPARE(level(1.0F), 255);
    QCOMPARE(level(0.0F), 128);  // 0 * 127.5 + 128, as StyleGAN writes it
    QCOMPARE(level(-2.0F), 0);
    QCOMPARE(level(2.0F), 255);
    QCOMPARE(level(0.0F, {0.0F, 1.0F}), 0);
    QCOMPARE(level(1.0F, {0.0F, 1.0F}), 255);
    QCOMPARE(level(0.5F, {0.0F, 1.0F}), 128);
    QCOMPARE(level(100.0F, {0.0F, 255.0F}), 100);
    QCOMPARE(level(100.49F, {0.0F, 255.0F}), 100);
    QCOMPARE(level(100.5F, {0.0F, 255.0F}), 101);  // halves go up
    QCOMPARE(level(99.51F, {0.0F, 255.0F}), 100);
    QCOMPARE(level(254.49F, {0.0F, 255.0F}), 254);
    QCOMPARE(level(254.5F, {0.0F, 255.0F}), 255);
    QCOMPARE(level(0.49F, {0.0F, 255.0F}), 0);
    QCOMPARE(level(0.5F, {0.0F, 255.0F}), 1);
  }

  void valuesThatAreNone() {
    QCOMPARE(level(notANumber), 0);
    QCOMPARE(level(-notANumber), 0);
    QCOMPARE(level(infinity), 255);
    QCOMPARE(level(-infinity), 0);
    QCOMPARE(level(std::numeric_limits<float>::max()), 255);
    QCOMPARE(level(std::numeric_limits<float>::lowest()), 0);
    QCOMPARE(level(std::numeric_limits<float>::denorm_min()), 128);
  }

  /// Every rounding edge and its float neighbours, in three ranges: exact off the edge, either side within float error.
  void agreesWithDoubles() {
    const std::uint32_t seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    for (const ValueRange range : {ValueRange{-1.0F, 1.0F}, ValueRange{0.0F, 1.0F}, ValueRange{-2.7F, 11.3F}}) {
      std::vector<float> values;
      for (int step = -10; step < 266; ++step) {
        const double edge = range.low + (step - 0.5) / 255.0 * (static_cast<double>(range.high) - range.low);
        const auto nearest = static_cast<float>(edge);
        values.insert(values.end(), {nearest, std::nextafter(nearest, infinity), std::nextafter(nearest, -infinity)});
      }
      std::uniform_real_distribution<float> spread(range.low - 0.5F, range.high + 0.5F);
      for (int count = 0; count < 100000; ++count) {
        values.push_back(spread(random));
      }
      int nearEdge = 0;
      for (const float value : values) {
        const double exact = exactLevel(value, range);
        const int got = level(value, range);
        const bool clamped = exact <= 0.0 || exact >= 255.0;
        const bool atEdge = !clamped && std::abs(exact - std::round(exact)) < 1e-4;
        nearEdge += atEdge ? 1 : 0;
        const int low = static_cast<int>(std::floor(atEdge ? exact - 1e-4 : exact));
        const int high = static_cast<int>(std::floor(atEdge ? exact + 1e-4 : exact));
        QVERIFY2(got >= std::max(low, 0) && got <= std::min(high, 255),
                 qPrintable(QString("%1 in %2..%3 gave %4, exactly %5")
                                .arg(value, 0, 'g', 9)
                                .arg(range.low)
                                .arg(range.high)
                                .arg(got)
                                .arg(exact, 0, 'g', 12)));
      }
      QVERIFY(nearEdge < static_cast<int>(values.size()) / 50);  // else the comparison above would be idle
    }
  }

  /// Colour planes, odd sizes (the vector loop's remainder), alpha.
  void layout() {
    for (const auto& [height, width] : {std::pair{1, 1}, std::pair{3, 5}, std::pair{7, 33}, std::pair{64, 64}}) {
      const auto pixels = static_cast<std::size_t>(height * width);
      std::vector<float> planes(pixels * 3);
      for (std::size_t index = 0; index < planes.size(); ++index) {
        planes[index] = static_cast<float>((index * 37 + index / pixels * 11) % 256);
      }
      const auto rgba = packRgbaHost(planes.data(), 3, height, width, {0.0F, 255.0F});
      QCOMPARE(rgba.size(), pixels * 4);
      const auto grey = packRgbaHost(planes.data(), 1, height, width, {0.0F, 255.0F});
      for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
          QCOMPARE(static_cast<float>(rgba[pixel * 4 + channel]), planes[channel * pixels + pixel]);
          QCOMPARE(static_cast<float>(grey[pixel * 4 + channel]), planes[pixel]);
        }
        QCOMPARE(int{rgba[pixel * 4 + 3]}, 255);
        QCOMPARE(int{grey[pixel * 4 + 3]}, 255);
      }
    }
  }

  /// Half planes give what the same values give in float32, in colour and grey, to the vector loop's remainder.
  void halfPlanes() {
    std::mt19937 random(std::random_device{}());
    std::normal_distribution<float> normal;
    for (const int channels : {1, 3}) {
      constexpr int kHeight = 7;
      constexpr int kWidth = 33;
      std::vector<loom::model::Half> halves(static_cast<std::size_t>(channels * kHeight * kWidth));
      std::vector<float> floats;
      for (auto& half : halves) {
        loom::model::store(normal(random), half);
        floats.push_back(loom::model::load(half));
      }
      loom::model::store(notANumber, halves[3]);
      floats[3] = notANumber;
      QCOMPARE(packRgbaHost(halves.data(), channels, kHeight, kWidth, {}),
               packRgbaHost(floats.data(), channels, kHeight, kWidth, {}));
    }
  }

  void refusals() {
    const std::vector<float> planes(16);
    QVERIFY_EXCEPTION_THROWN(packRgbaHost(planes.data(), 2, 2, 2, {}), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(packRgbaHost(planes.data(), 4, 2, 2, {}), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(packRgbaHost(planes.data(), 3, 0, 2, {}), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(packRgbaHost(planes.data(), 3, 2, -1, {}), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(packRgbaHost(planes.data(), 1, 2, 2, {1.0F, 1.0F}), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(packRgbaHost(planes.data(), 1, 2, 2, {notANumber, 1.0F}), std::invalid_argument);
  }
};

QTEST_APPLESS_MAIN(RgbaPackTest)
#include "rgba_pack_test.moc"
