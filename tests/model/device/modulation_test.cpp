// Demodulation factors and modulated weights against modulated_conv2d's formulas in double.
#include "model/device/modulation.h"
#include "tests/model/device/by_definition.h"

#include <QTest>

using namespace loom;
using namespace loom::test;

class ModulationTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void factors_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("in");
    QTest::addColumn<int>("out");
    QTest::newRow("one of each") << 1 << 1 << 1;
    QTest::newRow("fewer than lanes") << 2 << 5 << 7;
    QTest::newRow("lanes exactly") << 1 << 32 << 3;
    QTest::newRow("a rest") << 3 << 77 << 4;
    QTest::newRow("wide") << 2 << 512 << 9;
  }
  void factors() {
    QFETCH(int, count);
    QFETCH(int, in);
    QFETCH(int, out);
    QRandomGenerator random(5);
    const auto styles = someFloats(random, count * in);
    const auto squares = someFloats(random, out * in, 0.0, 2.0);
    std::vector<float> factors(static_cast<std::size_t>(count * out), NAN);
    model::demodulationHost({count, in, out, styles.data(), squares.data(), factors.data(), 1e-8F, 1.5F});
    for (int n = 0; n < count; ++n) {
      for (int o = 0; o < out; ++o) {
        double sum = 1e-8;
        for (int i = 0; i < in; ++i) {
          const double style = static_cast<double>(styles[static_cast<std::size_t>(n * in + i)]);
          sum += style * style * static_cast<double>(squares[static_cast<std::size_t>(o * in + i)]);
        }
        const double expected = 1.5 / std::sqrt(sum);
        QVERIFY(std::abs(static_cast<double>(factors[static_cast<std::size_t>(n * out + o)]) - expected) <=
                2e-6 * expected);
      }
    }
  }

  /// Styles of zero: epsilon keeps the factor finite.
  void nothingToDivideBy() {
    const std::vector<float> zeros(8);
    float factor = NAN;
    model::demodulationHost({1, 8, 1, zeros.data(), zeros.data(), &factor, 1e-8F, 1.0F});
    QVERIFY(std::abs(factor - 1e4F) < 1.0F);
  }

  void weights_data() {
    QTest::addColumn<QList<int>>("order");  // strides of out, in, tap for 3 × 5 × 4
    QTest::newRow("out, in, taps") << QList<int>{20, 4, 1};
    QTest::newRow("out, taps, in: channels last") << QList<int>{20, 1, 5};
    QTest::newRow("in, taps, out: channels last, transposed") << QList<int>{1, 12, 3};
    QTest::newRow("in, out, taps") << QList<int>{4, 12, 1};
  }
  void weights() {
    QFETCH(QList<int>, order);
    constexpr int kOut = 3;
    constexpr int kIn = 5;
    constexpr int kTaps = 4;
    QRandomGenerator random(9);
    const auto weights = someFloats(random, kOut * kIn * kTaps);
    const auto styles = someFloats(random, kIn);
    const auto factors = someFloats(random, kOut);
    for (const bool half : {false, true}) {
      for (const float* given : {factors.data(), static_cast<const float*>(nullptr)}) {
        Stored result(1, 1, 1, kOut * kIn * kTaps, false, half ? LOOM_HALF : LOOM_FLOAT);
        model::modulatedWeightsHost({kIn, kOut, kTaps, order[1], order[0], result.element(), weights.data(),
                                     styles.data(), given, result.data()});
        Pictures expected(1, 1, 1, kOut * kIn * kTaps);
        for (int o = 0; o < kOut; ++o) {
          for (int i = 0; i < kIn; ++i) {
            for (int t = 0; t < kTaps; ++t) {
              const auto place = static_cast<std::size_t>(o * order[0] + i * order[1] + t * order[2]);
              expected.values[place] = static_cast<double>(weights[place]) *
                                       static_cast<double>(styles[static_cast<std::size_t>(i)]) *
                                       (given ? static_cast<double>(factors[static_cast<std::size_t>(o)]) : 1.0);
            }
          }
        }
        QVERIFY(difference(result.read(), expected) <= tolerance(result.element()));
      }
    }
  }
};

QTEST_APPLESS_MAIN(ModulationTest)
#include "modulation_test.moc"
