#include "model/run_folder.h"
#include "model/checkpoint/checkpoint_reader.h"
#include "model/run/run_snapshots.h"
#include "tests/model/run/run_files_made.h"
#include "tests/refusal.h"

#include <QTemporaryDir>
#include <QTest>

using namespace loom::model;
using namespace loom::test;

namespace {

std::vector<std::int64_t> stepsOf(const RunFolder& run) {
  std::vector<std::int64_t> steps;
  for (const auto& [step, path] : run.snapshots()) {
    steps.push_back(step);
  }
  return steps;
}

std::string marksOf(const RunHistory& history) {
  std::string text;
  for (const RunMark& mark : history.marks) {
    text += "[" + std::to_string(mark.step) + " " + mark.tag + ": " + mark.text + "]";
  }
  return text;
}

}  // namespace

class RunFolderTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }
  void cleanup() { m_folder.reset(); }

  void settingsComeBack() {
    {
      const RunFolder run = RunFolder::create(path(), R"({"settings": {"seed": "7"}, "run-format": 99})");
      QVERIFY(run.json().find("\"seed\": \"7\"") != std::string::npos);
    }
    const RunFolder run = RunFolder::resume(path());
    QCOMPARE(QByteArray::fromStdString(run.json()), QByteArray::fromStdString(bytesOfFile(path() / "run.json")));
    QVERIFY(run.json().find("\"run-format\": 1") != std::string::npos);
    QVERIFY(run.json().find("\"program\": \"Latent Loom ") != std::string::npos);
    QCOMPARE(run.path(), path());
  }

  void eventsComeBack() {
    {
      RunFolder run = RunFolder::create(path(), "{}");
      for (int step = 0; step < 30; step += 10) {
        run.addScalar("loss/G", step, 0.5F * static_cast<float>(step));
      }
      run.addMark({20, 123.5, "command", "pause"});
      run.addMark({20, 0.0, "health", "G diverges"});
      run.addPicture("samples", 20, 3, 2, asBytes(bytesOfFile(LOOM_TEST_DATA "/run/expected/picture.png")));
      run.flush();
      const RunHistory meanwhile = readHistory(path());
      QCOMPARE(pointsOf(meanwhile, "loss/G"), "0:0 10:5 20:10");
      run.addScalar("loss/G", 30, 1);
    }  // its end hands the rest out
    const RunHistory history = readHistory(path());
    QCOMPARE(pointsOf(history, "loss/G"), "0:0 10:5 20:10 30:1");
    QCOMPARE(marksOf(history), "[20 command: pause][20 health: G diverges]");
    QCOMPARE(history.marks[0].wallTime, 123.5);
    QVERIFY(history.marks[1].wallTime > 1.7e9);
  }

  void snapshotsComeBack() {
    RunFolder run = RunFolder::create(path(), "{}");
    QVERIFY(run.snapshots().empty());
    const EvenTensor tensor(100, 2.5F);
    run.writeSnapshot(1000, tensor.views, {{"step", "1000"}});
    run.writeLatest(tensor.views, {{"architecture", "dcgan"}});
    run.writeSheet(1000, asBytes("PNG"));
    QCOMPARE(run.snapshots().at(0).second, path() / "snapshots" / "step-000001000.safetensors");
    const Checkpoint snapshot = readCheckpoint(run.snapshots().at(0).second);
    QCOMPARE(snapshot.groups.at(0).tensors.at(0).toFloat32(), tensor.numbers);
    QCOMPARE(readCheckpoint(path() / "latest.safetensors").groups.at(0).tensors.size(), 1U);
    QCOMPARE(bytesOfFile(path() / "samples" / "step-000001000.png"), "PNG");
  }

  void oldSnapshotsGoAway() {
    RunFolder run = RunFolder::create(path(), "{}");
    const EvenTensor tensor(4, 0);
    for (int step = 1; step <= 40; ++step) {
      run.writeSnapshot(step * 1000, tensor.views, {}, 3);
    }
    QCOMPARE(stepsOf(run),
             (std::vector<std::int64_t>{1000, 2000, 3000, 5000, 9000, 17000, 33000, 38000, 39000, 40000}));
    QCOMPARE(dispensableSteps({0, 1, 2, 3, 4}, 1), (std::vector<std::int64_t>{3}));
    QCOMPARE(dispensableSteps({5, 6}, 0), (std::vector<std::int64_t>{}));  // the newest stays
  }

  void damagedSnapshotsAreNoneOfThem() {
    RunFolder run = RunFolder::create(path(), "{}");
    const EvenTensor tensor(64, 0);
    run.writeSnapshot(1, tensor.views, {});
    run.writeSnapshot(2, tensor.views, {});
    const std::string whole = bytesOfFile(run.snapshots().at(1).second);
    const auto second = run.snapshots().at(1).second;
    for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{40}, whole.size() - 1}) {
      writeFile(second, whole.substr(0, length));
      QCOMPARE(stepsOf(run), (std::vector<std::int64_t>{1}));
    }
    writeFile(second, std::string(8, '\xff') + whole);
    QCOMPARE(stepsOf(run), (std::vector<std::int64_t>{1}));
    writeFile(second, whole);
    QCOMPARE(stepsOf(run), (std::vector<std::int64_t>{1, 2}));
    for (const char* name : {"step-3.safetensors", "step-00000000x.safetensors", "step-000000003.png", "notes.txt"}) {
      writeFile(path() / "snapshots" / name, whole);
    }
    QCOMPARE(stepsOf(run), (std::vector<std::int64_t>{1, 2}));
  }

  void goingBackForgetsWhatFollowed() {
    const EvenTensor tensor(4, 0);
    {
      RunFolder run = RunFolder::create(path(), "{}");
      for (int step = 0; step <= 40; step += 10) {
        run.addScalar("loss/G", step, static_cast<float>(step));
        run.addMark({step, 0, "snapshot", std::to_string(step)});
        run.writeSnapshot(step, tensor.views, {});
        run.writeSheet(step, asBytes("PNG"));
      }
      run.rewindTo(20);
      run.addScalar("loss/G", 25, -1);
      QCOMPARE(stepsOf(run), (std::vector<std::int64_t>{0, 10, 20}));
      QCOMPARE(numberedFiles(path() / "samples", ".png").size(), 3U);
    }
    RunHistory history = readHistory(path());
    QCOMPARE(pointsOf(history, "loss/G"), "0:0 10:10 20:20 25:-1");
    QCOMPARE(marksOf(history), "[0 snapshot: 0][10 snapshot: 10][20 snapshot: 20][20 command: went back to step 20]");
    {
      RunFolder run = RunFolder::resume(path());  // a new event file
      run.rewindTo(10);
      run.addScalar("loss/G", 11, 5);
    }
    history = readHistory(path());
    QCOMPARE(pointsOf(history, "loss/G"), "0:0 10:10 11:5");
    QCOMPARE(marksOf(history), "[0 snapshot: 0][10 snapshot: 10][10 command: went back to step 10]");
  }

  /// As other programs do it: a new file, and no word about the old one.
  void laterFilesReplaceTheStepsTheyRunAgain() {
    std::filesystem::create_directories(path());
    for (const auto& from : {std::filesystem::path("pytorch"), std::filesystem::path("tensorflow2")}) {
      for (const auto& entry : std::filesystem::directory_iterator(LOOM_TEST_DATA "/run" / from)) {
        std::filesystem::copy(entry.path(), path() / entry.path().filename());
      }
    }
    std::string later;
    {
      QTemporaryDir other;
      RunFolder run = RunFolder::create(other.path().toStdString(), "{}");
      run.addScalar("loss/G", 20, 9);
      run.addScalar("loss/G", 30, 8);
      run.flush();
      for (const auto& entry : std::filesystem::directory_iterator(other.path().toStdString())) {
        if (entry.path().string().find("tfevents") != std::string::npos) {
          later = bytesOfFile(entry.path());
        }
      }
    }
    QVERIFY(!later.empty());
    writeFile(path() / "events.out.tfevents.1700000001.later", later);
    const RunHistory history = readHistory(path());
    QCOMPARE(pointsOf(history, "loss/G"), "0:1.5 10:1.4 20:9 30:8");
    QCOMPARE(pointsOf(history, "epoch_loss"), "1:0.75 2:0.5 3:0.25 4:7");  // untouched
  }

  void refusals() {
    const auto create = [&](const std::string& json) {
      return refusal<RunError>([&] { RunFolder::create(path(), json); });
    };
    const auto resume = [&] { return refusal<RunError>([&] { RunFolder::resume(path()); }); };
    const std::string name = path().string();
    QCOMPARE(resume(), name + " is not there.");
    QCOMPARE(create("[1]"), "The settings of the run are no JSON object.");
    QVERIFY(!std::filesystem::exists(path()));
    std::filesystem::create_directories(path());
    QCOMPARE(resume(), name + " is no run: there is no run.json in it.");
    QCOMPARE(create("{}"), "");
    QCOMPARE(create("{}"), name + " is not empty. A new run takes a new folder.");
    writeFile(path() / "run.json", R"({"run-format": 2, "program": "Latent Loom 9"})");
    QCOMPARE(resume(),
             name + " is a run of a newer version (Latent Loom 9): its format is 2, and this version knows 1.");
    for (const char* text : {"", "{", "[]", R"({"run-format": "1"})", R"({"seed": 1})"}) {
      writeFile(path() / "run.json", text);
      QCOMPARE(resume(),
               (path() / "run.json").string() + " is damaged: it is not what a run of Latent Loom begins with.");
    }
    QCOMPARE(refusal<RunError>([&] { readHistory(path()); }),
             name + " holds no event files, as TensorBoard calls what a training writes.");
    QVERIFY(refusal<RunError>([&] { readHistory(path() / "none"); }).find("cannot be read: No such file") !=
            std::string::npos);
    writeFile(path() / "file", "");
    QVERIFY(refusal<RunError>([&] {
              RunFolder::create(path() / "file", "{}");
            }).ends_with(" is a file. A run is a folder."));
    QVERIFY(refusal<RunError>([&] { RunFolder::resume(path() / "file"); }).ends_with(" is a file. A run is a folder."));
  }

 private:
  std::filesystem::path path() const { return std::filesystem::path(m_folder->path().toStdString()) / "run"; }
  std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_APPLESS_MAIN(RunFolderTest)
#include "run_folder_test.moc"
