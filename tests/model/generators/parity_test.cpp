// Pictures equal to what PyTorch computes with the same weights. The original programs' own files and outputs are
// compared through the command line: tests/app/commands/test_oracle.cpp.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/opened_model.h"

#include <QStandardPaths>
#include <QTest>

#include <cmath>

using namespace loom::model;

namespace {

FloatTensor tensorNamed(const std::filesystem::path& path, const std::string& name) {
  const Checkpoint file = readCheckpoint(path);
  for (const TensorView& tensor : file.groups.at(0).tensors) {
    if (tensor.name == name) {
      return {tensor.shape, tensor.toFloat32()};
    }
  }
  throw std::runtime_error(path.string() + " has no tensor " + name);
}

/// Largest difference as a share of the largest magnitude expected.
double difference(const FloatTensor& got, const FloatTensor& expected) {
  double largest = 0.0;
  double apart = 0.0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected.values[i])));
    apart = std::max(apart, std::abs(static_cast<double>(got.values[i]) - expected.values[i]));
  }
  return apart / largest;
}

QString data(const char* path) { return QStringLiteral(LOOM_TEST_DATA "/") + QLatin1String(path); }

}  // namespace

class ParityTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsTheOriginal_data() {
    QTest::addColumn<QString>("checkpoint");
    QTest::addColumn<QString>("inputs");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<double>("psi");
    const QString emoji = data("emoji-faces.reference.safetensors");
    QTest::newRow("the bundled checkpoint")
        << QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors") << emoji << emoji << 1.0;
    // Trained by this program, computed by NVIDIA's (networks_stylegan2.py), with its stored noise.
    const QString styles = data("emoji-styles.reference.safetensors");
    QTest::newRow("the bundled StyleGAN2")
        << QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors") << styles << styles << 0.7;
    // Somebody else's training, fetched by ./dev setup; opened by its own name, which says tar and is not.
    const QString faces = data("faces.reference.safetensors");
    QTest::newRow("the faces") << QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) +
                                      QStringLiteral("/latent-loom/examples/gan_face_generate/weights.tar")
                               << faces << faces << 1.0;
  }
  void equalsTheOriginal() {
    QFETCH(QString, checkpoint);
    QFETCH(QString, inputs);
    QFETCH(QString, expected);
    QFETCH(double, psi);
    const auto model = OpenedModel::open(checkpoint.toStdString());
    SynthesisSettings settings;
    settings.truncation = psi;
    const FloatTensor image = model->generate({.z = tensorNamed(inputs.toStdString(), "z")}, settings).image;
    const FloatTensor reference = tensorNamed(expected.toStdString(), "image");
    QCOMPARE(image.shape, reference.shape);
    const double apart = difference(image, reference);
    QVERIFY2(apart <= 1e-4, qPrintable(QStringLiteral("differs by %1").arg(apart)));
  }

  void aFrameShowsTheSamePictureAsTheTensor() {
    const auto model = OpenedModel::open(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
    LatentState state;
    state.seed = 3;
    const Frame frame = model->render(state, 77);
    QCOMPARE(frame.generation, std::uint64_t{77});
    QCOMPARE(frame.model, model->id());
    QCOMPARE(frame.width, model->info().width);
    const FloatTensor image = model->generate(model->inputsFor(state)).image;
    const auto plane = static_cast<std::size_t>(frame.width * frame.height);
    for (std::size_t i = 0; i < plane; ++i) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const double value = (static_cast<double>(image.values[channel * plane + i]) + 1.0) * 127.5;
        const int shown = frame.pixels.data[i * 4 + channel];
        QVERIFY(std::abs(shown - value) <= 0.51);
      }
      QCOMPARE(frame.pixels.data[i * 4 + 3], std::uint8_t{255});
    }
  }

  void anInterruptEndsTheSynthesis() {
    const auto model = OpenedModel::open(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
    int asked = 0;
    QVERIFY_EXCEPTION_THROWN(model->render({}, 0, [&] { return ++asked == 3; }), Interrupted);
    QCOMPARE(asked, 3);
  }

  void aWrongShapeIsRefused() {
    const auto model = OpenedModel::open(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
    QVERIFY_EXCEPTION_THROWN(model->generate({.z = FloatTensor{{1, 7}, std::vector<float>(7)}}), ModelError);
    QVERIFY_EXCEPTION_THROWN(model->generate({.z = FloatTensor{{2, model->info().zDim}, std::vector<float>(3)}}), ModelError);
  }
};

QTEST_GUILESS_MAIN(ParityTest)
#include "parity_test.moc"
