// BigGAN and its relatives: pictures equal to what the original programs compute (tests/data/biggan/make.py) on the
// paths that the oracle does not take, and clear refusals of what only looks like one.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/generators/architecture.h"
#include "model/opened_model.h"

#include <QTest>

#include <cmath>
#include <map>

using namespace loom::model;

namespace {

constexpr double kTolerance = 1e-4;  // of the largest magnitude

using Tensors = std::map<std::string, FloatTensor>;

std::filesystem::path data(const std::string& name) {
  return std::filesystem::path(LOOM_TEST_DATA "/biggan") / (name + ".safetensors");
}

Tensors tensorsOf(const std::filesystem::path& path) {
  const Checkpoint file = readCheckpoint(path);
  Tensors tensors;
  for (const TensorView& tensor : file.groups.at(0).tensors) {
    tensors[tensor.name] = {tensor.shape, tensor.toFloat32()};
  }
  return tensors;
}

/// Largest difference as a share of the largest magnitude expected.
double difference(const FloatTensor& got, const FloatTensor& expected) {
  double largest = 0.0;
  double apart = 0.0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected.values[i])));
    const double off = std::abs(static_cast<double>(got.values[i]) - expected.values[i]);
    apart = std::isnan(off) ? INFINITY : std::max(apart, off);
  }
  return apart / largest;
}

FloatTensor generated(const OpenedModel& model, const Tensors& inputs, double truncation) {
  GeneratorInputs given;
  given.z = inputs.at("z");
  if (inputs.contains("c")) {
    given.c = inputs.at("c");
  }
  SynthesisSettings settings;
  settings.truncation = truncation;
  return model.generate(given, settings).image;
}

Recognition recognition(const std::string& architecture, const Checkpoint& file) {
  for (const Architecture& one : architectures()) {
    if (one.name == architecture) {
      return one.recognise(file.groups.at(0), file);
    }
  }
  throw std::runtime_error("no architecture " + architecture);
}

}  // namespace

class BigGanTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsTheOriginal_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("image");
    QTest::addColumn<double>("truncation");
    for (const char* name :
         {"biggan-standing", "biggan-two-vectors", "biggan-embeddings", "biggan-deep-narrow", "biggan-deep-three",
          "mimicry-sngan", "mimicry-wgan-gp", "mimicry-cgan-pd", "mimicry-sagan", "mimicry-sagan-long"}) {
      QTest::newRow(name) << name << QStringLiteral("image") << 1.0;
    }
    QTest::newRow("hf-biggan") << "hf-biggan" << QStringLiteral("image at 1.0") << 1.0;
    QTest::newRow("hf-biggan between two sets") << "hf-biggan" << QStringLiteral("image at 0.58") << 0.58;
    QTest::newRow("hf-biggan at a set") << "hf-biggan" << QStringLiteral("image at 0.4") << 0.4;
    QTest::newRow("hf-biggan rounded below a set") << "hf-biggan" << QStringLiteral("image at 0.6") << 0.6;
  }
  void equalsTheOriginal() {
    QFETCH(QString, file);
    QFETCH(QString, image);
    QFETCH(double, truncation);
    const auto model = OpenedModel::open(data(file.toStdString()));
    const Tensors reference = tensorsOf(data(file.toStdString() + ".reference"));
    const FloatTensor& expected = reference.at(image.toStdString());
    const FloatTensor got = generated(*model, reference, truncation);
    QCOMPARE(got.shape, expected.shape);
    const double apart = difference(got, expected);
    qInfo("differs by %.2g", apart);
    QVERIFY2(apart <= kTolerance, qPrintable(QString::number(apart)));
  }

  void saysWhatItIs_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<int>("zDim");
    QTest::addColumn<int>("classes");
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("truncates");
    QTest::newRow("z to the first layer") << "biggan-standing"
                                          << "BigGAN" << 7 << 4 << 20 << true;
    QTest::newRow("z in chunks") << "biggan-two-vectors"
                                 << "BigGAN" << 8 << 3 << 32 << true;
    QTest::newRow("a row for each class") << "biggan-embeddings"
                                          << "BigGAN" << 5 << 3 << 16 << true;
    QTest::newRow("deep") << "biggan-deep-narrow"
                          << "BigGAN-deep" << 4 << 3 << 12 << true;
    QTest::newRow("three blocks a stage") << "biggan-deep-three"
                                          << "BigGAN-deep" << 3 << 2 << 16 << true;
    QTest::newRow("Hugging Face") << "hf-biggan"
                                  << "BigGAN-deep" << 3 << 5 << 16 << true;
    QTest::newRow("SNGAN") << "mimicry-sngan"
                           << "ResNet GAN" << 5 << 0 << 24 << false;
    QTest::newRow("cGAN-PD") << "mimicry-cgan-pd"
                             << "ResNet GAN" << 4 << 3 << 16 << false;
    QTest::newRow("SAGAN") << "mimicry-sagan"
                           << "SAGAN" << 4 << 3 << 16 << false;
  }
  void saysWhatItIs() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    QFETCH(int, zDim);
    QFETCH(int, classes);
    QFETCH(int, size);
    QFETCH(bool, truncates);
    const GeneratorInfo info = OpenedModel::open(data(file.toStdString()))->info();
    QCOMPARE(info.architecture, architecture.toStdString());
    QCOMPARE(info.zDim, zDim);
    QCOMPARE(info.classCount, classes);
    QCOMPARE(info.labels, classes ? LabelKind::Classes : LabelKind::None);
    QCOMPARE(info.width, size);
    QCOMPARE(info.height, size);
    QCOMPARE(info.channels, 3);
    QCOMPARE(info.range, ValueRange{});
    QCOMPARE(info.truncation, truncates ? Truncation::TruncatedNormalZ : Truncation::None);
  }

  /// Every tensor in every hostile shape: an answer each time, no exception, and no yes to a weight that does not fit.
  void hostileShapes_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("architecture");
    QTest::newRow("BigGAN") << "biggan-standing"
                            << "BigGAN";
    QTest::newRow("BigGAN, embeddings") << "biggan-embeddings"
                                        << "BigGAN";
    QTest::newRow("BigGAN-deep") << "biggan-deep-narrow"
                                 << "BigGAN-deep";
    QTest::newRow("Hugging Face") << "hf-biggan"
                                  << "BigGAN-deep (pytorch-pretrained-BigGAN)";
    QTest::newRow("mimicry") << "mimicry-sagan"
                             << "ResNet GAN";
  }
  void hostileShapes() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    const std::string name = file.toStdString();
    Checkpoint checkpoint = readCheckpoint(data(name));
    QVERIFY(recognition(architecture.toStdString(), checkpoint));
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;
    for (TensorView& tensor : checkpoint.groups.at(0).tensors) {
      const auto right = tensor.shape;
      const bool unused = tensor.name.ends_with(".sv0") || tensor.name.ends_with("num_batches_tracked");
      for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{{},
                                                                                           {0},
                                                                                           {7},
                                                                                           {0, 0},
                                                                                           {kHuge, 1},
                                                                                           {1, kHuge},
                                                                                           {kHuge, kHuge, 3, 3},
                                                                                           {65536, 65536, 3, 3},
                                                                                           {3, 0, 3, 3},
                                                                                           {-1, -1},
                                                                                           {2, 2, 2}}) {
        if (shape == right || unused) {
          continue;
        }
        tensor.shape = shape;
        const auto answer = recognition(architecture.toStdString(), checkpoint);
        QVERIFY2(!answer && !answer.mismatch.empty(), tensor.name.c_str());
      }
      tensor.shape = right;
    }
  }

  void refusals_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("tensor");
    QTest::addColumn<QString>("renamed");
    QTest::addColumn<QString>("clause");
    const auto row = [](const char* name, const char* file, const char* architecture, const char* tensor,
                        const char* renamed, const char* clause) {
      QTest::newRow(name) << file << architecture << tensor << renamed << clause;
    };
    row("two convolutions", "biggan-standing", "BigGAN-deep", "", "", "its blocks have no conv4");
    row("four convolutions", "biggan-deep-narrow", "BigGAN", "", "", "its blocks have four convolutions");
    row("no embedding", "biggan-deep-narrow", "BigGAN-deep", "shared.weight", "common.weight",
        "it has no shared.weight, without which");
    row("synchronised norms", "biggan-standing", "BigGAN", "blocks.0.0.bn1.bn.stored_mean",
        "blocks.0.0.bn1.bn.running_mean", "its norms are synchronised ones");
    row("no shortcut", "biggan-standing", "BigGAN", "blocks.1.0.conv_sc.weight", "blocks.1.0.conv_x.weight",
        "it has no blocks.1.0.conv_sc.weight");
    row("one set of statistics is missing", "hf-biggan", "BigGAN-deep (pytorch-pretrained-BigGAN)",
        "generator.bn.running_means", "generator.bn.running_mean", "it has no generator.bn.running_means");
    row("another spectral norm", "mimicry-wgan-gp", "ResNet GAN", "b5.num_batches_tracked", "l1.sn_u",
        "its spectral norms are mimicry's own");
  }
  void refusals() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    QFETCH(QString, tensor);
    QFETCH(QString, renamed);
    QFETCH(QString, clause);
    Checkpoint checkpoint = readCheckpoint(data(file.toStdString()));
    bool found = tensor.isEmpty();
    for (TensorView& view : checkpoint.groups.at(0).tensors) {
      if (view.name == tensor.toStdString()) {
        view.name = renamed.toStdString();
        found = true;
      }
    }
    QVERIFY(found);
    const auto answer = recognition(architecture.toStdString(), checkpoint);
    QVERIFY(!answer);
    QVERIFY2(QString::fromStdString(answer.mismatch).startsWith(clause), answer.mismatch.c_str());
  }

  void truncationReachesTheStatistics() {
    const auto model = OpenedModel::open(data("hf-biggan"));
    LatentState state;
    const auto z = tensorsOf(data("hf-biggan.reference")).at("z");
    for (int i = 0; i < model->info().zDim; ++i) {
      state.edits[i] = z.values[static_cast<std::size_t>(i)];  // the same z, whatever psi does to it
    }
    const auto pixels = [&](double psi) {
      state.truncation = psi;
      const SynthesisSettings settings = resolveSettings(state, model->info());
      return model->generate(model->inputsFor(state), settings).image.values;
    };
    QVERIFY(pixels(1.0) != pixels(0.4));
    QCOMPARE(pixels(1.0), pixels(7.0));   // there is no set beyond 1
    QCOMPARE(pixels(0.0), pixels(-3.0));  // or below 0
  }

  void behindADataParallel() {
    Checkpoint checkpoint = readCheckpoint(data("biggan-two-vectors"));
    for (TensorView& view : checkpoint.groups.at(0).tensors) {
      view.name = "module." + view.name;
    }
    const auto answer = recognition("BigGAN", checkpoint);
    QVERIFY2(answer, answer.mismatch.c_str());
    QCOMPARE(answer.fileName("linear.weight"), std::string("module.linear.weight"));
  }

  void aPictureThatIsNotWantedAnyMore() {
    const auto model = OpenedModel::open(data("biggan-deep-narrow"));
    GeneratorInputs inputs;
    const Tensors reference = tensorsOf(data("biggan-deep-narrow.reference"));
    inputs.z = reference.at("z");
    inputs.c = reference.at("c");
    int asked = 0;
    QVERIFY_THROWS_EXCEPTION(Interrupted, model->generate(inputs, {}, [&] { return ++asked == 5; }));
    QCOMPARE(asked, 5);
  }
};

QTEST_GUILESS_MAIN(BigGanTest)
#include "biggan_test.moc"
