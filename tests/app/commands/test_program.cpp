// The built program as a shell calls it: no display, real streams, real signals.
#include "tests/app/commands/tiny_model.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace loom;
using namespace loom::app;

namespace {

class TestProgram : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  QString file(const QString& name) const { return m_folder.filePath(name); }

  static void prepare(QProcess& process) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
      environment.remove(name);
    }
    process.setProcessEnvironment(environment);
    process.setProgram(QStringLiteral(LOOM_PROGRAM));
  }

  static CommandResult run(const QStringList& arguments) {
    QProcess process;
    prepare(process);
    process.setArguments(arguments);
    process.start();
    if (!process.waitForFinished(60000)) {
      return {};
    }
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
  }

 private Q_SLOTS:
  void initTestCase() { TinyModel().write(file("tiny.safetensors")); }

  void helpAndVersionNeedNoDisplay() {
    const auto help = run({"--help"});
    QCOMPARE(help.code, 0);
    QVERIFY(help.out.contains("Usage: latent-loom"));
    QCOMPARE(help.err, QString());
    QCOMPARE(run({"--version"}).out, QString("latent-loom " LOOM_VERSION "\n"));
  }

  void usageErrorsAreTwoOnStderr() {
    const auto result = run({"generate", "--sedes", "1"});
    QCOMPARE(result.code, 2);
    QCOMPARE(result.out, QString());
    QCOMPARE(
        result.err,
        QString("latent-loom: unknown option '--sedes'; did you mean --seeds?\nTry 'latent-loom generate --help'.\n"));
  }

  void generatesAndTells() {
    const auto made = run({"generate", file("tiny.safetensors"), "--seeds", "0-3", "--grid", "2x2", "--device", "cpu",
                           "-o", file("out.png")});
    QVERIFY2(made.code == 0, qPrintable(made.err));
    QCOMPARE(QImage(file("out.png")).size(), QSize(16, 16));
    const auto told = run({"info", file("out.png")});
    QVERIFY2(told.code == 0, qPrintable(told.err));
    QVERIFY(told.out.contains("Seeds         0-3"));
  }

  void failsWithOne() {
    const auto result = run({"generate", file("missing.pth"), "--seeds", "1", "-o", file("a.png")});
    QCOMPARE(result.code, 1);
    QVERIFY(result.err.startsWith("latent-loom: ") && result.err.contains("missing.pth"));
  }

  void controlCLeavesNothingHalfDone() {
    QProcess process;
    prepare(process);
    QVERIFY(QDir(m_folder.path()).mkdir("many"));
    process.setArguments(
        {"generate", file("tiny.safetensors"), "--seeds", "0-99999", "--scale", "16", "-o", file("many")});
    process.start();
    QVERIFY(process.waitForStarted());
    const QDir many(file("many"));
    QTRY_VERIFY_WITH_TIMEOUT(many.entryList(QDir::Files).size() > 3, 30000);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(30000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    QCOMPARE(QString::fromUtf8(process.readAllStandardError()), QString("latent-loom: interrupted.\n"));
    const QStringList left = many.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    for (const QString& name : left) {
      QVERIFY2(!QImage(many.filePath(name)).isNull(), qPrintable(name));
    }
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestProgram)
#include "test_program.moc"
