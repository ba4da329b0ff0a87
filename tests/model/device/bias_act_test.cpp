// Scale, bias, noise, activation, gain and clamp against bias_act.py's formulas in double.
#include "model/device/bias_act.h"
#include "tests/model/device/by_definition.h"

#include <QTest>

using namespace loom;
using namespace loom::test;

namespace {

/// As PyTorch defines them.
double bent(LoomActivation activation, double x, double slope) {
  switch (activation) {
    case LOOM_LINEAR: return x;
    case LOOM_RELU: return std::max(x, 0.0);
    case LOOM_LEAKY_RELU: return x >= 0.0 ? x : x * slope;
    case LOOM_TANH: return std::tanh(x);
    case LOOM_SIGMOID: return 1.0 / (1.0 + std::exp(-x));
    case LOOM_ELU: return x > 0.0 ? x : std::exp(x) - 1.0;
    case LOOM_SELU:
      return 1.0507009873554804934193349852946 *
             (x > 0.0 ? x : 1.6732632423543772848170429916717 * (std::exp(x) - 1.0));
    case LOOM_SOFTPLUS: return std::log(1.0 + std::exp(x));
    case LOOM_SWISH: return x / (1.0 + std::exp(-x));
  }
  return NAN;
}

float one(LoomActivation activation, float x, float gain = 1.0F, float clamp = -1.0F) {
  LoomBiasAct job{};
  job.shape = {1, 1, 1, 1, 0};
  job.input = &x;
  float result = NAN;
  job.output = &result;
  job.activation = activation;
  job.slope = 0.2F;
  job.gain = gain;
  job.clamp = clamp;
  model::biasActHost(job);
  return result;
}

}  // namespace

class BiasActTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsItsDefinition_data() {
    QTest::addColumn<int>("activation");
    QTest::addColumn<QList<int>>("shape");
    QTest::addColumn<bool>("channelsLast");
    QTest::addColumn<bool>("half");
    QTest::addColumn<QString>("parts");  // s: scale, b: bias, n: noise for all, N: noise for each, c: clamp
    for (int activation = LOOM_LINEAR; activation <= LOOM_SWISH; ++activation) {
      QTest::addRow("activation %d", activation) << activation << QList<int>{2, 3, 5, 4} << true << false << "sbN";
    }
    const int leaky = LOOM_LEAKY_RELU;
    QTest::newRow("modulation alone") << int{LOOM_LINEAR} << QList<int>{3, 7, 3, 5} << false << false << "s";
    QTest::newRow("nothing") << int{LOOM_LINEAR} << QList<int>{1, 2, 3, 4} << false << true << "";
    QTest::newRow("one of everything") << leaky << QList<int>{1, 1, 1, 1} << false << false << "sbnc";
    QTest::newRow("one channel, planes") << leaky << QList<int>{2, 1, 6, 9} << false << false << "sbnc";
    QTest::newRow("one channel, last") << leaky << QList<int>{2, 1, 6, 9} << true << false << "sbNc";
    QTest::newRow("planes, half") << leaky << QList<int>{2, 5, 7, 3} << false << true << "sbNc";
    QTest::newRow("channels last, half") << leaky << QList<int>{2, 5, 7, 3} << true << true << "sbnc";
    QTest::newRow("a row") << leaky << QList<int>{1, 33, 1, 17} << true << true << "bn";
  }
  void equalsItsDefinition() {
    QFETCH(int, activation);
    QFETCH(QList<int>, shape);
    QFETCH(bool, channelsLast);
    QFETCH(bool, half);
    QFETCH(QString, parts);
    QRandomGenerator random(7);
    const LoomElement element = half ? LOOM_HALF : LOOM_FLOAT;
    Stored input(shape[0], shape[1], shape[2], shape[3], channelsLast, element);
    input.fill(random);
    Stored output(shape[0], shape[1], shape[2], shape[3], channelsLast, element);
    const auto scale = someFloats(random, shape[0] * shape[1]);
    const auto bias = someFloats(random, shape[1]);
    const auto noise = someFloats(random, shape[0] * shape[2] * shape[3]);
    LoomBiasAct job{};
    job.shape = input.shape();
    job.element = element;
    job.input = input.data();
    job.output = output.data();
    job.scale = parts.contains('s') ? scale.data() : nullptr;
    job.bias = parts.contains('b') ? bias.data() : nullptr;
    job.noise = parts.contains('n', Qt::CaseInsensitive) ? noise.data() : nullptr;
    job.noisePerPicture = parts.contains('N');
    job.activation = static_cast<LoomActivation>(activation);
    job.slope = 0.3F;
    job.gain = 1.4F;
    job.clamp = parts.contains('c') ? 0.8F : -1.0F;
    model::biasActHost(job);

    Pictures expected = input.read();
    expected.forEach([&](double& value, int n, int c, int y, int x) {
      const auto of = [](const std::vector<float>& values, int i) {
        return static_cast<double>(values[static_cast<std::size_t>(i)]);
      };
      value *= job.scale ? of(scale, n * shape[1] + c) : 1.0;
      value += job.bias ? of(bias, c) : 0.0;
      value += job.noise ? of(noise, ((job.noisePerPicture ? n : 0) * shape[2] + y) * shape[3] + x) : 0.0;
      value = bent(job.activation, value, static_cast<double>(job.slope)) * static_cast<double>(job.gain);
      if (job.clamp >= 0.0F) {
        value = std::clamp(value, -static_cast<double>(job.clamp), static_cast<double>(job.clamp));
      }
    });
    QVERIFY(difference(output.read(), expected) <= tolerance(element));
    job.output = input.data();
    model::biasActHost(job);  // in place
    QCOMPARE(input.read().values, output.read().values);
  }

  void extremes() {
    constexpr float kInfinite = std::numeric_limits<float>::infinity();
    for (int i = LOOM_LINEAR; i <= LOOM_SWISH; ++i) {
      QVERIFY2(std::isnan(one(static_cast<LoomActivation>(i), NAN)), qPrintable(QString::number(i)));
      QVERIFY2(std::isnan(one(static_cast<LoomActivation>(i), NAN, 1.0F, 2.0F)), qPrintable(QString::number(i)));
    }
    QCOMPARE(one(LOOM_RELU, -kInfinite), 0.0F);
    QCOMPARE(one(LOOM_SOFTPLUS, 1000.0F), 1000.0F);
    QCOMPARE(one(LOOM_SOFTPLUS, -1000.0F), 0.0F);
    QCOMPARE(one(LOOM_ELU, -1000.0F), -1.0F);
    QCOMPARE(one(LOOM_SIGMOID, -1000.0F), 0.0F);
    QCOMPARE(one(LOOM_TANH, 1000.0F), 1.0F);
    QCOMPARE(one(LOOM_LINEAR, kInfinite, 1.0F, 256.0F), 256.0F);
    QCOMPARE(one(LOOM_LEAKY_RELU, -kInfinite, 2.0F, 256.0F), -256.0F);
    QCOMPARE(one(LOOM_LINEAR, 3.0F, 1.0F, 0.0F), 0.0F);
  }

  /// What a half cannot hold becomes infinite, unless the clamp is there first.
  void beyondHalf() {
    for (const float clamp : {-1.0F, 256.0F}) {
      Stored picture(1, 1, 1, 1, false, LOOM_HALF);
      model::store(60000.0F, *static_cast<model::Half*>(picture.data()));
      LoomBiasAct job{};
      job.shape = picture.shape();
      job.element = LOOM_HALF;
      job.input = picture.data();
      job.output = picture.data();
      job.activation = LOOM_LINEAR;
      job.gain = 2.0F;
      job.clamp = clamp;
      model::biasActHost(job);
      QCOMPARE(picture.read().values[0], clamp < 0.0F ? static_cast<double>(INFINITY) : 256.0);
    }
  }
};

QTEST_APPLESS_MAIN(BiasActTest)
#include "bias_act_test.moc"
