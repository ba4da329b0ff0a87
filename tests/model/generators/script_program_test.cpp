// TorchScript: asked for, run by LibTorch, its input found by trying. The files and figures are of tests/data/torchscript/make.py.
#include "model/opened_model.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace loom::model;

namespace {

std::shared_ptr<OpenedModel> openScript(const char* name, bool trust) {
  OpenOptions options;
  options.trust = trust;
  return OpenedModel::open(std::string(LOOM_TEST_DATA "/torchscript/") + name, {}, options);
}

/// sin(0), sin(1), sin(2) …
FloatTensor wave(const std::vector<std::int64_t>& shape) {
  FloatTensor tensor{shape, {}};
  for (std::int64_t i = 0; i < tensor.elementCount(); ++i) {
    tensor.values.push_back(std::sin(static_cast<float>(i)));
  }
  return tensor;
}

void compareImage(const FloatTensor& image, double sum, float first, float last) {
  const double got = std::accumulate(image.values.begin(), image.values.end(), 0.0);
  QVERIFY2(std::abs(got - sum) < 1e-3, qPrintable(QString::number(got)));
  QVERIFY(std::abs(image.values.front() - first) < 1e-5F);
  QVERIFY(std::abs(image.values.back() - last) < 1e-5F);
}

}  // namespace

class ScriptProgramTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void isAskedFor() {
    try {
      openScript("deconvolutions.ts", false);
      QFAIL("it opened without trust");
    } catch (const TrustNeeded& error) {
      QVERIFY(std::string(error.what()).find("deconvolutions.ts") != std::string::npos);
    }
  }

  void weightsOfAKnownLayoutNeedNoProgram() {
    const std::string path = LOOM_TEST_DATA "/oracle/torchscript-mlp/generator.ts";
    const auto asData = OpenedModel::open(path);
    QVERIFY(!asData->info().runsProgram);
    QCOMPARE(asData->info().architecture, std::string("MLP GAN"));
    OpenOptions trusted;
    trusted.trust = true;
    const auto asProgram = OpenedModel::open(path, {}, trusted);
    QVERIFY(asProgram->info().runsProgram);
    QCOMPARE(asProgram->info().zDim, asData->info().zDim);
    QCOMPARE(asProgram->info().parameterCount, asData->info().parameterCount);
    GeneratorInputs inputs;
    inputs.z = wave({2, asData->info().zDim});
    const FloatTensor one = asData->generate(inputs).image;
    const FloatTensor other = asProgram->generate(inputs).image;
    QCOMPARE(other.shape, (std::vector<std::int64_t>{2, 784}));
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      QVERIFY(std::abs(one.values[i] - other.values[i]) < 1e-5F);
    }
    const Frame frame = asProgram->render({});
    QCOMPARE(frame.width, 28);
    QCOMPARE(frame.height, 28);
  }

  void deconvolutionsThatGiveATuple() {
    const auto model = openScript("deconvolutions.ts", true);
    QCOMPARE(model->info().zDim, 6);
    QCOMPARE(model->info().channels, 3);
    QCOMPARE(model->info().width, 16);
    QVERIFY((model->info().range == ValueRange{0.0F, 1.0F}));
    GeneratorInputs inputs;
    inputs.z = wave({2, 6});
    const FloatTensor image = model->generate(inputs).image;
    QCOMPARE(image.shape, (std::vector<std::int64_t>{2, 3, 16, 16}));
    compareImage(image, 788.327316, 0.5185403F, 0.5019816F);
  }

  void picturesOfAnySize() {
    const auto model = openScript("pictures.ts", true);
    QVERIFY(model->info().input == InputKind::Picture);
    QCOMPARE(model->info().inputChannels, 3);
    QCOMPARE(model->info().width, 0);
    GeneratorInputs inputs;
    inputs.x = wave({1, 3, 8, 8});
    compareImage(model->generate(inputs).image, 13.433367, 0.0568816F, 0.1697986F);
  }

  void aProgramOfOnePictureAtATime() {
    const auto model = openScript("one-by-one.ts", true);
    GeneratorInputs inputs;
    inputs.z = wave({1, 4});
    const FloatTensor one = model->generate(inputs).image;
    compareImage(one, 2.369404, 0.5041680F, -0.8179691F);
    FloatTensor three = wave({3, 4});
    inputs.z = three;
    const FloatTensor image = model->generate(inputs).image;
    QCOMPARE(image.shape, (std::vector<std::int64_t>{3, 1, 8, 8}));
    QVERIFY(std::equal(one.values.begin(), one.values.end(), image.values.begin()));
  }

  void programsThatCannotBeFed_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("part");
    QTest::newRow("two inputs") << "two-inputs.ts" << "takes 2 inputs";
    QTest::newRow("no pictures") << "no-pictures.ts" << "made no pictures";
  }
  void programsThatCannotBeFed() {
    QFETCH(QString, file);
    QFETCH(QString, part);
    try {
      openScript(qPrintable(file), true);
      QFAIL("it opened");
    } catch (const ModelError& error) {
      QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
      QVERIFY(QString::fromUtf8(error.what()).contains(file));
    }
  }
};

QTEST_GUILESS_MAIN(ScriptProgramTest)
#include "script_program_test.moc"
