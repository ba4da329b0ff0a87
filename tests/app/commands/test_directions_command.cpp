// `latent-loom directions`: every method, the library, sheets; and --direction with the name of a kept one.
#include "app/directions/direction_library.h"
#include "app/directions/direction_search.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/gallery/gallery.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/direction_file.h"
#include "tests/app/commands/tiny_model.h"

#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace loom;
using namespace loom::app;

namespace {

constexpr const char* kStylegan2 = LOOM_TEST_DATA "/oracle/stylegan2-ada-uncond/network.pkl";
constexpr const char* kFaces = LOOM_RESOURCES "/checkpoints/emoji-faces.safetensors";

QImage pictureOf(const model::OpenedModel& opened, const model::LatentState& state) {
  return pictureFromTensor(opened.generate(opened.inputsFor(state)).image, 0, opened.info().range);
}

/// How much more red than green the middle of a picture is.
double redness(const QImage& picture, const QRect& part) {
  double sum = 0.0;
  const QRect middle = part.adjusted(part.width() / 4, part.height() / 4, -part.width() / 4, -part.height() / 4);
  for (int y = middle.top(); y <= middle.bottom(); ++y) {
    for (int x = middle.left(); x <= middle.right(); ++x) {
      sum += qRed(picture.pixel(x, y)) - qGreen(picture.pixel(x, y));
    }
  }
  return sum / (middle.width() * middle.height());
}

}  // namespace

