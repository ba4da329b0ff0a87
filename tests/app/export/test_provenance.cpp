#include "app/export/picture_file.h"
#include "tests/app/export/pictures_with_xmp.h"

#include <QTemporaryDir>
#include <QTest>

#include <limits>
#include <map>
#include <random>
#include <thread>

using namespace loom;
using namespace loom::app;

namespace {

Provenance everyField() {
  Provenance provenance;
  provenance.checkpointName = "f\u00e4ces & <\"\u65e5\u672c'>  2.pth";
  provenance.checkpointSha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  provenance.checkpointGroup = "g_ema";
  provenance.architecture = "DCGAN";
  provenance.latent.seed = 4294967295u;
  provenance.latent.targetSeed = 7;
  provenance.latent.blend = 0.1F;
  provenance.latent.planeSeed = 12;
  provenance.latent.pad = {-0.3F, 0.7F};
  provenance.latent.edits = {{0, 1.0F / 3}, {99, -2.5e-20F}};
  provenance.latent.locks = {99};
  provenance.latent.truncation = 0.7;
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  provenance.z.resize(512);
  std::generate(provenance.z.begin(), provenance.z.end(), [&] { return normal(random); });
  provenance.z[1] = std::numeric_limits<float>::denorm_min();
  provenance.z[2] = -std::numeric_limits<float>::max();
  provenance.enlargement = "4 smooth";
  provenance.grid = GridProvenance{3, 2, 1, {1, 2, 3, 9, 9, 0}};
  provenance.inputsName = "latents.safetensors";
  provenance.inputsSha256 = std::string(64, '0');
  provenance.kept = KeptProvenance{"0f8b6f1e-9c1d-4f0a-8d3e-2b7c55aa0001", 4, {"late & <soft>", "gr\u00fcn"}, "two\nlines",
                                   {"0f8b6f1e-9c1d-4f0a-8d3e-2b7c55aa0002", "0f8b6f1e-9c1d-4f0a-8d3e-2b7c55aa0003"},
                                   {0.1F, -3.0F, std::numeric_limits<float>::denorm_min()}};
  provenance.created = QDateTime({2026, 11, 23}, {10, 20, 30}, Qt::OffsetFromUTC, 5 * 3600 + 1800);
  return provenance;
}

class TestProvenance : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  std::filesystem::path path(const QString& name) const { return m_folder.filePath(name).toStdString(); }

  void formats() {
    QTest::addColumn<QString>("suffix");
    QTest::newRow("png") << "png";
    QTest::newRow("jpg") << "jpg";
    QTest::newRow("tif") << "tif";
  }

 private Q_SLOTS:
  void comesBackExactly_data() { formats(); }
  void comesBackExactly() {
    QFETCH(QString, suffix);
    const auto file = path("full." + suffix);
    const Provenance written = everyField();
    writePicture(colourful(), file, written);
    const auto read = readProvenance(file);
    QVERIFY(read);
    QVERIFY(read->z == written.z);
    QVERIFY(read->latent == written.latent);
    QCOMPARE(read->created, written.created);
    QVERIFY(*read == written);
  }

  void leavesEverythingElseAlone_data() { formats(); }
  void leavesEverythingElseAlone() {
    QFETCH(QString, suffix);
    const QString file = m_folder.filePath("pixels." + suffix);
    QVERIFY(colourful().save(file, nullptr, 95));
    const QImage before(file);
    writeProvenance(file.toStdString(), everyField());
    QCOMPARE(QImage(file), before);
    QVERIFY(readProvenance(file.toStdString()) == everyField());
    const QByteArray bytes = readAll(file);
    QVERIFY_EXCEPTION_THROWN(writeProvenance(file.toStdString(), Provenance()), XmpError);
    QCOMPARE(readAll(file), bytes);
  }

