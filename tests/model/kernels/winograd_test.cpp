// Minimal filtering against the convolution's definition, in double.
#include "model/kernels/winograd.h"

#include "tests/model/kernels/each_processor.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace loom::model;

namespace {

struct Pictures {
  int count, height, width, channels;
  std::vector<double> values;

  Pictures(int n, int h, int w, int c)
      : count(n), height(h), width(w), channels(c), values(static_cast<std::size_t>(n) * h * w * c) {}
  double& at(int n, int y, int x, int c) {
    return values[((static_cast<std::size_t>(n) * height + y) * width + x) * channels + c];
  }
  std::vector<float> floats() const { return {values.begin(), values.end()}; }
};

std::vector<float> noise(QRandomGenerator& random, std::size_t count) {
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(), [&] { return static_cast<float>(random.generateDouble() * 2.0 - 1.0); });
  return values;
}

struct Case {
  WinogradKind kind;
  int count, height, width, pad, in, out;
  std::vector<float> weight, inputScale, scale, bias, noise;
  float slope, bound;

  Pictures byDefinition(Pictures& input) const {
    Pictures output(count, winogradOutput(kind, height, pad), winogradOutput(kind, width, pad), out);
    const auto tap = [&](int o, int i, int y, int x) {
      return weight[((static_cast<std::size_t>(o) * in + i) * 3 + y) * 3 + x];
    };
    for (int n = 0; n < count; ++n) {
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          for (int k = 0; k < 9; ++k) {
            const int toY = kind == WinogradKind::Same ? y + pad - k / 3 : 2 * y + k / 3;
            const int toX = kind == WinogradKind::Same ? x + pad - k % 3 : 2 * x + k % 3;
            if (toY < 0 || toX < 0 || toY >= output.height || toX >= output.width) {
              continue;
            }
            for (int i = 0; i < in; ++i) {
              const double value = input.at(n, y, x, i) * inputScale[static_cast<std::size_t>(n) * in + i];
              for (int o = 0; o < out; ++o) {
                output.at(n, toY, toX, o) += value * tap(o, i, k / 3, k % 3);
              }
            }
          }
        }
      }
      for (int y = 0; y < output.height; ++y) {
        for (int x = 0; x < output.width; ++x) {
          for (int o = 0; o < out; ++o) {
            double& value = output.at(n, y, x, o);
            value = value * scale[static_cast<std::size_t>(n) * out + o] + bias[static_cast<std::size_t>(o)] +
                    noise[(static_cast<std::size_t>(n) * output.height + y) * output.width + x];
            value = std::clamp<double>(value < 0.0 ? value * slope : value, -bound, bound);
          }
        }
      }
    }
    return output;
  }
};

}  // namespace

class WinogradTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsItsDefinition_data() {
    QTest::addColumn<bool>("twice");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("pad");
    QTest::addColumn<int>("in");
    QTest::addColumn<int>("out");
    QTest::newRow("one tile") << false << 1 << 4 << 4 << 1 << 16 << 32;
    QTest::newRow("one pixel") << false << 1 << 1 << 1 << 1 << 3 << 2;
    QTest::newRow("channels and pixels left over") << false << 1 << 13 << 18 << 1 << 21 << 45;
    QTest::newRow("more padding") << false << 1 << 10 << 7 << 2 << 5 << 33;
    QTest::newRow("no padding") << false << 2 << 9 << 11 << 0 << 17 << 8;
    QTest::newRow("several pictures, several jobs") << false << 3 << 38 << 31 << 1 << 8 << 9;
    QTest::newRow("more than a chunk of channels") << false << 1 << 6 << 5 << 1 << 20 << 150;
    QTest::newRow("few tiles, a chunk of channels for each thread") << false << 1 << 6 << 5 << 1 << 20 << 290;
    QTest::newRow("twice: few tiles, likewise") << true << 1 << 4 << 8 << 0 << 20 << 290;
    QTest::newRow("twice: many tiles and both borders") << true << 2 << 24 << 32 << 0 << 6 << 7;
    QTest::newRow("twice: one pixel") << true << 1 << 1 << 1 << 0 << 3 << 2;
    QTest::newRow("twice: a tile and its border") << true << 1 << 4 << 4 << 0 << 16 << 32;
    QTest::newRow("twice: left over") << true << 2 << 13 << 10 << 0 << 21 << 45;
    QTest::newRow("twice: more than a chunk of channels") << true << 1 << 5 << 6 << 0 << 20 << 150;
  }
  void equalsItsDefinition() {
    QFETCH(bool, twice);
    QFETCH(int, count);
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, pad);
    QFETCH(int, in);
    QFETCH(int, out);
    Case made{twice ? WinogradKind::Twice : WinogradKind::Same,
              count,
              height,
              width,
              pad,
              in,
              out,
              {},
              {},
              {},
              {},
              {},
              0.2F,
              3.0F};
    QRandomGenerator random(11);
    const int outHeight = winogradOutput(made.kind, made.height, made.pad);
    const int outWidth = winogradOutput(made.kind, made.width, made.pad);
    made.weight = noise(random, static_cast<std::size_t>(made.out) * made.in * 9);
    made.inputScale = noise(random, static_cast<std::size_t>(made.count) * made.in);
    made.scale = noise(random, static_cast<std::size_t>(made.count) * made.out);
    made.bias = noise(random, static_cast<std::size_t>(made.out));
    made.noise = noise(random, static_cast<std::size_t>(made.count) * outHeight * outWidth);
    Pictures input(made.count, made.height, made.width, made.in);
    for (double& value : input.values) {
      value = static_cast<float>(random.generateDouble() * 2.0 - 1.0);
    }
    const Pictures expected = made.byDefinition(input);
    const std::vector<float> from = input.floats();
    for (const loom::test::Processor& processor : loom::test::processors()) {
      const loom::test::As as(processor);
      std::vector<float> output(expected.values.size(), NAN);
      const WinogradWeights weights(made.kind, made.weight.data(), {made.in * 9, 9, 3, 1}, made.out, made.in,
                                    loom::test::inTurn());
      WinogradCall call{from.data(),
                        output.data(),
                        made.count,
                        made.height,
                        made.width,
                        made.pad,
                        made.inputScale.data(),
                        {made.scale.data(), made.bias.data(), made.noise.data(), true, made.slope, made.bound}};
      winogradConvolution(weights, call, loom::test::inTurn());
      for (std::size_t i = 0; i < output.size(); ++i) {
        const double apart = std::abs(output[i] - expected.values[i]);
        QVERIFY2(apart <= 2e-5, qPrintable(QStringLiteral("%1: value %2 is off by %3")
                                               .arg(QString::fromStdString(processor.name))
                                               .arg(i)
                                               .arg(apart)));
      }
    }
  }

  void weightsInAnyOrder() {
    QRandomGenerator random(3);
    constexpr int kIn = 18;
    constexpr int kOut = 35;
    const std::vector<float> weight = noise(random, kIn * kOut * 9);  // tap × in × out
    std::vector<float> usual(weight.size());
    for (int tap = 0; tap < 9; ++tap) {
      for (int i = 0; i < kIn; ++i) {
        for (int o = 0; o < kOut; ++o) {
          usual[static_cast<std::size_t>((o * kIn + i) * 9 + tap)] =
              weight[static_cast<std::size_t>((tap * kIn + i) * kOut + o)];
        }
      }
    }
    const WinogradWeights a(WinogradKind::Same, weight.data(), {1, kOut, 3 * kIn * kOut, kIn * kOut}, kOut, kIn,
                            loom::test::inTurn());
    const WinogradWeights b(WinogradKind::Same, usual.data(), {kIn * 9, 9, 3, 1}, kOut, kIn, loom::test::inTurn());
    QCOMPARE(a.bytes(), b.bytes());
    QVERIFY(std::equal(a.panel(0, 0, 0), a.panel(0, 0, 0) + a.bytes() / sizeof(float), b.panel(0, 0, 0)));
  }
};

QTEST_APPLESS_MAIN(WinogradTest)
#include "winograd_test.moc"
