#include "app/export/enlarge.h"
#include "app/export/file_hash.h"
#include "app/export/picture.h"
#include "app/export/provenance.h"
#include "model/numpy_random.h"
#include "tests/app/commands/tiny_model.h"

#include <QDir>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

using namespace loom;
using namespace loom::app;

namespace {

const QString kEmoji = QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors");
const QString kEmojiReference = QStringLiteral(LOOM_TEST_DATA "/emoji-faces.reference.safetensors");

float largestMagnitude(const std::vector<float>& values) {
  float largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

/// The project's measure: largest difference over largest magnitude.
float disagreement(const std::vector<float>& values, const std::vector<float>& expected) {
  if (values.size() != expected.size() || expected.empty()) {
    return 1e9F;
  }
  std::vector<float> difference(values.size());
  std::transform(values.begin(), values.end(), expected.begin(), difference.begin(), std::minus<>());
  return largestMagnitude(difference) / largestMagnitude(expected);
}

class TestGenerateCommand : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  TinyModel m_tiny;

  QString file(const QString& name) const { return m_folder->filePath(name); }
  QStringList everything() const {
    return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
  }
  QImage expectedPicture(const TinyModel& tiny, std::uint32_t seed) const {
    const model::FloatTensor output{{1, tiny.channels, TinyModel::kSide, TinyModel::kSide},
                                    tiny.output(model::normalVector(seed, TinyModel::kZ))};
    return pictureFromTensor(output, 0, {-1.0F, 1.0F});
  }
  /// tanh and the sums may differ in the last bit from the library's, hence one step of 255.
  static int worstDifference(const QImage& a, const QImage& b) {
    int worst = a.size() == b.size() ? 0 : 1000;
    for (int y = 0; worst < 1000 && y < a.height(); ++y) {
      for (int x = 0; x < a.width(); ++x) {
        worst = std::max({worst, std::abs(qRed(a.pixel(x, y)) - qRed(b.pixel(x, y))),
                          std::abs(qGreen(a.pixel(x, y)) - qGreen(b.pixel(x, y))),
                          std::abs(qBlue(a.pixel(x, y)) - qBlue(b.pixel(x, y)))});
      }
    }
    return worst;
  }

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_tiny.write(file("tiny.safetensors"));
  }