  void speaksTheStandardsLanguage_data() { formats(); }
  void speaksTheStandardsLanguage() {
    QFETCH(QString, suffix);
    const auto file = path("standard." + suffix);
    Provenance provenance = everyField();
    provenance.grid.reset();
    provenance.inputsName.clear();
    provenance.programVersion = "9.8.7";
    writePicture(colourful(), file, provenance);
    auto xmp = XmpPacket::read(file);
    QVERIFY(xmp);
    const auto get = [&](const char* space, const char* name) { return xmp->get(space, name).value_or("(absent)"); };
    QCOMPARE(get("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "DigitalSourceType"),
             std::string("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"));
    QCOMPARE(get("http://ns.adobe.com/xap/1.0/", "CreatorTool"), std::string("Latent Loom 9.8.7"));
    QCOMPARE(get("http://ns.adobe.com/xap/1.0/", "CreateDate"), std::string("2026-11-23T10:20:30+05:30"));
    QCOMPARE(get("http://purl.org/dc/elements/1.1/", "description[1]"), describe(provenance));
    const std::map<const char*, std::string> ours{{"Checkpoint", provenance.checkpointName},
                                                  {"CheckpointSHA256", provenance.checkpointSha256},
                                                  {"Architecture", "DCGAN"},
                                                  {"Seed", "4294967295"},
                                                  {"TruncationPsi", "0.7"},
                                                  {"ProgramVersion", "9.8.7"}};
    for (const auto& [name, value] : ours) {
      QCOMPARE(get("urn:x-latent-loom:provenance#", name), value);
    }
    QVERIFY(readAll(QString::fromStdString(file.string())).contains("xmlns:loom=\"urn:x-latent-loom:provenance#\""));
  }

  /// A segment of a JPEG holds 64 KiB; longer XMP goes on in others.
  void largeStatesComeBack_data() { formats(); }
  void largeStatesComeBack() {
    QFETCH(QString, suffix);
    Provenance provenance = everyField();
    for (int i = 0; i < 20000; ++i) {
      provenance.z.push_back(1.0F / static_cast<float>(i + 3));
    }
    provenance.latent = stateOfGivenZ(provenance.z);
    provenance.grid->seeds.clear();
    for (std::uint32_t seed = 0; seed < 20000; ++seed) {
      provenance.grid->seeds.push_back(seed * 7);
    }
    const auto file = path("large." + suffix);
    writePicture(colourful(), file, provenance);
    QVERIFY(readProvenance(file) == provenance);
  }

  void latentsFromOutsideComeBackWithoutASeed() {
    Provenance provenance = everyField();
    provenance.latent = stateOfGivenZ(provenance.z);
    const auto file = path("given.png");
    writePicture(colourful(), file, provenance);
    const auto read = readProvenance(file);
    QVERIFY(read && read->z == provenance.z);
    model::GeneratorInfo info;
    info.zDim = static_cast<int>(provenance.z.size());
    QVERIFY(model::resolveZ(read->latent, info) == provenance.z);
    QVERIFY(!XmpPacket::read(file)->get(xmp_namespace::kLoom, "Seed"));
  }

  void stripsWhatXmlCannotHold() {
    Provenance provenance = everyField();
    provenance.checkpointName =
        "a\x01"
        "b\x1b[31m\xff.pth";
    const auto file = path("controls.png");
    writePicture(colourful(), file, provenance);
    QCOMPARE(readProvenance(file)->checkpointName, std::string("a\ufffdb\ufffd[31m\ufffd.pth"));
  }

  void saysItInOneSentence() {
    Provenance provenance;
    provenance.checkpointName = "faces.pth";
    provenance.architecture = "DCGAN";
    provenance.programVersion = "0.1.0";
    QCOMPARE(describe(provenance),
             std::string("Synthetic picture made by Latent Loom 0.1.0 with faces.pth (DCGAN), seed 42."));
    provenance.latent.edits[3] = 1;
    provenance.latent.truncation = 0.5;
    QVERIFY(QString::fromStdString(describe(provenance)).endsWith("seed 42, truncation 0.5, changed by hand."));
    provenance.grid = GridProvenance{2, 1, 0, {8, 9}};
    QVERIFY(QString::fromStdString(describe(provenance)).startsWith("Grid of 2 x 1 synthetic pictures made by"));
    QVERIFY(QString::fromStdString(describe(provenance)).endsWith("seeds 8,9."));
  }

  void nothingIsReadFromOtherFiles() {
    for (const QString name : {"plain.png", "plain.jpg", "plain.tif"}) {
      QVERIFY(colourful().save(m_folder.filePath(name)));
      QVERIFY(!readProvenance(path(name)));
    }
    writeAll(m_folder.filePath("others.png"), pngWith(packet("<xmp:CreatorTool>GIMP</xmp:CreatorTool>")));
    QVERIFY(!readProvenance(path("others.png")));
    writeAll(m_folder.filePath("text.png"), "this is no picture");
    QVERIFY(!readProvenance(path("text.png")));
    QVERIFY(!readProvenance(path("missing.png")));
    QVERIFY(!readProvenance(m_folder.path().toStdString()));
    QVERIFY(!readProvenance("/dev/zero"));
  }

  void theNameDoesNotMatter() {
    writePicture(colourful(), path("named.png"), everyField());
    QVERIFY(QFile::copy(m_folder.filePath("named.png"), m_folder.filePath("renamed.jpg")));
    QVERIFY(readProvenance(path("renamed.jpg")) == everyField());
  }

  void manyThreadsAtOnce() {
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 10; ++round) {
          const auto file = path(QString("thread%1.jpg").arg(i));
          Provenance provenance = everyField();
          provenance.latent.seed = static_cast<std::uint32_t>(i * 100 + round);
          writePicture(colourful(), file, provenance);
          good += readProvenance(file) == provenance ? 1 : 0;
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    QCOMPARE(good.load(), 40);
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestProvenance)
#include "test_provenance.moc"
