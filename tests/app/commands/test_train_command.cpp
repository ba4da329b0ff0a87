// `latent-loom train` as a shell calls it: learns, is interrupted, is killed, goes on.
#include "model/checkpoint/checkpoint_reader.h"

#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace {

constexpr int kPatienceMs = 60000;

struct Result {
  int code = -1;
  QString out;
  QString err;
};

class TestTrainCommand : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  QString file(const QString& name) const { return m_folder.filePath(name); }

  static Result run(const QStringList& arguments) {
    QProcess process;
    process.start(QStringLiteral(LOOM_PROGRAM), arguments);
    if (!process.waitForFinished(kPatienceMs)) {
      return {};
    }
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
  }

  static QStringList snapshots(const QString& run) {
    return QDir(run + QStringLiteral("/snapshots")).entryList({QStringLiteral("step-*.safetensors")}, QDir::Files, QDir::Name);
  }

  QStringList ring(const QString& run, int steps) const {
    return {"train", "--preset", "ring-r1", "--out", run, "--steps", QString::number(steps), "--snapshot-every", "25",
            "--seed", "5", "--set", "samples-every=50"};
  }

  QString pictures() const {
    const QString folder = file(QStringLiteral("pictures"));
    for (const char* name : {"red", "blue"}) {
      QDir().mkpath(folder + QLatin1Char('/') + QLatin1String(name));
      for (int i = 0; i < 6; ++i) {
        QImage image(20, 16, QImage::Format_RGB888);
        image.fill(QColor::fromHsv(name[0] == 'r' ? i : 200 + i, 200, 200));
        image.save(folder + QStringLiteral("/%1/%2.png").arg(QLatin1String(name)).arg(i));
      }
    }
    QFile broken(folder + QStringLiteral("/red/broken.jpg"));
    broken.open(QIODevice::WriteOnly);
    broken.write("\xff\xd8\xff\xe0 and no more");
    return folder;
  }

 private Q_SLOTS:
  void presetsAreTold() {
    const Result result = run({"presets"});
    QCOMPARE(result.code, 0);
    for (const char* name : {"ring-r1", "dcgan", "cgan", "wgan-gp", "progressive", "stylegan2-ada"}) {
      QVERIFY2(result.out.contains(QLatin1String(name)), name);
    }
  }

  void whatWasTypedWrongIsTold_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("told");
    QTest::addColumn<int>("code");
    const QString run = file(QStringLiteral("never"));
    QTest::newRow("no preset") << QStringList{"train", "--out", run} << "--preset" << 2;
    QTest::newRow("unknown preset") << QStringList{"train", "--preset", "dcgann", "--out", run} << "dcgan" << 2;
    QTest::newRow("no data") << QStringList{"train", "--preset", "dcgan", "--out", run} << "--data" << 2;
    QTest::newRow("no number") << QStringList{"train", "--preset", "ring-r1", "--out", run, "--set", "width=wide"} << "width" << 2;
    QTest::newRow("no setting") << QStringList{"train", "--preset", "ring-r1", "--out", run, "--set", "wdth=3"} << "wdth" << 2;
    QTest::newRow("missing data") << QStringList{"train", "--preset", "dcgan", "--out", run, "--data", file("nowhere")}
                                  << "nowhere" << 1;
    QTest::newRow("no run") << QStringList{"train", "--resume", file("nowhere")} << "nowhere" << 1;
    QTest::newRow("too much memory") << QStringList{"train", "--preset", "gan", "--out", run, "--data", pictures(), "--set",
                                                    "resolution=1024", "--set", "batch=65536"}
                                     << "memory" << 1;
  }
  void whatWasTypedWrongIsTold() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, told);
    QFETCH(int, code);
    const Result result = run(arguments);
    QVERIFY2(result.err.contains(told), qPrintable(result.err));
    QCOMPARE(result.code, code);
    QVERIFY(!QDir(file(QStringLiteral("never"))).exists());
  }

  void learnsFromPicturesAndOpens() {
    const QString run = file(QStringLiteral("learnt"));
    const Result result = this->run({"train", "--preset", "cgan", "--data", pictures(), "--out", run, "--steps", "4", "--set",
                                     "resolution=16", "--set", "width=4", "--set", "batch=4"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QVERIFY(result.err.contains("broken.jpg"));
    QCOMPARE(result.out, run + QStringLiteral("/latest.safetensors\n"));
    const Result made = this->run({"generate", run + "/latest.safetensors", "--seeds", "1", "-o", file("a.png")});
    QVERIFY2(made.code == 0, qPrintable(made.err));
    QCOMPARE(QImage(file("a.png")).size(), QSize(16, 16));
    QVERIFY(this->run({"info", run + "/latest.safetensors"}).out.contains("blue"));
  }

  void killedItGoesOnAsIfNothingHadBeen() {
    const QString whole = file(QStringLiteral("whole"));
    const QString killed = file(QStringLiteral("killed"));
    constexpr int kSteps = 400;
    QCOMPARE(run(ring(whole, kSteps)).code, 0);
    // Killed three times, wherever it stands.
    for (int round = 0; round < 3; ++round) {
      QProcess process;
      process.start(QStringLiteral(LOOM_PROGRAM),
                    round == 0 ? ring(killed, kSteps) : QStringList{"train", "--resume", killed, "--steps", QString::number(kSteps)});
      const auto before = snapshots(killed).size();
      QTRY_VERIFY_WITH_TIMEOUT(snapshots(killed).size() >= before + 2 || process.state() == QProcess::NotRunning, kPatienceMs);
      process.kill();
      QVERIFY(process.waitForFinished(kPatienceMs));
    }
    const Result result = run({"train", "--resume", killed, "--steps", QString::number(kSteps)});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const auto tensors = [](const QString& folder) {
      return loom::model::readCheckpoint((folder + QStringLiteral("/snapshots/") + snapshots(folder).back()).toStdString());
    };
    QCOMPARE(snapshots(killed).back(), snapshots(whole).back());
    const auto expected = tensors(whole);
    const auto got = tensors(killed);
    QCOMPARE(got.groups.at(0).tensors.size(), expected.groups.at(0).tensors.size());
    for (std::size_t i = 0; i < got.groups[0].tensors.size(); ++i) {
      const auto& a = got.groups[0].tensors[i];
      const auto& b = expected.groups[0].tensors[i];
      QCOMPARE(a.name, b.name);
      QVERIFY2(std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end()), a.name.c_str());
    }
  }

  void controlCLeavesASnapshot() {
    const QString folder = file(QStringLiteral("stopped"));
    QProcess process;
    process.start(QStringLiteral(LOOM_PROGRAM), ring(folder, 1'000'000));
    QTRY_VERIFY_WITH_TIMEOUT(snapshots(folder).size() >= 2, kPatienceMs);
    // Two writers would spoil it.
    const Result second = run({"train", "--resume", folder});
    QCOMPARE(second.code, 1);
    QVERIFY2(second.err.contains("in use"), qPrintable(second.err));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(kPatienceMs));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    const QString told = QString::fromUtf8(process.readAllStandardError());
    const QString last = snapshots(folder).back();
    const auto step = QStringView(last).mid(5, 9).toLongLong();
    QVERIFY2(told.contains(QStringLiteral("step %1,").arg(step)), qPrintable(told));
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestTrainCommand)
#include "test_train_command.moc"
