// The GPU's way through StyleGAN2 and 3, on the CPU: kernels' bodies, their jobs made of tensors, half precision where
// a GPU has it. In float32 the pictures are the original's as closely as the CPU's own; in half within what half
// leaves.
#include "model/compute_device.h"
#include "model/device/kernel_trial.h"
#include "model/numpy_random.h"
#include "tests/model/oracle_cases.h"

#include <QTest>

using namespace loom::model;
using loom::test::difference;
using loom::test::OracleCase;
using loom::test::Tensors;
using loom::test::tensorsOf;

namespace {

using Half = KernelTrial::Half;

constexpr double kHalfTolerance = 1e-2;  // of the largest magnitude

/// The files of tests/data/`folder` whose pictures the original made by z alone.
void addReferences(const std::string& folder, std::vector<OracleCase>& cases) {
  constexpr std::string_view kReference = ".reference.safetensors";
  const std::filesystem::path data = std::filesystem::path(LOOM_TEST_DATA) / folder;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(kReference)) {
      continue;
    }
    const Tensors reference = tensorsOf(entry.path());
    const std::string base = name.substr(0, name.size() - kReference.size());
    OracleCase one{.name = folder + "/" + base,
                   .checkpoint = data / (base + ".safetensors"),
                   .options = {},
                   .inputs = {},
                   .settings = {},
                   .image = reference.at("image")};
    one.inputs.z = reference.at("z");
    if (reference.contains("c")) {
      one.inputs.c = reference.at("c");
    }
    const auto opened = OpenedModel::open(one.checkpoint);
    const auto& modes = opened->info().noiseModes;
    if (!modes.empty()) {  // as make.py took it
      const bool stored = std::find(modes.begin(), modes.end(), NoiseMode::Constant) != modes.end();
      one.settings.noise = stored ? NoiseMode::Constant : NoiseMode::None;
    }
    cases.push_back(std::move(one));
  }
}

const std::vector<OracleCase>& cases() {
  static const std::vector<OracleCase> kCases = [] {
    std::vector<OracleCase> all = loom::test::oracleCases(LOOM_TEST_DATA "/oracle", "stylegan2");
    for (OracleCase& one : loom::test::oracleCases(LOOM_TEST_DATA "/oracle", "stylegan3")) {
      all.push_back(std::move(one));
    }
    addReferences("stylegan2", all);
    addReferences("stylegan3", all);
    return all;
  }();
  return kCases;
}

}  // namespace

class KernelsWayTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QVERIFY(useCpuOnly()); }

  void float32_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < cases().size(); ++i) {
      QTest::newRow(cases()[i].name.c_str()) << static_cast<int>(i);
    }
  }
  void float32() {
    QFETCH(int, index);
    const OracleCase& one = cases()[static_cast<std::size_t>(index)];
    const auto model = OpenedModel::open(one.checkpoint, {}, one.options);
    const FloatTensor plain = model->generate(one.inputs, one.settings).image;
    const KernelTrial trial(Half::Never);
    const FloatTensor image = model->generate(one.inputs, one.settings).image;
    const double apart = difference(image, one.image);
    qInfo("differs by %.2g, torch's own way by %.2g", apart, difference(plain, one.image));
    QVERIFY2(apart <= loom::test::kTolerance, qPrintable(QString::number(apart)));
    QVERIFY(image.values != plain.values);  // else it went the way that it goes without the trial
  }

  void half_data() { float32_data(); }
  void half() {
    QFETCH(int, index);
    const OracleCase& one = cases()[static_cast<std::size_t>(index)];
    const auto model = OpenedModel::open(one.checkpoint, {}, one.options);
    const KernelTrial trial(Half::AsTheOriginal);
    const double apart = difference(model->generate(one.inputs, one.settings).image, one.image);
    qInfo("differs by %.2g", apart);
    QVERIFY2(apart <= kHalfTolerance, qPrintable(QString::number(apart)));
    // NVIDIA's later programs are in half precision in the upper layers, the others in none.
    const bool official = one.name.starts_with("stylegan2-ada") || one.name.starts_with("stylegan3");
    QVERIFY2(!official || apart > 1e-5, qPrintable(QString::number(apart)));
  }

  /// filtered_lrelu step by step, as where its filters are too long for a tile.
  void longFilters_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < cases().size(); ++i) {
      if (cases()[i].name.starts_with("stylegan3")) {
        QTest::newRow(cases()[i].name.c_str()) << static_cast<int>(i);
      }
    }
  }
  void longFilters() {
    QFETCH(int, index);
    const OracleCase& one = cases()[static_cast<std::size_t>(index)];
    const auto model = OpenedModel::open(one.checkpoint, {}, one.options);
    for (const Half half : {Half::Never, Half::AsTheOriginal}) {
      FloatTensor inTiles;
      {
        const KernelTrial trial(half);
        inTiles = model->generate(one.inputs, one.settings).image;
      }
      const KernelTrial trial(half, KernelTrial::Filters::InSteps);
      const FloatTensor image = model->generate(one.inputs, one.settings).image;
      const double apart = difference(image, one.image);
      QVERIFY2(apart <= (half == Half::Never ? loom::test::kTolerance : kHalfTolerance),
               qPrintable(QString::number(apart)));
      QVERIFY(image.values != inTiles.values);
    }
  }

  /// Several pictures at once take the other way of modulating: activations are scaled, not weights.
  void batches_data() {
    QTest::addColumn<QString>("checkpoint");
    QTest::newRow("StyleGAN2") << LOOM_TEST_DATA "/oracle/stylegan2-ada-uncond/network.pkl";
    QTest::newRow("StyleGAN3-T") << LOOM_TEST_DATA "/oracle/stylegan3-t/network.pkl";
    QTest::newRow("StyleGAN3-R") << LOOM_TEST_DATA "/oracle/stylegan3-r/network.pkl";
  }
  void batches() {
    QFETCH(QString, checkpoint);
    const auto model = OpenedModel::open(checkpoint.toStdString());
    GeneratorInputs inputs{.z = FloatTensor{{3, model->info().zDim}, {}}};
    std::vector<FloatTensor> single;
    const bool noisy = !model->info().noiseModes.empty();
    SynthesisSettings settings;
    settings.noise = noisy ? std::optional(NoiseMode::Constant) : std::nullopt;
    for (const bool half : {false, true}) {
      const KernelTrial trial(half ? Half::AsTheOriginal : Half::Never);
      inputs.z->values.clear();
      single.clear();
      for (std::uint32_t seed = 0; seed < 3; ++seed) {
        const auto z = normalVector(seed, model->info().zDim);
        inputs.z->values.insert(inputs.z->values.end(), z.begin(), z.end());
        single.push_back(model->generate({.z = FloatTensor{{1, model->info().zDim}, z}}, settings).image);
      }
      const FloatTensor all = model->generate(inputs, settings).image;
      FloatTensor joined{all.shape, {}};
      for (const FloatTensor& one : single) {
        joined.values.insert(joined.values.end(), one.values.begin(), one.values.end());
      }
      const double apart = difference(all, joined);
      QVERIFY2(apart <= (half ? kHalfTolerance : loom::test::kTolerance), qPrintable(QString::number(apart)));
    }
  }
};

QTEST_APPLESS_MAIN(KernelsWayTest)
#include "kernels_way_test.moc"
