#include "model/numpy_random.h"

#include <QTest>

using namespace loom::model;

class NumpyRandomTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// Printed by numpy.random.RandomState(seed).randn(7).
  void gaussiansAreNumpys_data() {
    QTest::addColumn<quint32>("seed");
    QTest::addColumn<QList<double>>("expected");
    QTest::newRow("0") << 0U
                       << QList<double>{1.764052345967664,  0.4001572083672233, 0.9787379841057392, 2.240893199201458,
                                        1.8675579901499675, -0.977277879876411, 0.9500884175255894};
    QTest::newRow("42") << 42U
                        << QList<double>{0.4967141530112327,   -0.13826430117118466, 0.6476885381006925,
                                         1.5230298564080254,   -0.23415337472333597, -0.23413695694918055,
                                         1.5792128155073915};
    QTest::newRow("largest") << 4294967295U
                             << QList<double>{0.6484086742306527,  0.6693235306338161, -1.0805437227474493,
                                              0.2845010447986309,  0.11388773652167104, 0.8676218937929382,
                                              -0.044026015448043285};
  }
  void gaussiansAreNumpys() {
    QFETCH(quint32, seed);
    QFETCH(QList<double>, expected);
    NumpyRandom random(seed);
    for (const double value : expected) {
      // log and sqrt may differ in the last bit between C libraries; float32, which is what counts, must not.
      QCOMPARE(static_cast<float>(random.gauss()), static_cast<float>(value));
    }
  }

  /// Printed by RandomState(42).uniform(-1, 1, 4).
  void uniformsAreNumpys() {
    const std::vector<float> expected{-0.250919762305275F, 0.9014286128198323F, 0.4639878836228102F,
                                      0.1973169683940732F};
    QCOMPARE(uniformVector(42, 4), expected);
  }

  /// float(RandomState(42).randn(512).astype(float32)[511]), and the sum of all.
  void longVectorsToo() {
    const auto z = normalVector(42, 512);
    QCOMPARE(z[511], -0.05023811012506485F);
    double sum = 0.0;
    for (const float value : z) {
      sum += static_cast<double>(value);
    }
    QVERIFY(std::abs(sum - 2.2626309851184487) < 1e-6);
  }
};

QTEST_APPLESS_MAIN(NumpyRandomTest)
#include "numpy_random_test.moc"
