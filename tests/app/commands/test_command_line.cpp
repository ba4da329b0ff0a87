#include "app/commands/commands.h"
#include "model/compute_device.h"
#include "tests/app/commands/tiny_model.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;

namespace {

Invocation windowFor(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  return runCommand(words, {out, err, false});
}

class TestCommandLine : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

 private Q_SLOTS:
  void withoutACommandTheWindowOpens() {
    const Invocation plain = windowFor({});
    QVERIFY(!plain.exitCode);
    QVERIFY(plain.file.empty() && plain.trace.empty() && !plain.fresh);

    const Invocation all = windowFor({"--fresh", "--trace=t.jsonl", "faces.pth"});
    QVERIFY(!all.exitCode);
    QCOMPARE(all.file.string(), std::string("faces.pth"));
    QCOMPARE(all.trace.string(), std::string("t.jsonl"));
    QVERIFY(all.fresh);

    QCOMPARE(windowFor({"--", "--odd.pth"}).file.string(), std::string("--odd.pth"));
    QCOMPARE(windowFor({"./generate"}).file.string(), std::string("./generate"));
  }

  void qtsOwnOptionsPass() {
    const Invocation invocation = windowFor({"-platform", "offscreen", "-style=fusion", "--reverse", "a.pth"});
    QVERIFY(!invocation.exitCode);
    QCOMPARE(invocation.file.string(), std::string("a.pth"));
  }

  /// What happened to the device while a command worked is told behind what the command says itself, once it did.
  void newsOfTheDeviceAreTold() {
    const QString path = m_folder.filePath(QStringLiteral("tiny.safetensors"));
    TinyModel().write(path);
    const QStringList info{QStringLiteral("info"), path};
    QVERIFY(!latentLoom(info).err.contains(QStringLiteral("note:")));
    loom::model::tellDeviceNews("The GPU's memory is full.");
    const auto told = latentLoom(info);
    QCOMPARE(told.code, 0);
    QVERIFY2(told.err.contains(QStringLiteral("note: The GPU's memory is full.\n")), qPrintable(told.err));
  }

  void helpIsComplete() {
    const auto all = latentLoom({"--help"});
    QCOMPARE(all.code, 0);
    QCOMPARE(all.err, QString());
    for (const char* word : {"Usage: latent-loom [options] [FILE]", "--fresh", "--trace FILE", "--version",
                             "-h, --help", "generate", "info", "Exit status"}) {
      QVERIFY2(all.out.contains(word), word);
    }
    QCOMPARE(latentLoom({"-h"}).out, all.out);

    const auto generate = latentLoom({"generate", "--help"});
    QCOMPARE(generate.code, 0);
    for (const char* word : {"--seeds LIST", "--inputs TENSORS", "-o, --output PICTURE", "--raw TENSORS", "--grid CxR",
                             "--gap", "--truncation PSI", "--scale N", "--resample HOW", "--quality", "--group NAME",
                             "--device WHERE", "Examples:"}) {
      QVERIFY2(generate.out.contains(word), word);
    }
    const auto info = latentLoom({"info", "-h"});
    QCOMPARE(info.code, 0);
    QVERIFY(info.out.contains("--json") && info.out.contains("--tensors"));
    for (const QString& text : {all.out, generate.out, info.out}) {
      for (const QString& line : text.split('\n')) {
        QVERIFY2(line.size() <= 86, qPrintable(line));
      }
    }
  }

  void tellsItsVersion() {
    const auto result = latentLoom({"--version"});
    QCOMPARE(result.code, 0);
    QCOMPARE(result.out, QString("latent-loom " LOOM_VERSION "\n"));
  }

