#include "app/project/autosave.h"
#include "tests/refusal.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;

class TestAutosave : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  QString folder() const { return m_folder->filePath(QStringLiteral("autosave")); }
  QStringList files() const { return QDir(folder()).entryList(QDir::Files); }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void aGoodEndLeavesNothing() {
    {
      Autosave autosave(folder());
      autosave.save({}, {});
      QCOMPARE(files().filter(QStringLiteral(".loom")).size(), 1);
      autosave.clear();
      QCOMPARE(files().filter(QStringLiteral(".loom")).size(), 0);
      autosave.save({}, {});  // the same project as before, which was taken away
      QCOMPARE(files().filter(QStringLiteral(".loom")).size(), 1);
    }
    QCOMPARE(files(), QStringList());
  }

  void whatRunsIsNotOffered() {
    Autosave one(folder());
    one.save({}, {});
    const Autosave other(folder());
    QVERIFY(other.left().empty());
    QVERIFY(one.left().empty());
  }

  void aCrashIsRecoveredFrom() {
    std::uint32_t told = 0;
    {
      QProcess process;
      process.start(QStringLiteral(LOOM_PROJECT_CRASHER), {folder()});
      while (told < 5) {
        QVERIFY(process.waitForReadyRead());
        told = process.readAllStandardOutput().trimmed().split('\n').last().toUInt();
      }
      process.kill();
      QVERIFY(process.waitForFinished());
    }
    Autosave autosave(folder());
    const auto left = autosave.left();
    QCOMPARE(left.size(), std::size_t(1));
    QCOMPARE(left[0].projectPath, QStringLiteral("/work/späte Töne.loom"));
    QVERIFY(left[0].saved.isValid());
    const Project project = autosave.recover(left[0]);
    QVERIFY(project.state.latent.seed >= told);
    QCOMPARE(project.layout.size(), std::size_t(300'000));
    QCOMPARE(Autosave(folder()).left().size(), std::size_t(1));  // looking at it takes nothing away
    autosave.discard(left[0]);
    QVERIFY(autosave.left().empty());
    QCOMPARE(QDir(folder() + QStringLiteral("/discarded")).entryList(QDir::Files).size(), 1);
  }

  void aDamagedOneIsToldAndStays() {
    Autosave autosave(folder());
    QFile file(folder() + QStringLiteral("/0f8b6f1e-9c1d-4f0a-8d3e-2b7c55aa0001.loom"));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{") == 1);
    file.close();
    const auto left = autosave.left();
    QCOMPARE(left.size(), std::size_t(1));
    QVERIFY(left[0].projectPath.isEmpty());
    QVERIFY(!loom::test::refusal<ProjectError>([&] { autosave.recover(left[0]); }).empty());
    QVERIFY(file.exists());
  }

  void aFolderThatCannotBeIsTold() {
    const QString file = m_folder->filePath(QStringLiteral("file"));
    QVERIFY(QFile(file).open(QIODevice::WriteOnly));
    QVERIFY(!loom::test::refusal<ProjectError>([&] { Autosave autosave(file + QStringLiteral("/x")); }).empty());
  }
};

QTEST_GUILESS_MAIN(TestAutosave)
#include "test_autosave.moc"