class TestDirectionsCommand : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  std::shared_ptr<model::OpenedModel> m_faces;
  QString m_red, m_other;  // lists of seeds

  QString file(const QString& name) const { return m_folder->filePath(name); }

  /// A model of its own, so that its library is this test's.
  QString copyOf(const char* model, const QString& name) const {
    QFile::copy(QLatin1String(model), file(name));
    return file(name);
  }

 private Q_SLOTS:
  /// Faces that are red, and others, as their pictures are.
  void initTestCase() {
    m_faces = model::OpenedModel::open(kFaces);
    std::vector<std::pair<double, int>> faces;
    constexpr int kFaceCount = 160;
    for (int seed = 0; seed < kFaceCount; ++seed) {
      const QImage picture = pictureOf(*m_faces, model::withSeed({}, static_cast<std::uint32_t>(seed)));
      faces.emplace_back(redness(picture, picture.rect()), seed);
    }
    std::sort(faces.begin(), faces.end());
    QStringList red;
    QStringList other;
    for (int i = 0; i < kFaceCount / 3; ++i) {
      other << QString::number(faces[static_cast<std::size_t>(i)].second);
      red << QString::number(faces[static_cast<std::size_t>(kFaceCount - 1 - i)].second);
    }
    m_red = red.join(',');
    m_other = other.join(',');
  }
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void aBoundaryIsFoundAndWalked() {
    const QString model = copyOf(kFaces, "faces.safetensors");
    const auto result = latentLoom({"directions", model, "--method", "boundary", "--positive", m_red, "--negative", m_other, "--name",
                                    "red", "--keep", "--sheet", file("red.png"), "--sheet-seed", "500", "-o", file("red.safetensors")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QVERIFY2(result.out.contains("red: boundary of red: 53 with, 53 without"), qPrintable(result.out));
    const DirectionList list = DirectionLibrary({model.toStdString(), "", "z", m_faces->info().zDim}).load();
    QCOMPARE(list.directions.size(), 1U);
    double accuracy = 0.0;
    for (const auto& [key, value] : list.directions[0].made) {
      accuracy = key == "accuracy" ? std::stod(value) : accuracy;
    }
    QVERIFY2(accuracy > 0.7 && accuracy <= 1.0, qPrintable(QString::number(accuracy)));
    // Faces that were no examples get redder to the right, by and by.
    const auto meanRedness = [&](float strength) {
      double sum = 0.0;
      for (std::uint32_t seed = 500; seed < 530; ++seed) {
        const auto state = movedAlong(model::withSeed({}, seed), list.directions[0], strength);
        const QImage picture = pictureOf(*m_faces, state);
        sum += redness(picture, picture.rect()) / 30.0;
      }
      return sum;
    };
    const double left = meanRedness(-1.5F);
    const double here = meanRedness(0.0F);
    const double right = meanRedness(1.5F);
    QVERIFY2(right > here + 15 && here > left + 15, qPrintable(QString("%1 %2 %3").arg(left).arg(here).arg(right)));
    const QImage sheet(file("red.png"));
    const int side = m_faces->info().width;
    QCOMPARE(sheet.size(), QSize(7 * side + 6 * 2, side));
    // The sheet tells where it comes from: its first picture's state makes that picture.
    const auto provenance = readProvenance(file("red.png").toStdString());
    QVERIFY(provenance && provenance->grid && provenance->grid->columns == 7 && provenance->grid->rows == 1);
    QCOMPARE(pictureOf(*m_faces, provenance->latent), sheet.copy(0, 0, side, side).convertToFormat(QImage::Format_RGB888));
    QCOMPARE(pictureOf(*m_faces, model::withSeed({}, 500)), sheet.copy(3 * (side + 2), 0, side, side).convertToFormat(QImage::Format_RGB888));
    // The file has what the issue asks for, and the library's direction.
    const model::FileDirections written = model::readDirections(file("red.safetensors").toStdString(), m_faces->info().zDim);
    QCOMPARE(written.directions.values, list.directions[0].values);
    QCOMPARE(written.units, std::vector<float>{list.directions[0].strength});
    QCOMPARE(written.space, std::string("z"));
  }

  void examplesComeFromFiles() {
    // The same seeds as a .npy of places in z: the same boundary.
    const auto places = [&](const QString& seeds, const QString& name) {
      const QStringList list = seeds.split(',');
      QFile npy(file(name));
      QVERIFY(npy.open(QIODevice::WriteOnly));
      const QByteArray header = QByteArray("{'descr': '<f4', 'fortran_order': False, 'shape': (") + QByteArray::number(list.size()) + ", " +
                                QByteArray::number(m_faces->info().zDim) + ")}\n";
      npy.write(QByteArray("\x93NUMPY\x01\x00", 8));
      npy.putChar(static_cast<char>(header.size()));
      npy.putChar('\0');
      npy.write(header);
      for (const QString& seed : list) {
        const auto z = placeOf(*m_faces, model::withSeed({}, seed.toUInt()));
        npy.write(reinterpret_cast<const char*>(z.data()), static_cast<qint64>(z.size() * sizeof(float)));
      }
    };
    places(m_red, "red.npy");
    places(m_other, "other.npy");
    QCOMPARE(latentLoom({"directions", kFaces, "--method", "boundary", "--positive", m_red, "--negative", m_other, "-o", file("a.safetensors")}).code, 0);
    const auto result = latentLoom({"directions", kFaces, "--method", "boundary", "--positive", file("red.npy"), "--negative",
                                    file("other.npy"), "-o", file("b.safetensors")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QCOMPARE(model::readDirections(file("a.safetensors").toStdString()).directions.values,
             model::readDirections(file("b.safetensors").toStdString()).directions.values);
    const auto few = latentLoom({"directions", kFaces, "--method", "boundary", "--positive", "1-4", "--negative", m_other, "-o", file("c.safetensors")});
    QCOMPARE(few.code, 1);
    QVERIFY2(few.err.contains("only 4 positive examples: mark at least 5"), qPrintable(few.err));
    const auto wrong = latentLoom({"directions", LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors", "--method", "boundary", "--positive", file("red.npy"), "--negative",
                                   file("other.npy"), "-o", file("c.safetensors")});
    QCOMPARE(wrong.code, 1);
    QVERIFY2(wrong.err.contains("another model"), qPrintable(wrong.err));
    QVERIFY(!QFile::exists(file("c.safetensors")));
  }

  void examplesComeFromTheGallery() {
    const QString galleryFolder = file("gallery");
    const auto tagged = [&](const QString& tag, const QString& against = {}) {
      QStringList words{"directions", kFaces, "--method", "boundary", "--tag", tag, "--gallery", galleryFolder, "-o", file("tag.safetensors")};
      return latentLoom(against.isEmpty() ? words : words + QStringList{"--against", against});
    };
    QVERIFY(tagged("red").err.contains("no gallery in"));
    QVERIFY(!QFile::exists(galleryFolder));  // asking makes none
    {
      Gallery gallery(galleryFolder);
      const std::string sha256 = *sha256OfFile(kFaces);
      const auto keep = [&](const QString& seed, std::vector<std::string> tags, bool withStyle) {
        const model::LatentState state = model::withSeed({}, seed.toUInt());
        Provenance provenance = provenanceOf(*m_faces, state, sha256);
        provenance.kept = KeptProvenance{};
        provenance.kept->tags = std::move(tags);
        if (withStyle) {
          provenance.kept->style = placeOf(*m_faces, state);
        }
        gallery.keep({pictureOf(*m_faces, state), provenance, kFaces});
      };
      for (const QString& seed : m_red.split(',').mid(0, 12)) {
        keep(seed, {"Red", "face"}, seed.toInt() % 2 == 0);
      }
      for (const QString& seed : m_other.split(',').mid(0, 15)) {
        keep(seed, {seed.toInt() % 2 ? "odd" : "even"}, true);
      }
    }
    const auto result = tagged("red");
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QVERIFY2(result.out.contains("boundary of red: 12 with, 15 without"), qPrintable(result.out));
    const auto missing = tagged("smile");
    QCOMPARE(missing.code, 1);
    QVERIFY2(missing.err.contains("has the tag smile"), qPrintable(missing.err));
    QVERIFY2(tagged("red", "even").out.contains("boundary of red against even: 12 with"), qPrintable(tagged("red", "even").err));
    QVERIFY2(tagged("face", "red").err.contains("only 0 "), qPrintable(tagged("face", "red").err));
  }

  void betweenLeadsFromOneToTheOther() {
    const QString model = copyOf(kStylegan2, "network.pkl");
    auto result = latentLoom({"directions", model, "--method", "between", "--from", "3", "--to", "9", "--name", "there", "--keep"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const auto ws = [&](const QStringList& words, const QString& raw) {
      const auto made = latentLoom(QStringList{"generate", model, "--noise", "const", "--raw", raw} + words);
      if (made.code != 0) {
        qWarning("%s", qPrintable(made.err));
      }
      return tensorOf(raw, "ws").values;
    };
    const auto moved = ws({"--seeds", "3", "--direction", "There=1"}, file("moved.safetensors"));
    const auto there = ws({"--seeds", "9"}, file("there.safetensors"));
    QCOMPARE(moved.size(), there.size());
    QVERIFY(!there.empty());
    for (std::size_t i = 0; i < there.size(); ++i) {
      QVERIFY(std::abs(moved[i] - there[i]) < 1e-4F);
    }
    result = latentLoom({"generate", model, "--seeds", "3", "--direction", "their=1", "--raw", file("x.safetensors")});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("no kept direction") && result.err.contains("'their'"), qPrintable(result.err));
    result = latentLoom({"directions", model, "--method", "between", "--from", "3", "--to", "3", "--keep"});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("same place"), qPrintable(result.err));
  }

  void theLibraryIsToldAndChanged() {
    const QString model = copyOf(kStylegan2, "network.pkl");
    auto result = latentLoom({"directions", model, "--list"});
    QCOMPARE(result.code, 0);
    QVERIFY2(result.err.contains("no directions are kept"), qPrintable(result.err));
    QCOMPARE(latentLoom({"directions", model, "--list", "--sheet", file("none.png")}).code, 1);
    QCOMPARE(latentLoom({"directions", model, "--method", "pca", "--count", "3", "--samples", "500", "--keep"}).code, 0);
    QCOMPARE(latentLoom({"directions", model, "--method", "sefa", "--count", "2", "--layers", "1-2", "--keep"}).code, 0);
    result = latentLoom({"directions", model, "--rename", "PCA 2=Age=old"});
    QCOMPARE(result.code, 1);  // the last sign counts
    result = latentLoom({"directions", model, "--rename", "PCA 2=Age"});
    QVERIFY2(result.code == 0 && result.out.contains("Age\n  principal axis 2 of 3, of 500 latents from seed 0"), qPrintable(result.out + result.err));
    result = latentLoom({"directions", model, "--delete", "pca 3"});
    QVERIFY(result.code == 0 && !result.out.contains("PCA 3"));
    result = latentLoom({"directions", model, "--delete", "pca 3"});
    QVERIFY(result.code == 1 && result.err.contains("--list tells"));
    result = latentLoom({"directions", model, "--list", "--sheet", file("all.png")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const int side = model::OpenedModel::open(kStylegan2)->info().width;
    QCOMPARE(QImage(file("all.png")).size(), QSize(7 * side + 6 * 2, 4 * side + 3 * 2));
    QVERIFY(result.out.contains("layers 1-2"));
    // A boundary that leaves a kept one alone.
    result = latentLoom({"directions", model, "--method", "boundary", "--positive", "1-9", "--negative", "11-19", "--unchanged", "age",
                         "--name", "b", "-o", file("b.safetensors")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const DirectionList list = DirectionLibrary({model.toStdString(), "", "w", 32}).load();
    const KeptDirection age = *directionCalled(list.directions, "age");
    const auto b = model::readDirections(file("b.safetensors").toStdString()).directions.values;
    double along = 0.0;
    for (std::size_t i = 0; i < b.size(); ++i) {
      along += static_cast<double>(b[i]) * age.values[i];
    }
    QVERIFY(std::abs(along) < 1e-6);
    QCOMPARE(latentLoom({"directions", model, "--method", "boundary", "--positive", "1-9", "--negative", "11-19", "--unchanged", "x", "--keep"}).code, 1);
  }

  void filesAreLoaded() {
    const QString model = copyOf(kStylegan2, "network.pkl");
    QFile csv(file("mine.csv"));
    QVERIFY(csv.open(QIODevice::WriteOnly));
    for (const char* name : {"up", "down"}) {
      csv.write(name);
      for (int i = 0; i < 32; ++i) {
        csv.write(i == (name[0] == 'u' ? 3 : 4) ? ",2.5" : ",0");
      }
      csv.write("\n");
    }
    csv.close();
    auto result = latentLoom({"directions", model, "--method", "load", "--file", file("mine.csv"), "--layers", "1-3", "--keep"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const DirectionList list = DirectionLibrary({model.toStdString(), "", "w", 32}).load();
    QCOMPARE(list.directions.size(), 2U);
    QCOMPARE(list.directions[1].name, std::string("down"));
    QCOMPARE(list.directions[1].values[4], 1.0F);
    QCOMPARE(list.directions[1].strength, 2.5F);
    QCOMPARE(list.directions[1].lastLayer, 3);
    result = latentLoom({"directions", model, "--method", "load", "--file", LOOM_TEST_DATA "/directions/files/float32.npy", "--keep"});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("float32.npy") && result.err.contains("have 8 dimensions") && result.err.contains("has 32"), qPrintable(result.err));
    QVERIFY(!result.err.contains(".."));
    result = latentLoom({"directions", model, "--method", "load", "--file", file("mine.csv"), "--layers", "1-99", "--keep"});
    QVERIFY2(result.code == 1 && result.err.contains("layers 0 to"), qPrintable(result.err));
    // A file of directions is walked as it is, too.
    result = latentLoom({"generate", model, "--seeds", "1", "--direction", file("mine.csv") + ":1=2", "-o", file("walked.png")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
  }

  void twoProgramsLoseNothing() {
    const QString model = copyOf(kFaces, "faces.safetensors");
    std::vector<std::unique_ptr<QProcess>> programs;
    constexpr int kPrograms = 4;
    for (int i = 0; i < kPrograms; ++i) {
      programs.push_back(std::make_unique<QProcess>());
      programs.back()->start(LOOM_PROGRAM, {"directions", model, "--method", "between", "--from", "1", "--to", QString::number(i + 2), "--keep"});
    }
    for (const auto& program : programs) {
      QVERIFY(program->waitForFinished(60000));
      QVERIFY2(program->exitCode() == 0, program->readAllStandardError().constData());
    }
    const auto result = latentLoom({"directions", model, "--list"});
    QCOMPARE(result.out.count("one step is"), kPrograms);
  }

  void itStopsCleanly() {
    const QString model = copyOf(kFaces, "faces.safetensors");
    std::stop_source source;
    source.request_stop();
    const auto result = latentLoom({"directions", model, "--method", "boundary", "--positive", m_red, "--negative", m_other, "--keep",
                                    "--sheet", file("red.png"), "-o", file("red.safetensors")}, false, source.get_token());
    QCOMPARE(result.code, 130);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{"faces.safetensors"});
  }

  void wrongWordsAreTold_data() {
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const QStringList& words) { QTest::newRow(name) << words; };
    row("nothing", {});
    row("no place", {"--method", "pca"});
    row("two ways", {"--method", "pca", "--list", "--keep"});
    row("a list kept", {"--list", "--keep"});
    row("an option of another method", {"--method", "between", "--from", "1", "--to", "2", "--count", "3", "--keep"});
    row("half a way", {"--method", "between", "--from", "1", "--keep"});
    row("half the examples", {"--method", "boundary", "--positive", "1-9", "--keep"});
    row("examples twice", {"--method", "boundary", "--positive", "1-9", "--tag", "red", "--keep"});
    row("no file", {"--method", "load", "--keep"});
    row("no layers", {"--method", "sefa", "--layers", "x", "--keep"});
    row("a gallery alone", {"--method", "boundary", "--positive", "1-9", "--negative", "10-19", "--gallery", "x", "--keep"});
    row("no new name", {"--rename", "x"});
    row("seeds that are none", {"--method", "boundary", "--positive", "a-b", "--negative", "10-19", "--keep"});
  }
  void wrongWordsAreTold() {
    QFETCH(QStringList, words);
    const auto result = latentLoom(QStringList{"directions", kStylegan2} + words);
    QVERIFY2(result.code == 2, qPrintable(result.err));
  }

  void whatHasNoLatentSpaceIsTold() {
    const QString network = QDir(LOOM_TEST_DATA "/oracle/pix2pix").entryInfoList({"*.pth"}, QDir::Files).first().filePath();
    const auto result = latentLoom({"directions", network, "--method", "between", "--from", "1", "--to", "2", "-o", file("x.safetensors")});
    QVERIFY2(result.code == 1 && result.err.contains("changes pictures"), qPrintable(result.err));
    const auto walked = latentLoom({"directions", kFaces, "--method", "pca", "--count", "1", "-o", file("z.safetensors")});
    QCOMPARE(walked.code, 0);
    const auto z = latentLoom({"generate", kFaces, "--seeds", "1", "--direction", file("z.safetensors") + ":0=1", "-o", file("x.png")});
    QVERIFY2(z.code == 0, qPrintable(z.err));
    // A direction of another generator is refused by its length.
    const auto other = latentLoom({"generate", QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors"), "--seeds", "1", "--direction", file("z.safetensors") + ":0=1", "-o", file("y.png")});
    QVERIFY2(other.code == 1 && other.err.contains("another generator"), qPrintable(other.err));
  }
};

QTEST_GUILESS_MAIN(TestDirectionsCommand)
#include "test_directions_command.moc"
