// filtered_lrelu against its definition, written out: zeros put between, padded, filtered, activated, filtered,
// thinned.
#include "model/kernels/filtered_lrelu.h"

#include "tests/model/kernels/each_processor.h"

#include <QRandomGenerator>
#include <QTest>

#include <cmath>
#include <cstring>
#include <type_traits>

using loom::model::Bfloat16;
using loom::model::FilteredLrelu;
using loom::model::filteredLrelu;
using loom::model::FilteredLreluCall;

namespace {

/// One channel, in double.
struct Plane {
  int height = 0;
  int width = 0;
  std::vector<double> values;
  double at(int y, int x) const {
    return y >= 0 && x >= 0 && y < height && x < width ? values[static_cast<std::size_t>(y) * width + x] : 0.0;
  }
};

Plane filtered(const Plane& in, const std::vector<double>& square, int taps, int step) {
  Plane out{(in.height - taps) / step + 1, (in.width - taps) / step + 1, {}};
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      double sum = 0.0;
      for (int i = 0; i < taps; ++i) {
        for (int j = 0; j < taps; ++j) {  // a convolution turns the filter
          sum += in.at(y * step + i, x * step + j) *
                 square[static_cast<std::size_t>((taps - 1 - i) * taps + taps - 1 - j)];
        }
      }
      out.values.push_back(sum);
    }
  }
  return out;
}

std::vector<double> squareOf(const std::vector<float>& taps) {
  std::vector<double> square;
  for (const float a : taps) {
    for (const float b : taps) {
      square.push_back(static_cast<double>(a) * b);
    }
  }
  return square;
}

Plane byDefinition(const FilteredLrelu& plan, const Plane& in, double bias) {
  Plane padded{
      in.height * plan.up + plan.padTop + plan.padBottom, in.width * plan.up + plan.padLeft + plan.padRight, {}};
  for (int y = 0; y < padded.height; ++y) {
    for (int x = 0; x < padded.width; ++x) {
      const int fromY = y - plan.padTop;
      const int fromX = x - plan.padLeft;
      const bool isPixel = fromY >= 0 && fromX >= 0 && fromY < in.height * plan.up && fromX < in.width * plan.up &&
                           fromY % plan.up == 0 && fromX % plan.up == 0;
      padded.values.push_back(isPixel ? (in.at(fromY / plan.up, fromX / plan.up) + bias) * plan.up * plan.up : 0.0);
    }
  }
  Plane large = filtered(padded, squareOf(plan.upTaps), static_cast<int>(plan.upTaps.size()), 1);
  for (double& value : large.values) {
    value = (value < 0.0 ? value * plan.slope : value) * plan.gain;
    value = plan.clamp < 0.0F ? value : std::clamp<double>(value, -plan.clamp, plan.clamp);
  }
  const std::vector<double> down =
      plan.downIsSquare ? std::vector<double>(plan.downTaps.begin(), plan.downTaps.end()) : squareOf(plan.downTaps);
  return filtered(large, down, static_cast<int>(std::lround(std::sqrt(static_cast<double>(down.size())))), plan.down);
}

std::vector<float> noise(QRandomGenerator& random, int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(random.generateDouble() * 2.0 - 0.9));
  }
  return values;
}

}  // namespace

class FilteredLreluTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsItsDefinition_data() {
    QTest::addColumn<int>("up");
    QTest::addColumn<int>("down");
    QTest::addColumn<int>("upTaps");
    QTest::addColumn<int>("downTaps");
    QTest::addColumn<bool>("square");
    QTest::addColumn<int>("pad");
    QTest::addColumn<int>("channels");
    QTest::newRow("nothing but the activation") << 1 << 1 << 1 << 1 << false << 0 << 3;
    QTest::newRow("the same from both ends: 2 up") << 2 << 2 << 12 << -12 << false << 9 << 16;
    QTest::newRow("the same from both ends: 2 up, cut") << 2 << 2 << 12 << -12 << false << -3 << 5;
    QTest::newRow("the same from both ends: 4 up") << 4 << 2 << 24 << -12 << false << -6 << 21;
    QTest::newRow("the same from both ends: 2 up, square") << 2 << 2 << 12 << -12 << true << 11 << 35;
    QTest::newRow("the same from both ends: 4 up, square") << 4 << 2 << 24 << -12 << true << -2 << 19;
    QTest::newRow("the same from both ends, of other lengths") << 2 << 2 << 6 << -8 << false << 5 << 18;
    QTest::newRow("a long filter") << 1 << 1 << 90 << 40 << false << 60 << 2;
    QTest::newRow("ToRGB crops") << 1 << 1 << 1 << 1 << false << -2 << 3;
    QTest::newRow("2 up, 2 down") << 2 << 2 << 12 << 12 << false << 9 << 16;
    QTest::newRow("4 up, 2 down, channels left over") << 4 << 2 << 24 << 12 << false << 14 << 21;
    QTest::newRow("2 up, 2 down, square") << 2 << 2 << 12 << 12 << true << 9 << 17;
    QTest::newRow("3 up, 2 down, odd taps, cut") << 3 << 2 << 7 << 5 << false << -1 << 5;
    QTest::newRow("1 up, 3 down, square") << 1 << 3 << 4 << 6 << true << 4 << 33;
    QTest::newRow("much padding") << 2 << 1 << 3 << 4 << false << 30 << 2;
  }
  void equalsItsDefinition() {
    for (const loom::test::Processor& processor : loom::test::processors()) {
      const loom::test::As as(processor);
      check();
      if (QTest::currentTestFailed()) {
        QFAIL(processor.name.c_str());
      }
    }
  }

  void stripsMeet() {
    // Wider than what is worked on together: every column is still what it is in a picture cut there.
    FilteredLrelu plan;
    plan.up = plan.down = 2;
    plan.upTaps.assign(12, 1.0F / 12.0F);
    plan.downTaps.assign(12, 1.0F / 12.0F);
    plan.padLeft = plan.padTop = 11;
    plan.padRight = plan.padBottom = 10;
    constexpr int kWide = 400;
    constexpr int kReach = 12;  // of both filters, in pixels of the input
    QRandomGenerator random(7);
    const std::vector<float> input = noise(random, kWide);
    const std::vector<float> bias{0.1F};
    const auto run = [&](int from, int width) {
      std::vector<float> output(static_cast<std::size_t>(width), NAN);
      FilteredLreluCall<float, float> call;
      call.input = input.data() + from;
      call.output = output.data();
      call.height = call.channels = 1;
      call.width = width;
      call.bias = bias.data();
      filteredLrelu(plan, call, loom::test::inTurn());
      return output;
    };
    QCOMPARE(plan.outputSize(kWide, plan.padLeft, plan.padRight), kWide);
    const std::vector<float> whole = run(0, kWide);
    for (int from = 0; from + 100 <= kWide; from += 50) {
      const std::vector<float> part = run(from, 100);
      for (int x = kReach; x < 100 - kReach; ++x) {
        QVERIFY(std::abs(part[static_cast<std::size_t>(x)] - whole[static_cast<std::size_t>(from + x)]) < 1e-6F);
      }
    }
  }

 private:
  void check() {
    QFETCH(int, up);
    QFETCH(int, down);
    QFETCH(int, upTaps);
    QFETCH(int, downTaps);
    QFETCH(bool, square);
    QFETCH(int, pad);
    QFETCH(int, channels);
    constexpr quint32 kSeed = 5;
    QRandomGenerator random(kSeed);
    FilteredLrelu plan;
    plan.up = up;
    plan.down = down;
    plan.upTaps = noise(random, upTaps);
    const bool isSame = downTaps < 0;  // from both ends
    const int side = std::abs(downTaps);
    plan.downTaps = noise(random, square ? side * side : side);
    for (std::size_t i = 0; isSame && i < plan.downTaps.size(); ++i) {
      const std::size_t column = i % static_cast<std::size_t>(side);
      plan.downTaps[i] = plan.downTaps[i - column + std::min(column, static_cast<std::size_t>(side) - 1 - column)];
    }
    plan.downIsSquare = square;
    plan.padLeft = pad;
    plan.padRight = pad + 1;
    plan.padTop = pad - 1;
    plan.padBottom = pad + 2;
    plan.gain = 1.4F;
    plan.clamp = 2.5F;
    constexpr int kHeight = 14;
    constexpr int kWidth = 17;
    std::vector<float> input = noise(random, kHeight * kWidth * channels);
    std::vector<Bfloat16> half(input.size());
    for (std::size_t i = 0; i < input.size(); ++i) {  // values that bfloat16 has, too
      std::uint32_t bits = 0;
      std::memcpy(&bits, &input[i], sizeof bits);
      bits &= 0xffff0000U;
      std::memcpy(&input[i], &bits, sizeof bits);
      half[i].bits = static_cast<std::uint16_t>(bits >> 16U);
    }
    const std::vector<float> bias = noise(random, channels);
    const std::vector<float> scale = noise(random, channels);
    const int height = plan.outputSize(kHeight, plan.padTop, plan.padBottom);
    const int width = plan.outputSize(kWidth, plan.padLeft, plan.padRight);
    QVERIFY(height > 0 && width > 0);
    std::vector<float> output(static_cast<std::size_t>(height) * width * channels, NAN);
    std::vector<float> ofHalf = output;
    std::vector<Bfloat16> inHalf(output.size());
    const auto run = [&](const auto* from, auto* to) {
      FilteredLreluCall<std::remove_const_t<std::remove_pointer_t<decltype(from)>>, std::remove_pointer_t<decltype(to)>>
          call;
      call.input = from;
      call.output = to;
      call.height = kHeight;
      call.width = kWidth;
      call.channels = channels;
      call.bias = bias.data();
      call.scale = scale.data();
      filteredLrelu(plan, call, loom::test::inTurn());
    };
    run(input.data(), output.data());
    run(half.data(), ofHalf.data());
    run(half.data(), inHalf.data());
    QVERIFY(ofHalf == output);
    for (std::size_t i = 0; i < output.size(); ++i) {
      const std::uint32_t bits = static_cast<std::uint32_t>(inHalf[i].bits) << 16U;
      float value = 0.0F;
      std::memcpy(&value, &bits, sizeof value);
      QVERIFY(std::abs(value - output[i]) <= std::abs(output[i]) / 256.0F);  // half of a step: eight bits are kept
    }
    for (int c = 0; c < channels; ++c) {
      Plane plane{kHeight, kWidth, {}};
      for (int i = 0; i < kHeight * kWidth; ++i) {
        plane.values.push_back(input[static_cast<std::size_t>(i) * channels + c] * scale[static_cast<std::size_t>(c)]);
      }
      const Plane expected = byDefinition(plan, plane, bias[static_cast<std::size_t>(c)]);
      QCOMPARE(expected.height, height);
      QCOMPARE(expected.width, width);
      double largest = 0.0;
      double apart = 0.0;
      for (int i = 0; i < height * width; ++i) {
        const double wanted = expected.values[static_cast<std::size_t>(i)];
        const double off = std::abs(wanted - output[static_cast<std::size_t>(i) * channels + c]);
        apart = std::isnan(off) ? INFINITY : std::max(apart, off);
        largest = std::max(largest, std::abs(wanted));
      }
      QVERIFY2(apart <= 1e-5 * largest,
               qPrintable(QStringLiteral("channel %1 is off by %2").arg(c).arg(apart / largest)));
    }
  }
};

QTEST_APPLESS_MAIN(FilteredLreluTest)
#include "filtered_lrelu_test.moc"
