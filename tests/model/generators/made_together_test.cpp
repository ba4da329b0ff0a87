// Pictures made together are those made one by one, in whatever order a model is asked for them: convolutions keep
// their weights in an order that suits the first picture.
#include "model/numpy_random.h"
#include "model/opened_model.h"
#include "tests/model/generators/references.h"

#include <QTest>

using namespace loom::model;
using namespace loom::test;

namespace {

constexpr int kTogether = 3;

FloatTensor rows(const OpenedModel& model, int first, int count) {
  const int width = model.info().zDim;
  FloatTensor z{{count, width}, {}};
  for (int i = first; i < first + count; ++i) {
    const auto row = normalVector(static_cast<std::uint32_t>(i), width);
    z.values.insert(z.values.end(), row.begin(), row.end());
  }
  return z;
}

FloatTensor pictures(const OpenedModel& model, int first, int count) {
  GeneratorInputs inputs{.z = rows(model, first, count)};
  if (model.info().labels != LabelKind::None) {
    inputs.c = FloatTensor{{count, model.info().classCount}, {}};
    inputs.c->values.assign(static_cast<std::size_t>(inputs.c->elementCount()), 0.0F);
    for (int i = 0; i < count; ++i) {
      inputs.c->values[static_cast<std::size_t>(i * model.info().classCount + (first + i) % model.info().classCount)] =
          1.0F;
    }
  }
  SynthesisSettings settings;
  if (!model.info().noiseModes.empty()) {
    settings.noise = NoiseMode::None;  // what is drawn for several is not what is drawn for each
  }
  return model.generate(inputs, settings).image;
}

}  // namespace

class MadeTogetherTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void picturesMadeTogetherAreThoseMadeAlone_data() {
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"oracle/dcgan-tutorial/netG.pth", "oracle/dcgan-zoo/generator.pth", "oracle/progressive-gan/generator.pth",
          "oracle/stylegan1-zoo/generator.pth", "oracle/stylegan1-rosinality/generator.pth", "oracle/biggan/G_ema.pth",
          "oracle/biggan-deep/G_ema.pth", "oracle/cgan-mlp/generator.pth", "biggan/hf-biggan.safetensors",
          "biggan/mimicry-sagan.safetensors"}) {
      QTest::newRow(file) << QString::fromLatin1(file);
    }
  }
  void picturesMadeTogetherAreThoseMadeAlone() {
    QFETCH(QString, file);
    const std::string path = (QStringLiteral(LOOM_TEST_DATA "/") + file).toStdString();
    const auto first = OpenedModel::open(path);  // meets one, then several
    std::vector<FloatTensor> alone;
    for (int i = 0; i < kTogether; ++i) {
      alone.push_back(pictures(*first, i, 1));
    }
    const auto second = OpenedModel::open(path);  // the other way round
    for (const auto& model : {first, second}) {
      const FloatTensor together = pictures(*model, 0, kTogether);
      const auto size = alone.front().values.size();
      QCOMPARE(together.values.size(), kTogether * size);
      for (int i = 0; i < kTogether; ++i) {
        const auto begin = together.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(i) * size);
        const FloatTensor one{alone.front().shape, {begin, begin + static_cast<std::ptrdiff_t>(size)}};
        const double apart = difference(one, alone[static_cast<std::size_t>(i)]);
        QVERIFY2(apart < kTolerance, qPrintable(QStringLiteral("picture %1 differs by %2").arg(i).arg(apart)));
      }
    }
    QVERIFY(difference(pictures(*second, 1, 1), alone[1]) < kTolerance);
  }
};

QTEST_GUILESS_MAIN(MadeTogetherTest)
#include "made_together_test.moc"
