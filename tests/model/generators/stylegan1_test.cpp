// StyleGAN in the form of NVIDIA's TensorFlow pickles: pictures equal to what its program defines
// (tests/data/stylegan1/make.py), and clear refusals of what only looks like one.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/generators/architecture.h"
#include "model/opened_model.h"
#include "tests/model/generators/references.h"

#include <QTest>

#include <cmath>
#include <functional>
#include <map>

using namespace loom::model;
using loom::test::difference;
using loom::test::kTolerance;
using loom::test::Tensors;

namespace {

constexpr double kPsi = 0.6;  // of make.py

std::filesystem::path data(const std::string& name) {
  return std::filesystem::path(LOOM_TEST_DATA "/stylegan1") / name;
}

Tensors reference(const std::string& name) { return loom::test::tensorsOf(data(name + ".reference.safetensors")); }

/// What the architecture says of the averaged network of tensorflow.pkl after `change`.
Recognition recognised(const std::function<void(TensorGroup&)>& change) {
  const Checkpoint file = readCheckpoint(data("tensorflow.pkl"));
  const auto group = std::find_if(file.groups.begin(), file.groups.end(),
                                  [](const TensorGroup& one) { return one.name == "Gs"; });
  if (group == file.groups.end()) {
    throw std::runtime_error("tensorflow.pkl has no Gs");
  }
  TensorGroup changed = *group;
  change(changed);
  for (const Architecture& one : architectures()) {
    if (one.name == "StyleGAN (TensorFlow)") {
      return one.recognise(changed, file);
    }
  }
  throw std::runtime_error("no such architecture");
}

TensorView& tensor(TensorGroup& group, const std::string& name) {
  return *std::find_if(group.tensors.begin(), group.tensors.end(),
                       [&](const TensorView& one) { return one.name == name; });
}

}  // namespace

class Stylegan1Test : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsItsProgram_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("classes");
    QTest::newRow("blurred, doubled by repetition") << "tensorflow" << 0;
    QTest::newRow("classes, doubled by the convolution, grey") << "tensorflow-classes" << 4;
  }
  void equalsItsProgram() {
    QFETCH(QString, file);
    QFETCH(int, classes);
    const auto model = OpenedModel::open(data(file.toStdString() + ".pkl"));
    QCOMPARE(model->group(), std::string("Gs"));
    QCOMPARE(model->info().architecture, std::string("StyleGAN"));
    QCOMPARE(model->info().classCount, classes);
    const Tensors expected = reference(file.toStdString());
    GeneratorInputs inputs{.z = expected.at("z")};
    if (classes > 0) {
      inputs.c = expected.at("c");
    }
    SynthesisSettings settings;
    settings.noise = NoiseMode::Constant;
    for (const std::string suffix : {"", " truncated"}) {
      const GeneratorOutputs got = model->generate(inputs, settings);
      const double ws = difference(got.ws, expected.at("ws" + suffix));
      const double image = difference(got.image, expected.at("image" + suffix));
      qInfo("ws differs by %.2g, the image by %.2g%s", ws, image, suffix.c_str());
      QVERIFY(ws <= kTolerance && image <= kTolerance);
      settings.truncation = kPsi;
      settings.truncationCutoff = 3;
    }
  }

  void noiseIsHeard() {
    const auto model = OpenedModel::open(data("tensorflow.pkl"));
    const GeneratorInputs inputs{.z = reference("tensorflow").at("z")};
    SynthesisSettings settings;
    settings.noise = NoiseMode::None;
    const FloatTensor silent = model->generate(inputs, settings).image;
    settings.noise = NoiseMode::Random;
    const FloatTensor random = model->generate(inputs, settings).image;
    QVERIFY(difference(random, silent) > kTolerance);
    QVERIFY(model->generate(inputs, settings).image == random);
    settings.noiseSeed = 1;
    QVERIFY(difference(model->generate(inputs, settings).image, random) > kTolerance);
  }

  void whatOnlyLooksLikeOneIsTold_data() {
    using Change = std::function<void(TensorGroup&)>;
    QTest::addColumn<std::function<void(TensorGroup&)>>("change");
    QTest::addColumn<QString>("mustSay");
    const auto row = [](const char* name, Change change, const char* mustSay) {
      QTest::newRow(name) << std::move(change) << QString::fromUtf8(mustSay);
    };
    row("untouched", [](TensorGroup&) {}, "");
    row("a huge shape", [](TensorGroup& group) { tensor(group, "mapping/Dense0/weight").shape = {1LL << 40, 9}; },
        "mapping/Dense0/weight");
    row("an empty shape", [](TensorGroup& group) { tensor(group, "synthesis/8x8/Conv1/weight").shape = {3, 3, 5, 0}; },
        "synthesis/8x8/Conv1/weight");
    row("a wrong rank", [](TensorGroup& group) { tensor(group, "synthesis/4x4/Conv/StyleMod/bias").shape = {}; },
        "synthesis/4x4/Conv/StyleMod/bias");
    row("other kernels", [](TensorGroup& group) { tensor(group, "synthesis/8x8/Conv0_up/weight").shape = {5, 5, 6, 5}; },
        "synthesis/8x8/Conv0_up/weight");
    row("another mean", [](TensorGroup& group) { tensor(group, "dlatent_avg").shape = {5}; }, "dlatent_avg");
    row("a missing output", [](TensorGroup& group) { tensor(group, "synthesis/ToRGB_lod0/weight").name = "x"; },
        "synthesis/ToRGB_lod0/weight");
    row("another activation",
        [](TensorGroup& group) { group.attributes.emplace_back("static_kwargs.nonlinearity", "relu"); }, "nonlinearity");
    row("an argument of another program",
        [](TensorGroup& group) { group.attributes.emplace_back("static_kwargs.magic", "3"); }, "magic");
  }
  void whatOnlyLooksLikeOneIsTold() {
    QFETCH(std::function<void(TensorGroup&)>, change);
    QFETCH(QString, mustSay);
    const Recognition recognition = recognised(change);
    QVERIFY2(static_cast<bool>(recognition) == mustSay.isEmpty(), recognition.mismatch.c_str());
    QVERIFY2(QString::fromStdString(recognition.mismatch).contains(mustSay), recognition.mismatch.c_str());
  }
};

QTEST_GUILESS_MAIN(Stylegan1Test)
#include "stylegan1_test.moc"
