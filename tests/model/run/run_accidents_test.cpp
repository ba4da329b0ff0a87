// What happens to runs: processes killed, two at once, full disks. POSIX: fork, kill, setrlimit.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/run/run_snapshots.h"
#include "model/run_folder.h"
#include "tests/model/run/run_files_made.h"
#include "tests/refusal.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

using namespace loom::model;
using namespace loom::test;

namespace {

/// Runs `action` in a process of its own; its exit status, or 128 and the signal.
template <typename Action>
pid_t inAnotherProcess(Action&& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);  // it ends also where the test does not end it
    int status = 99;
    try {
      status = action();
    } catch (...) {  // NOLINT(bugprone-empty-catch): 99 tells
    }
    ::_exit(status);
  }
  return child;
}

int endOf(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

constexpr std::size_t kNumbers = 200'000;

}  // namespace

class RunAccidentsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }
  void cleanup() { m_folder.reset(); }

  /// A process writes snapshots as fast as it can and is killed at any moment, again and again: all that is there is
  /// whole, and the run goes on.
  void killedWhileItWrites() {
    { RunFolder::create(path(), "{}"); }
    std::int64_t last = 0;
    int wentOn = 0;
    for (int round = 0; round < 25; ++round) {
      const pid_t child = inAnotherProcess([&] {
        RunFolder run = RunFolder::resume(path());
        for (std::int64_t step = last + 1;; ++step) {
          const EvenTensor tensor(kNumbers, static_cast<float>(step));
          run.addScalar("loss/G", step, static_cast<float>(step));
          run.writeSnapshot(step, tensor.views, {{"step", std::to_string(step)}});
          run.writeLatest(tensor.views, {});
        }
        return 0;
      });
      if (round % 2 == 0) {  // soon after its first; in the other rounds at any moment, the start included
        QElapsedTimer timer;
        timer.start();
        while (newestStep() <= last && timer.elapsed() < 20000) {
          QTest::qSleep(1);
        }
      }
      QTest::qSleep(7 * round % 60);
      ::kill(child, SIGKILL);
      QCOMPARE(endOf(child), 128 + SIGKILL);

      const RunFolder run = RunFolder::resume(path());  // the dead process's lock does not count
      const auto snapshots = run.snapshots();
      for (const auto& [step, file] : snapshots) {
        const Checkpoint snapshot = readCheckpoint(file);
        QCOMPARE(snapshot.groups.at(0).tensors.at(0).toFloat32(),
                 std::vector<float>(kNumbers, static_cast<float>(step)));
      }
      for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
        QVERIFY(entry.path().extension() != ".part");
      }
      if (snapshots.empty()) {
        continue;
      }
      wentOn += snapshots.back().first > last ? 1 : 0;
      QVERIFY(snapshots.back().first >= last);
      last = snapshots.back().first;
      if (std::filesystem::exists(path() / "latest.safetensors")) {
        readCheckpoint(path() / "latest.safetensors");
      }
      // The curve reaches the snapshot: events go out before it.
      const RunHistory history = readHistory(path());
      QVERIFY(seriesOf(history, "loss/G")->points.back().step >= last);
    }
    QVERIFY2(wentOn >= 13, qPrintable(QString::number(wentOn)));
  }

  void oneProcessAtATime() {
    int toParent[2];
    int toChild[2];
    QCOMPARE(::pipe(toParent), 0);
    QCOMPARE(::pipe(toChild), 0);
    const pid_t child = inAnotherProcess([&] {
      const RunFolder run = RunFolder::create(path(), "{}");
      char token = 'x';
      return ::write(toParent[1], &token, 1) == 1 && ::read(toChild[0], &token, 1) == 1 ? 0 : 1;
    });
    char token = 0;
    QCOMPARE(::read(toParent[0], &token, 1), 1);
    const std::string expected =
        path().string() + " is in use: another process (" + std::to_string(child) + ") writes to it.";
    QCOMPARE(refusal<RunError>([&] { RunFolder::resume(path()); }), expected);
    QCOMPARE(::write(toChild[1], &token, 1), 1);
    QCOMPARE(endOf(child), 0);
    QCOMPARE(refusal<RunError>([&] { RunFolder::resume(path()); }), "");
    for (const int fd : {toParent[0], toParent[1], toChild[0], toChild[1]}) {
      ::close(fd);
    }
  }

  void twiceInOneProcessNeither() {
    RunFolder run = RunFolder::create(path(), "{}");
    QVERIFY(refusal<RunError>([&] { RunFolder::resume(path()); }).find(" is in use: ") != std::string::npos);
    const RunFolder moved = std::move(run);
    QVERIFY(refusal<RunError>([&] { RunFolder::resume(path()); }).find(" is in use: ") != std::string::npos);
  }

  /// The disk is full while a snapshot is written: a word that names the file, the older one stays, nothing half is
  /// left.
  void noRoomForASnapshot() {
    const pid_t child = inAnotherProcess([&] {
      RunFolder run = RunFolder::create(path(), "{}");
      const EvenTensor tensor(kNumbers, 1);
      run.writeSnapshot(1, tensor.views, {});
      limitFiles(100'000);
      const std::string said = refusal<RunError>([&] { run.writeSnapshot(2, tensor.views, {}); });
      if (said != (path() / "snapshots/step-000000002.safetensors").string() + " cannot be written: File too large.") {
        qWarning("%s", said.c_str());
        return 1;
      }
      const std::string sheet(200'000, 'x');
      const std::string saidOfSheet = refusal<RunError>([&] { run.writeSheet(2, asBytes(sheet)); });
      if (saidOfSheet != (path() / "samples/step-000000002.png").string() + " cannot be written: File too large.") {
        qWarning("%s", saidOfSheet.c_str());
        return 2;
      }
      return run.snapshots().size() == 1 ? 0 : 3;
    });
    QCOMPARE(endOf(child), 0);
    QCOMPARE(RunFolder::resume(path()).snapshots().size(), 1U);
    QVERIFY(!std::filesystem::exists(path() / "snapshots/step-000000002.safetensors.part"));
    QVERIFY(!std::filesystem::exists(path() / "samples/step-000000002.png.part"));
  }

  /// The same of events: those before stay readable, and when there is room again those that were held back follow.
  void noRoomForEvents() {
    const pid_t child = inAnotherProcess([&] {
      RunFolder run = RunFolder::create(path(), "{}");
      run.addScalar("loss/G", 1, 1);
      run.flush();
      limitFiles(200);
      run.addScalar("loss/G", 2, 2);
      run.addScalar("loss/G", 3, 3);
      run.addScalar("loss/G", 4, 4);
      const std::string said = refusal<RunError>([&] { run.flush(); });
      if (said.find("tfevents") == std::string::npos || !said.ends_with(" cannot be written: File too large.")) {
        qWarning("%s", said.c_str());
        return 1;
      }
      if (pointsOf(readHistory(path()), "loss/G") != "1:1") {
        return 2;
      }
      limitFiles(1'000'000);
      run.flush();
      return pointsOf(readHistory(path()), "loss/G") == "1:1 2:2 3:3 4:4" ? 0 : 3;
    });
    QCOMPARE(endOf(child), 0);
  }

  void aFolderThatMayNotBeWritten() {
    if (::geteuid() == 0) {
      QCOMPARE(refusal<RunError>([] { RunFolder::create("/proc/loom-run", "{}"); }),
               "/proc/loom-run cannot be written: No such file or directory.");
      return;
    }
    std::filesystem::create_directories(path().parent_path());
    std::filesystem::permissions(path().parent_path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    QCOMPARE(refusal<RunError>([&] { RunFolder::create(path(), "{}"); }),
             path().string() + " cannot be written: Permission denied.");
    std::filesystem::permissions(path().parent_path(), std::filesystem::perms::owner_all);
  }

 private:
  static void limitFiles(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::int64_t newestStep() const {
    const NumberedFiles files = numberedFiles(path() / "snapshots", ".safetensors");
    return files.empty() ? 0 : files.back().first;
  }
  std::filesystem::path path() const { return std::filesystem::path(m_folder->path().toStdString()) / "run"; }
  std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_APPLESS_MAIN(RunAccidentsTest)
#include "run_accidents_test.moc"