  void wrongUsage_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* words, const char* message) {
      QTest::newRow(words) << QString(words).split(' ') << QString(message);
    };
    row("--frehs", "unknown option '--frehs'; did you mean --fresh?");
    row("--colour", "unknown option '--colour'.");
    row("-x", "unknown option '-x'.");
    row("--trace", "--trace needs a value: --trace FILE");
    row("--fresh=1", "--fresh takes no value");
    row("--fresh --fresh", "--fresh is given twice");
    row("a.pth b.pth", "unexpected argument 'b.pth'");
    row("genrate x.pth", "unexpected argument 'x.pth'");
    row("genrate", "there is no file and no command 'genrate'; did you mean generate?");
    row("--fresh info", "the command comes first: latent-loom info ...");
    row("info", "say which file to look into");
    row("info a b", "unexpected argument 'b'");
    row("info --jsn a", "unknown option '--jsn'; did you mean --json?");
    row("generate", "say which checkpoint makes the pictures");
    row("generate m.pth -o a.png", "say which pictures: --seeds 0-63, --inputs FILE, or --picture FILE to change one");
    row("generate m.pth --seeds 1 --inputs z -o a.png", "--seeds, --inputs and --picture cannot go together");
    row("generate m.pth --seeds", "--seeds needs a value: --seeds LIST");
    row("generate m.pth --seeds --grid 2x2 -o a.png", "--seeds needs a value: --seeds LIST");
    row("generate m.pth --seeds 3-1 -o a.png", "--seeds: the range '3-1' runs backwards");
    row("generate m.pth --seeds 1", "say where the pictures go: -o PICTURE, or --raw TENSORS");
    row("generate m.pth --seeds 0-63 --grid 8 -o a.png", "--grid takes COLUMNSxROWS, as in 8x8, not '8'");
    row("generate m.pth --seeds 0-63 --grid 0x8 -o a.png", "--grid takes a whole number from 1 to 1000, not '0'");
    row("generate m.pth --seeds 0-63 --grid 8x9 -o a.png",
        "--grid 8x9 does not suit 64 pictures; with 8 columns that is 8x8");
    row("generate m.pth --seeds 0-64 --grid 8x8 -o a.png", "with 8 columns that is 8x9");
    row("generate m.pth --seeds 0-3 --grid 2x2 --raw a", "--grid needs -o PICTURE");
    row("generate m.pth --seeds 0-3 --gap 2 -o a.png", "--gap needs --grid");
    row("generate m.pth --seeds 1 --scale 0 -o a.png", "--scale takes a whole number from 1 to 64, not '0'");
    row("generate m.pth --seeds 1 --scale 2.5 -o a.png", "--scale takes a whole number from 1 to 64, not '2.5'");
    row("generate m.pth --seeds 1 --resample best -o a.png", "--resample takes nearest or smooth, not 'best'");
    row("generate m.pth --seeds 1 --quality 101 -o a.jpg", "--quality takes a whole number from 1 to 100, not '101'");
    row("generate m.pth --seeds 1 --truncation much -o a.png",
        "--truncation takes a number from -10 to 10, not 'much'");
    row("generate m.pth --seeds 1 --truncation nan -o a.png", "--truncation takes a number");
    row("generate m.pth --seeds 1 --device gpu -o a.png", "--device takes cpu or auto, not 'gpu'");
    row("generate m.pth --seeds 1-3 -o a.png",
        "3 pictures do not fit into the one file a.png; add --grid COLUMNSxROWS, put {seed} into the name, or give a folder");
    row("generate m.pth n.pth --seeds 1 -o a.png", "unexpected argument 'n.pth'");
  }
  void wrongUsage() {
    QFETCH(QStringList, words);
    QFETCH(QString, message);
    const auto result = latentLoom(words);
    QCOMPARE(result.code, 2);
    QCOMPARE(result.out, QString());
    QVERIFY2(result.err.startsWith("latent-loom: "), qPrintable(result.err));
    QVERIFY2(result.err.contains(message), qPrintable(result.err));
    const QString command = words.first() == "generate" || words.first() == "info" ? words.first() + " " : QString();
    QVERIFY2(result.err.endsWith("\nTry 'latent-loom " + command + "--help'.\n"), qPrintable(result.err));
  }

  void aFileMayBeCalledAlmostLikeACommand() {
    QFile file(m_folder.filePath("genrate"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(!windowFor({file.fileName().toStdString()}).exitCode);
  }

  void failuresAreOne() {
    const auto missing = latentLoom({"info", m_folder.filePath("missing.pth")});
    QCOMPARE(missing.code, 1);
    QCOMPARE(missing.out, QString());
    QVERIFY(missing.err.startsWith("latent-loom: ") && missing.err.contains("missing.pth"));
    QVERIFY(!missing.err.contains("--help"));
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestCommandLine)
#include "test_command_line.moc"