  void onePicture() {
    const auto result = latentLoom({"generate", file("tiny.safetensors"), "--seeds", "42", "-o", file("a.png")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QCOMPARE(result.err, QString());
    QCOMPARE(result.out, "wrote " + file("a.png") + "\n");
    const QImage picture(file("a.png"));
    QVERIFY(picture.isGrayscale());
    QVERIFY(worstDifference(picture, expectedPicture(m_tiny, 42)) <= 1);
    QCOMPARE(everything(), (QStringList{"a.png", "tiny.safetensors"}));

    const auto provenance = readProvenance(file("a.png").toStdString());
    QVERIFY(provenance);
    QCOMPARE(provenance->checkpointName, std::string("tiny.safetensors"));
    QCOMPARE(provenance->checkpointSha256, sha256OfFile(file("tiny.safetensors").toStdString()).value());
    QCOMPARE(provenance->architecture, std::string("MLP GAN"));
    QCOMPARE(provenance->latent.seed, 42u);
    QVERIFY(provenance->z == model::normalVector(42, TinyModel::kZ));
  }

  void colourAndTheOtherFormats() {
    const TinyModel colour(3);
    colour.write(file("colour.safetensors"));
    for (const QString suffix : {"png", "tif", "jpg"}) {
      const auto result = latentLoom({"generate", file("colour.safetensors"), "--seeds=5", "-o" + file("a." + suffix)});
      QVERIFY2(result.code == 0, qPrintable(result.err));
      const QImage picture(file("a." + suffix));
      QCOMPARE(picture.size(), QSize(TinyModel::kSide, TinyModel::kSide));
      if (suffix != "jpg") {  // noise is what JPEG keeps worst
        QVERIFY(worstDifference(picture, expectedPicture(colour, 5)) <= 1);
      }
      QVERIFY(readProvenance(file("a." + suffix).toStdString()));
    }
  }

  void aGrid() {
    const auto result = latentLoom({"generate", file("tiny.safetensors"), "--seeds", "0-3,9", "--grid", "3x2", "--gap",
                                    "1", "--scale", "2", "--resample", "nearest", "-o", file("grid.png")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QImage sheet(file("grid.png"));
    QCOMPARE(sheet.size(), QSize(3 * 16 + 2 * 2, 2 * 16 + 2));
    const std::vector<std::uint32_t> seeds{0, 1, 2, 3, 9};
    for (int i = 0; i < 5; ++i) {
      const QImage cell = sheet.copy(i % 3 * 18, i / 3 * 18, 16, 16);
      const QImage expected =
          enlarge(expectedPicture(m_tiny, seeds[static_cast<std::size_t>(i)]), 2, Resample::Nearest);
      QVERIFY(worstDifference(cell, expected) <= 1);
    }
    QCOMPARE(sheet.pixel(16, 0), qRgb(0, 0, 0));
    QCOMPARE(sheet.copy(36, 18, 16, 16).pixel(8, 8), qRgb(0, 0, 0));
    const auto provenance = readProvenance(file("grid.png").toStdString());
    QVERIFY(provenance && provenance->grid);
    QVERIFY(*provenance->grid == (GridProvenance{3, 2, 1, seeds}));
    QCOMPARE(provenance->enlargement, std::string("2 nearest"));
    QCOMPARE(provenance->latent.seed, 0u);
  }

  void aFileForEachSeed() {
    const auto result = latentLoom({"generate", file("tiny.safetensors"), "--seeds", "0-2,70", "-o", file("out/")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QCOMPARE(QDir(file("out")).entryList(QDir::Files),
             (QStringList{"seed0000.png", "seed0001.png", "seed0002.png", "seed0070.png"}));
    QVERIFY(result.out.startsWith("wrote 4 pictures, "));
    QVERIFY(worstDifference(QImage(file("out/seed0070.png")), expectedPicture(m_tiny, 70)) <= 1);
    QCOMPARE(latentLoom({"generate", file("tiny.safetensors"), "--seeds", "8,9", "-o", file("s{seed}.png")}).code, 0);
    QVERIFY(QFile::exists(file("s8.png")) && QFile::exists(file("s9.png")));
  }

  void aPictureDoesNotDependOnItsNeighbours() {
    QCOMPARE(latentLoom({"generate", kEmoji, "--seeds", "3", "-o", file("alone.png")}).code, 0);
    QCOMPARE(latentLoom({"generate", kEmoji, "--seeds", "1-4", "--grid", "2x2", "-o", file("grid.png")}).code, 0);
    const QImage alone = QImage(file("alone.png")).convertToFormat(QImage::Format_RGB888);
    QCOMPARE(QImage(file("grid.png")).convertToFormat(QImage::Format_RGB888).copy(0, 64, 64, 64), alone);
    QCOMPARE(latentLoom({"generate", kEmoji, "--seeds", "3", "--raw", file("raw.safetensors")}).code, 0);
    QCOMPARE(pictureFromTensor(tensorOf(file("raw.safetensors"), "image"), 0, {-1.0F, 1.0F}), alone);
  }

  void rawTensorsOfGivenLatents() {
    const model::FloatTensor z{{2, TinyModel::kZ}, {0.5F, -1.0F, 2.0F, 1.0F / 3, 0.0F, -0.25F}};
    model::writeSafetensors(file("z.safetensors").toStdString(), {{"z", z}});
    const auto result = latentLoom({"generate", file("tiny.safetensors"), "--inputs", file("z.safetensors"), "--raw",
                                    file("image.safetensors"), "-o", file("%d.png")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const model::FloatTensor image = tensorOf(file("image.safetensors"), "image");
    QVERIFY(image.shape == (std::vector<std::int64_t>{2, 1, 8, 8}));
    std::vector<float> expected = m_tiny.output({0.5F, -1.0F, 2.0F});
    const std::vector<float> second = m_tiny.output({1.0F / 3, 0.0F, -0.25F});
    expected.insert(expected.end(), second.begin(), second.end());
    QVERIFY(disagreement(image.values, expected) < 1e-5F);

    const auto provenance = readProvenance(file("1.png").toStdString());
    QVERIFY(provenance && provenance->z == (std::vector<float>{1.0F / 3, 0.0F, -0.25F}));
    QCOMPARE(provenance->inputsName, std::string("z.safetensors"));
    QCOMPARE(provenance->inputsSha256, sha256OfFile(file("z.safetensors").toStdString()).value());
  }

  void agreesWithPyTorchOnTheBundledModel() {
    const model::FloatTensor z = tensorOf(kEmojiReference, "z");
    const model::FloatTensor expected = tensorOf(kEmojiReference, "image");
    model::writeSafetensors(file("z.safetensors").toStdString(), {{"z", z}});
    const auto result =
        latentLoom({"generate", kEmoji, "--inputs", file("z.safetensors"), "--raw", file("image.safetensors")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const model::FloatTensor image = tensorOf(file("image.safetensors"), "image");
    QVERIFY(image.shape == expected.shape);
    const float worst = disagreement(image.values, expected.values);
    QVERIFY2(worst <= 1e-4F, qPrintable(QString::number(worst)));
  }

  void refusesInputs_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QList<int>>("shape");
    QTest::addColumn<bool>("broken");
    QTest::addColumn<QString>("message");
    QTest::newRow("wrong width") << "z" << QList<int>{2, 5} << false << "z is 2×5, this generator takes N×3";
    QTest::newRow("one row without N") << "z" << QList<int>{3} << false << "z is 3, this generator takes N×3";
    QTest::newRow("no rows") << "z" << QList<int>{0, 3} << false << "z is 0×3";
    QTest::newRow("NaN") << "z" << QList<int>{1, 3} << true << "z holds values that are no finite numbers";
    QTest::newRow("styles") << "ws" << QList<int>{1, 3} << false
                            << "this generator takes no ws: it has no mapping network";
  }
  void refusesInputs() {
    QFETCH(QString, name);
    QFETCH(QList<int>, shape);
    QFETCH(bool, broken);
    QFETCH(QString, message);
    model::FloatTensor tensor{{shape.begin(), shape.end()}, {}};
    tensor.values.assign(static_cast<std::size_t>(tensor.elementCount()), broken ? std::nanf("") : 0.5F);
    model::writeSafetensors(file("in.safetensors").toStdString(), {{name.toStdString(), tensor}});
    const auto result =
        latentLoom({"generate", file("tiny.safetensors"), "--inputs", file("in.safetensors"), "-o", file("a.png")});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("in.safetensors cannot be used as inputs: " + message), qPrintable(result.err));
    QVERIFY(!QFile::exists(file("a.png")));
  }

  void refusesTargetsBeforeTheWork_data() {
    QTest::addColumn<QStringList>("more");
    QTest::addColumn<QString>("message");
    QTest::newRow("suffix") << QStringList{"-o", "@/a.gif"} << "its name must end in .png, .jpg or .tif";
    QTest::newRow("folder") << QStringList{"-o", "@/no/a.png"} << "does not exist";
    QTest::newRow("below a file") << QStringList{"-o", "@/tiny.safetensors/a.png"} << "is not a folder";
    QTest::newRow("folder below a file") << QStringList{"-o", "@/tiny.safetensors/a/"} << "cannot be made";
    QTest::newRow("raw") << QStringList{"--raw", "@/no/a.safetensors"} << "does not exist";
    QTest::newRow("raw on a folder") << QStringList{"--raw", "@"} << "cannot be written";
    QTest::newRow("device") << QStringList{"-o", "/dev/full"} << "its name must end in";
    QTest::newRow("truncation") << QStringList{"-o", "@/a.png", "--truncation", "0.7"} << "has no truncation";
    QTest::newRow("group") << QStringList{"-o", "@/a.png", "--group", "g_ema"} << "g_ema";
  }
  void refusesTargetsBeforeTheWork() {
    QFETCH(QStringList, more);
    QFETCH(QString, message);
    const QStringList words = (QStringList{"generate", file("tiny.safetensors"), "--seeds", "1"} + more)
                                  .replaceInStrings("@", m_folder->path());
    const auto result = latentLoom(words);
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.startsWith("latent-loom: ") && result.err.contains(message), qPrintable(result.err));
    QCOMPARE(everything(), QStringList{"tiny.safetensors"});
  }

  void tooLargeIsToldBeforeTheWork() {
    const auto result = latentLoom({"generate", file("tiny.safetensors"), "--seeds", "0-999", "--grid", "1000x1",
                                    "--scale", "64", "-o", file("a.png")});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("too large"), qPrintable(result.err));
  }

  void stopsCleanly() {
    std::stop_source stop;
    stop.request_stop();
    const auto result = latentLoom({"generate", file("tiny.safetensors"), "--seeds", "0-9", "--grid", "5x2", "-o",
                                    file("a.png"), "--raw", file("b.safetensors")},
                                   false, stop.get_token());
    QCOMPARE(result.code, 130);
    QCOMPARE(result.err, QString("latent-loom: interrupted.\n"));
    QCOMPARE(everything(), QStringList{"tiny.safetensors"});
  }

  void brokenCheckpointsAreFailures() {
    QFile broken(file("broken.safetensors"));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("this is text") > 0);
    broken.close();
    const auto result = latentLoom({"generate", file("broken.safetensors"), "--seeds", "1", "-o", file("a.png")});
    QCOMPARE(result.code, 1);
    QVERIFY(result.err.contains("broken.safetensors"));
    QVERIFY(!QFile::exists(file("a.png")));
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestGenerateCommand)
#include "test_generate_command.moc"
