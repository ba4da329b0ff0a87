// Directions against what numpy and PyTorch compute of the same weights (tests/data/directions/make.py and
// make_activations.py), and what has none.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/latent_directions.h"

#include <QDir>
#include <QTest>

#include <cmath>

using namespace loom::model;

namespace {

constexpr const char* kStylegan2 = LOOM_TEST_DATA "/oracle/stylegan2-ada-uncond/network.pkl";

FloatTensor reference(const std::string& name) {
  for (const char* path :
       {LOOM_TEST_DATA "/directions/reference.safetensors", LOOM_TEST_DATA "/directions/activations.safetensors"}) {
    const Checkpoint file = readCheckpoint(path);
    for (const TensorView& view : file.groups.at(0).tensors) {
      if (view.name == name) {
        return {view.shape, view.toFloat32()};
      }
    }
  }
  throw std::runtime_error(name);
}

/// The least |cosine| between a direction and the one that is expected: signs mean nothing.
double worstAgreement(const FloatTensor& got, const FloatTensor& expected) {
  if (got.shape != expected.shape) {
    return 0.0;
  }
  const auto length = static_cast<std::size_t>(got.shape[1]);
  double worst = 1.0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(got.shape[0]); ++row) {
    double dot = 0.0;
    for (std::size_t i = 0; i < length; ++i) {
      dot += static_cast<double>(got.values[row * length + i]) * expected.values[row * length + i];
    }
    worst = std::min(worst, std::abs(dot));
  }
  return worst;
}

}  // namespace

class DirectionsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void pcaIsNumpys() {
    const auto model = OpenedModel::open(kStylegan2);
    double told = 0.0;
    const LatentDirections found = findByPca(*model, 6, 3000, 7, {}, [&](double fraction) { told = fraction; });
    QVERIFY2(worstAgreement(found.directions, reference("pca")) > 0.9999,
             qPrintable(QString::number(worstAgreement(found.directions, reference("pca")), 'g', 9)));
    const FloatTensor strengths = reference("pca strengths");
    for (std::size_t i = 0; i < found.strengths.size(); ++i) {
      QVERIFY(std::abs(found.strengths[i] - strengths.values[i]) < 1e-4F * strengths.values[0]);
    }
    QCOMPARE(told, 1.0);
    QVERIFY_EXCEPTION_THROWN(findByPca(*model, 6, 3000, 7, [] { return true; }), Interrupted);
  }

  void sefaIsNumpys_data() {
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("last");
    QTest::newRow("sefa") << 0 << -1;
    QTest::newRow("sefa 1-3") << 1 << 3;
  }
  void sefaIsNumpys() {
    QFETCH(int, first);
    QFETCH(int, last);
    const auto model = OpenedModel::open(kStylegan2);
    const LatentDirections found = findBySefa(*model, 6, first, last);
    const std::string name = QTest::currentDataTag();
    QVERIFY(worstAgreement(found.directions, reference(name)) > 0.99999);
    const FloatTensor strengths = reference(name + " strengths");
    for (std::size_t i = 0; i < found.strengths.size(); ++i) {
      QVERIFY(std::abs(found.strengths[i] - strengths.values[i]) < 1e-4F * strengths.values[0]);
    }
    QCOMPARE(found.lastLayer, last);
  }

  void activationsAreNumpysAndPytorchs_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("layer");
    QTest::newRow("mlp 3") << LOOM_TEST_DATA "/oracle/vanilla-mlp/generator.pth" << 3;
    // A convolution, its norm and its activation are one layer: the second of these ends with module 5.
    QTest::newRow("dcgan 5") << LOOM_TEST_DATA "/oracle/dcgan-tutorial/netG.pth" << 1;
  }
  void activationsAreNumpysAndPytorchs() {
    QFETCH(QString, path);
    QFETCH(int, layer);
    const auto model = OpenedModel::open(path.toStdString());
    double told = 0.0;
    const LatentDirections found =
        findByActivations(*model, layer, 4, 300, 5, {}, [&](double fraction) { told = fraction; });
    const std::string name = QTest::currentDataTag();
    const double agreement = worstAgreement(found.directions, reference(name));
    QVERIFY2(agreement > 0.9999, qPrintable(QString::number(agreement, 'g', 9)));
    const FloatTensor strengths = reference(name + " strengths");
    for (std::size_t i = 0; i < found.strengths.size(); ++i) {
      QVERIFY(std::abs(found.strengths[i] - strengths.values[i]) < 1e-4F * strengths.values[0]);
    }
    QCOMPARE(told, 1.0);
    QVERIFY_EXCEPTION_THROWN(findByActivations(*model, layer, 4, 300, 5, [] { return true; }), Interrupted);
  }

  /// More samples than one batch holds.
  void batchesAddUp() {
    const auto model = OpenedModel::open(LOOM_TEST_DATA "/oracle/vanilla-mlp/generator.pth");
    const LatentDirections one = findByActivations(*model, 3, 1, 800, 3);
    const LatentDirections many = findByActivations(*model, 3, 1, 1600, 3);
    // The deviation of twice as many latents is the same to sampling error; a mean or a batch that got lost shows.
    QVERIFY2(std::abs(many.strengths[0] - one.strengths[0]) < 0.1F * one.strengths[0],
             qPrintable(QStringLiteral("%1, %2").arg(many.strengths[0]).arg(one.strengths[0])));
  }

  void everyLayerCanBeLookedAt_data() {
    QTest::addColumn<QString>("path");
    QTest::newRow("StyleGAN1") << "stylegan1-rosinality";
    QTest::newRow("StyleGAN2") << "stylegan2-ada-uncond";
    QTest::newRow("StyleGAN2 with classes") << "stylegan2-ada-cond";
    QTest::newRow("StyleGAN2 of residual blocks") << "stylegan2-ada-resnet";
    QTest::newRow("StyleGAN3") << "stylegan3-t";
    QTest::newRow("BigGAN") << "biggan";
    QTest::newRow("BigGAN-deep") << "biggan-deep";
    QTest::newRow("Progressive GAN") << "progressive-gan";
    QTest::newRow("DCGAN") << "dcgan-zoo";
    QTest::newRow("conditional MLP") << "cgan-mlp";
  }
  void everyLayerCanBeLookedAt() {
    QFETCH(QString, path);
    const QFileInfoList files = QDir(QStringLiteral(LOOM_TEST_DATA "/oracle/") + path)
                                    .entryInfoList({"*.pkl", "*.pt", "*.pth", "*.model", "*.safetensors"}, QDir::Files);
    QVERIFY(!files.isEmpty());
    const auto model = OpenedModel::open(files.first().filePath().toStdString());
    const auto shapes = activationShapes(*model);
    QVERIFY(shapes.size() >= 3);
    const int last = static_cast<int>(shapes.size()) - 1;
    for (const int layer : {1, last}) {  // StyleGAN3's first hardly listens to w
      const LatentDirections found = findByActivations(*model, layer, 2, 12, 1);
      const int dimensions = model->info().wDim > 0 ? model->info().wDim : model->info().zDim;
      QCOMPARE(found.directions.shape, (std::vector<std::int64_t>{2, dimensions}));
      QVERIFY(found.strengths[0] >= found.strengths[1] && found.strengths[1] > 0.0F);
      for (const float value : found.directions.values) {
        QVERIFY(std::isfinite(value));
      }
    }
    QVERIFY_EXCEPTION_THROWN(findByActivations(*model, last + 1, 2, 12, 1), ModelError);
  }

  void everyKindWithLatentsHasSome_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("dimensions");
    QTest::newRow("StyleGAN1") << LOOM_TEST_DATA "/oracle/stylegan1-zoo" << 0;
    QTest::newRow("StyleGAN2") << LOOM_TEST_DATA "/oracle/stylegan2-ada-cond" << 48;
    QTest::newRow("StyleGAN3") << LOOM_TEST_DATA "/oracle/stylegan3-t" << 32;
    QTest::newRow("DCGAN") << LOOM_TEST_DATA "/oracle/dcgan-tutorial" << 0;
    QTest::newRow("MLP") << LOOM_TEST_DATA "/oracle/vanilla-mlp" << 0;
    QTest::newRow("Progressive GAN") << LOOM_TEST_DATA "/oracle/progressive-gan" << 0;
  }
  void everyKindWithLatentsHasSome() {
    QFETCH(QString, path);
    QFETCH(int, dimensions);
    const QFileInfoList files = QDir(path).entryInfoList({"*.pkl", "*.pt", "*.pth", "*.safetensors"}, QDir::Files);
    QVERIFY(!files.isEmpty());
    const auto model = OpenedModel::open(files.first().filePath().toStdString());
    const int expected = dimensions > 0 ? dimensions : model->info().wDim > 0 ? model->info().wDim : model->info().zDim;
    for (const LatentDirections& found : {findBySefa(*model, 3), findByPca(*model, 3, 200, 1)}) {
      QCOMPARE(found.directions.shape, (std::vector<std::int64_t>{3, expected}));
      double length = 0.0;
      for (int i = 0; i < expected; ++i) {
        length += static_cast<double>(found.directions.values[static_cast<std::size_t>(i)]) *
                  found.directions.values[static_cast<std::size_t>(i)];
      }
      QVERIFY(std::abs(length - 1.0) < 1e-4);
      QVERIFY(found.strengths[0] >= found.strengths[1] && found.strengths[1] >= found.strengths[2]);
      QVERIFY(found.strengths[0] > 0.0F);
    }
  }

  void whatHasNoneIsTold() {
    const auto model = OpenedModel::open(kStylegan2);
    QVERIFY_EXCEPTION_THROWN(findBySefa(*model, 33), ModelError);
    QVERIFY_EXCEPTION_THROWN(findBySefa(*model, 3, 2, 99), ModelError);
    QVERIFY_EXCEPTION_THROWN(findByPca(*model, 3, 1, 0), ModelError);
    const auto pictures = OpenedModel::open(
        QDir(LOOM_TEST_DATA "/oracle/pix2pix").entryInfoList({"*.pth"}, QDir::Files).first().filePath().toStdString());
    QVERIFY_EXCEPTION_THROWN(findBySefa(*pictures, 3), ModelError);
    QVERIFY_EXCEPTION_THROWN(findByActivations(*pictures, 0, 3, 100, 0), ModelError);
    QVERIFY_EXCEPTION_THROWN(findByActivations(*model, 0, 3, 3, 0), ModelError);
  }
};

QTEST_GUILESS_MAIN(DirectionsTest)
#include "directions_test.moc"
