#include "app/export/picture_file.h"
#include "tests/app/export/pictures_with_xmp.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <random>

using namespace loom;
using namespace loom::app;

namespace {

using Fields = std::map<QByteArray, QByteArray>;

Fields soundFields() {
  return {{"FormatVersion", "1"},    {"Checkpoint", "faces.pth"}, {"CheckpointSHA256", QByteArray(64, 'a')},
          {"Architecture", "DCGAN"}, {"ProgramVersion", "0.1.0"}, {"State", "{\"seed\":5,\"z\":[1.5,2]}"}};
}

QByteArray packetOf(const Fields& fields) {
  QByteArray properties;
  for (const auto& [name, value] : fields) {
    properties += "<loom:" + name + ">" + value + "</loom:" + name + ">";
  }
  return packet(properties);
}

class TestHostilePictures : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  /// What reading answers to a file of these bytes; the error's text where it throws.
  QString answerTo(const QByteArray& bytes, const QString& name = "hostile.png") {
    writeAll(m_folder.filePath(name), bytes);
    try {
      return readProvenance(m_folder.filePath(name).toStdString()) ? "read" : "none";
    } catch (const ProvenanceError& error) {
      return error.what();
    }
  }

 private Q_SLOTS:
  void theFixtureItselfIsSound() {
    QCOMPARE(answerTo(pngWith(packetOf(soundFields()))), QString("read"));
    QCOMPARE(readProvenance(m_folder.filePath("hostile.png").toStdString())->latent.seed, 5u);
  }

  void brokenFields_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");  // empty: the property is left out
    QTest::addColumn<QString>("clause");
    const auto row = [](const char* title, const char* name, const QByteArray& value, const char* clause) {
      QTest::newRow(title) << QByteArray(name) << value << QString(clause);
    };
    row("newer", "FormatVersion", "2", "written by a newer version of Latent Loom (0.1.0)");
    row("no version", "FormatVersion", "", "FormatVersion is missing");
    row("odd version", "FormatVersion", "one", "FormatVersion is not a number");
    row("negative version", "FormatVersion", "-1", "FormatVersion is not a number in its range");
    row("huge version", "FormatVersion", "99999999999999999999", "FormatVersion is not a number");
    row("no checkpoint", "Checkpoint", "", "Checkpoint is missing");
    row("folder", "Checkpoint", "../../etc/passwd", "Checkpoint is not a file name");
    row("other folder", "Checkpoint", "C:\\x.pth", "Checkpoint is not a file name");
    row("parent", "Checkpoint", "..", "Checkpoint is not a file name");
    row("long name", "Checkpoint", QByteArray(5000, 'x'), "Checkpoint is longer");
    row("short hash", "CheckpointSHA256", "abc", "CheckpointSHA256 is not a SHA-256");
    row("odd hash", "CheckpointSHA256", QByteArray(64, 'g'), "CheckpointSHA256 is not a SHA-256");
    row("no state", "State", "", "State is missing");
    row("text as state", "State", "seed 5", "the latent state is damaged");
    row("state of a wrong type", "State", "{\"seed\":\"5\"}", "seed is not a number");
    row("seed out of range", "State", "{\"seed\":4294967296}", "seed is out of range");
    row("z of words", "State", "{\"z\":[\"a\"]}", "a value of z is not a number");
    row("z beyond float", "State", "{\"z\":[1e300]}", "a value of z is out of range");
    row("deep state", "State", QByteArray(200000, '['), "the latent state is damaged");
    row("state is a list", "State", "<rdf:Bag><rdf:li>a</rdf:li></rdf:Bag>", "State is missing");
    row("no grid", "GridColumns", "0", "GridColumns is not a number in its range");
    row("half a grid", "GridColumns", "3", "GridRows is missing");
    row("inputs without hash", "Inputs", "z.safetensors", "InputsSHA256 is missing");
  }
  void brokenFields() {
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(QString, clause);
    Fields fields = soundFields();
    fields.erase(name);
    if (!value.isEmpty()) {
      fields[name] = value;
    }
    const QString answer = answerTo(pngWith(packetOf(fields)));
    QVERIFY2(answer.contains(clause), qPrintable(answer.left(300)));
    QVERIFY(answer.startsWith("What hostile.png tells of its origin cannot be used: "));
    QVERIFY(answer.endsWith('.'));
  }

  void brokenSeedsOfAGrid() {
    Fields fields = soundFields();
    fields["GridColumns"] = fields["GridRows"] = "2";
    fields["GridGap"] = "0";
    fields["GridSeeds"] = "0-4294967295";
    QVERIFY(answerTo(pngWith(packetOf(fields))).contains("GridSeeds is damaged: these are more than 1000000 seeds"));
  }

  void brokenXml() {
    const QString cut = answerTo(pngWith(packetOf(soundFields()).left(300)));
    QVERIFY2(cut.contains("damaged") || cut == "none", qPrintable(cut));
    answerTo(pngWith(QByteArray(100000, '<')));
    answerTo(pngWith("<x>" + QByteArray(100000, '\xff') + "</x>"));
    QByteArray nested;
    for (int i = 0; i < 20000; ++i) {
      nested += "<rdf:Description>";
    }
    answerTo(pngWith(packet("<loom:State>" + nested + "</loom:State>")));
    nested.clear();
    for (int i = 0; i < 20000; ++i) {
      nested += "<loom:a rdf:parseType=\"Resource\">";
    }
    answerTo(pngWith(packet(nested + QByteArray("</loom:a>").repeated(20000))));
  }

  void entitiesDoNotExplode() {
    QByteArray bomb = "<!DOCTYPE x [<!ENTITY a0 \"lollollollol\">";
    for (int i = 1; i < 30; ++i) {
      const QByteArray last = "&a" + QByteArray::number(i - 1) + ";";
      bomb += "<!ENTITY a" + QByteArray::number(i) + " \"" + last + last + last + last + "\">";
    }
    bomb += "]>";
    Fields fields = soundFields();
    fields["Checkpoint"] = "&a29;";
    QByteArray xmp = packetOf(fields);
    xmp.insert(xmp.indexOf("<x:xmpmeta"), bomb);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(answerTo(pngWith(xmp)) != "read");
    QVERIFY2(timer.elapsed() < 5000, "it took too long");
  }

  void chunksThatLie() {
    const QByteArray xmp = packetOf(soundFields());
    for (const quint32 length : {1u, 21u, 22u, 23u, 0x7fffffffu, 0x80000000u, 0xffffffffu, 0xfffffff4u}) {
      QVERIFY(!answerTo(pngWith(xmp, length)).isEmpty());
    }
  }

  /// Whatever a byte says: an answer, in time, and within the program. Errors are an answer.
  void mutatedFiles_data() {
    QTest::addColumn<QString>("suffix");
    QTest::newRow("png") << "png";
    QTest::newRow("jpg") << "jpg";
    QTest::newRow("tif") << "tif";
  }
  void mutatedFiles() {
    QFETCH(QString, suffix);
    const QString sound = m_folder.filePath("sound." + suffix);
    Provenance provenance;
    provenance.checkpointName = "faces.pth";
    provenance.checkpointSha256 = std::string(64, 'a');
    provenance.architecture = "DCGAN";
    provenance.z = {1, 2, 3};
    writePicture(colourful({8, 8}), sound.toStdString(), provenance);
    const QByteArray bytes = readAll(sound);
    const QString name = "mutant." + suffix;
    for (qsizetype length = 0; length < bytes.size(); length += 1 + length / 64) {
      QVERIFY(!answerTo(bytes.left(length), name).isEmpty());
    }
    // LOOM_MUTANTS: for a longer hunt by hand; every number of them begins with the same ones.
    const int rounds = qEnvironmentVariableIsSet("LOOM_MUTANTS") ? qEnvironmentVariableIntValue("LOOM_MUTANTS") : 300;
    std::mt19937 random(7);
    for (int round = 0; round < rounds; ++round) {
      QByteArray mutant = bytes;
      for (unsigned i = 0; i <= random() % 4; ++i) {
        // Half of the hits go to the head, where lengths and offsets are.
        const auto range = static_cast<unsigned>(random() % 2 ? bytes.size() : std::min<qsizetype>(bytes.size(), 200));
        static constexpr char kTelling[] = {'\0', '\x01', '\x7f', '\x80', '\xff', '<', '&'};
        const char value = random() % 2 ? kTelling[random() % sizeof kTelling] : static_cast<char>(random());
        mutant[static_cast<qsizetype>(random() % range)] = value;
      }
      QVERIFY(!answerTo(mutant, name).isEmpty());
    }
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestHostilePictures)
#include "test_hostile_pictures.moc"
