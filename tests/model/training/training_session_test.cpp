// A training as its users see it: every preset learns and what it writes opens; interrupted and resumed equals
// uninterrupted, bit for bit; what is wrong is told before anything is made.
#include "model/checkpoint/checkpoint_reader.h"
#include "model/opened_model.h"
#include "model/training_session.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace loom::model;
namespace fs = std::filesystem;

namespace {

/// Pictures that are told by a formula: no files.
class FormulaData : public TrainingData {
 public:
  FormulaData(int resolution, int channels, int classes) {
    m_info.path = "formula";
    m_info.count = 37;
    m_info.resolution = resolution;
    m_info.channels = channels;
    for (int i = 0; i < classes; ++i) {
      m_info.classNames.push_back("class " + std::to_string(i));
    }
    m_info.fingerprint = "f" + std::to_string(resolution);
  }
  const TrainingDataInfo& info() const override { return m_info; }
  int label(std::int64_t index) const override {
    return m_info.classNames.empty() ? -1 : static_cast<int>(index % static_cast<std::int64_t>(m_info.classNames.size()));
  }
  void read(std::int64_t index, std::uint8_t* pixels) const override {
    const int count = m_info.channels * m_info.resolution * m_info.resolution;
    for (int i = 0; i < count; ++i) {
      pixels[i] = static_cast<std::uint8_t>(127.0 + 120.0 * std::sin(0.1 * i * (1.0 + static_cast<double>(index % 5))));
    }
  }

 private:
  TrainingDataInfo m_info;
};

TrainingSettings small(const std::string& preset) {
  TrainingSettings settings = presetNamed(preset).settings;
  settings.width = settings.family == Family::Toy ? 16 : 4;
  settings.depth = std::min(settings.depth, 2);
  settings.zDim = 6;
  settings.batch = 6;
  settings.snapshotEvery = 1000;
  settings.samplesEvery = 4;
  settings.growEvery = std::min(settings.growEvery, 1);
  return settings;
}

std::shared_ptr<const TrainingData> dataFor(const TrainingSettings& settings, int classes = 3) {
  return settings.family == Family::Toy ? nullptr : std::make_shared<FormulaData>(16, 1, classes);
}

TrainingSession::PngEncoder noPng() {
  return [](int, int, int, const std::vector<std::uint8_t>&) { return std::vector<std::byte>(8); };
}

/// Every tensor's bytes, in order.
std::vector<std::pair<std::string, std::vector<std::byte>>> bytesOf(const fs::path& path) {
  std::vector<std::pair<std::string, std::vector<std::byte>>> all;
  const Checkpoint file = readCheckpoint(path);
  for (const TensorView& view : file.groups.at(0).tensors) {
    const auto size = static_cast<std::size_t>(view.elementCount()) * sizeOf(view.dtype);
    all.emplace_back(view.name, std::vector<std::byte>(view.bytes.begin(), view.bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  return all;
}

}  // namespace

class TrainingSessionTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  fs::path run(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void everyPresetLearnsAndOpens_data() {
    QTest::addColumn<QString>("preset");
    for (const Preset& preset : trainingPresets()) {
      QTest::newRow(preset.name.c_str()) << QString::fromStdString(preset.name);
    }
  }
  void everyPresetLearnsAndOpens() {
    QFETCH(QString, preset);
    const TrainingSettings settings = small(preset.toStdString());
    const auto session = TrainingSession::start(settings, dataFor(settings), run("run"), noPng());
    for (int i = 0; i < 5; ++i) {
      const StepReport report = session->advance();
      QVERIFY(report.finite);
      QCOMPARE(report.step, std::int64_t{i + 1});
      QVERIFY(report.gradientG > 0.0 && report.gradientD > 0.0);
      QCOMPARE(report.accuracyReal.has_value(), settings.loss != GanLoss::Wasserstein);
      if (settings.gradientPenalty > 0.0) {
        QVERIFY(report.penalty > 0.0);
      }
    }
    session->snapshot();
    const RunHistory history = readHistory(run("run"));
    QVERIFY(std::any_of(history.scalars.begin(), history.scalars.end(),
                        [](const ScalarSeries& series) { return series.tag == "loss/G" && !series.points.empty(); }));
    const TrainingSheet sheet = session->sheet(10);
    if (settings.family == Family::Toy) {
      QCOMPARE(sheet.points.size(), std::size_t{2} * static_cast<std::size_t>(sheet.count));
      QCOMPARE(session->map(9).values.size(), std::size_t{81});
      return;
    }
    QCOMPARE(sheet.pixels.size(), std::size_t{10 * 16 * 16});
    const auto opened = OpenedModel::open(run("run") / "latest.safetensors");
    QCOMPARE(opened->info().width, 16);
    QCOMPARE(opened->info().zDim, settings.zDim);
    QCOMPARE(opened->info().classCount, settings.conditioning == Conditioning::None ? 0 : 3);
    if (opened->info().classCount > 0) {
      QCOMPARE(opened->info().classNames.at(1), std::string("class 1"));
    }
    // A snapshot's generator is the same one.
    TrainingSession::writeGenerator(session->run().snapshots().back().second, run("of-snapshot.safetensors"));
    const auto again = OpenedModel::open(run("of-snapshot.safetensors"));
    QVERIFY(again->generate(again->inputsFor({})).image == opened->generate(opened->inputsFor({})).image);
  }

  void halfPrecisionLearns_data() {
    QTest::addColumn<QString>("preset");
    for (const char* preset : {"ring-r1", "gan", "dcgan", "wgan-gp", "hinge", "acgan", "progressive", "stylegan2-ada"}) {
      QTest::newRow(preset) << QString::fromLatin1(preset);
    }
  }
  void halfPrecisionLearns() {
    QFETCH(QString, preset);
    TrainingSettings settings = small(preset.toStdString());
    settings.adaP = 0.5;
    const auto exact = TrainingSession::start(settings, dataFor(settings), run("exact"), noPng());
    settings.mixedPrecision = true;
    const auto session = TrainingSession::start(settings, dataFor(settings), run("run"), noPng());
    for (int i = 0; i < 4; ++i) {
      const StepReport report = session->advance();
      const StepReport expected = exact->advance();
      QVERIFY(report.finite);
      QVERIFY(report.gradientG > 0.0 && report.gradientD > 0.0);
      if (i == 0) {  // before the ways part; bfloat16 has eight bits
        QVERIFY(report.lossD != expected.lossD);
        QVERIFY2(std::abs(report.lossD - expected.lossD) < 0.05 * (1.0 + std::abs(expected.lossD)),
                 qPrintable(QStringLiteral("%1 %2").arg(report.lossD).arg(expected.lossD)));
      }
    }
  }

  void whatHasNotGrownIsLeftOut() {
    TrainingSettings settings = small("progressive");
    settings.growEvery = 2;
    const auto session = TrainingSession::start(settings, dataFor(settings), run("run"), noPng());
    const auto widthNow = [&] {
      session->snapshot();
      TrainingSession::writeGenerator(session->run().snapshots().back().second, run("of-snapshot.safetensors"));
      const int width = OpenedModel::open(run("run") / "latest.safetensors")->info().width;
      return OpenedModel::open(run("of-snapshot.safetensors"))->info().width == width ? width : -1;
    };
    QCOMPARE(widthNow(), 4);
    QCOMPARE(session->sheet(2).resolution, 16);  // enlarged, so that a film of it keeps its size
    for (const int expected : {4, 4, 4, 8, 8, 8, 8, 16}) {
      session->advance();
      QCOMPARE(widthNow(), expected);
    }
  }

  void classesEnterStylegan2() {
    TrainingSettings settings = small("stylegan2");
    settings.conditioning = Conditioning::Projection;
    const auto session = TrainingSession::start(settings, dataFor(settings), run("run"), noPng());
    QVERIFY(session->advance().finite);
    session->snapshot();
    QCOMPARE(OpenedModel::open(run("run") / "latest.safetensors")->info().classCount, 3);
    settings.conditioning = Conditioning::Auxiliary;
    QVERIFY_EXCEPTION_THROWN(TrainingSession::start(settings, dataFor(settings), run("a"), noPng()), TrainingError);
    settings = small("progressive");
    settings.conditioning = Conditioning::Projection;
    QVERIFY_EXCEPTION_THROWN(TrainingSession::start(settings, dataFor(settings), run("a"), noPng()), TrainingError);
  }

  void resumedEqualsUninterrupted_data() {
    QTest::addColumn<QString>("preset");
    for (const char* preset : {"ring-r1", "dcgan", "wgan-gp", "projection", "progressive", "stylegan2-ada"}) {
      QTest::newRow(preset) << QString::fromLatin1(preset);
    }
  }
  void resumedEqualsUninterrupted() {
    QFETCH(QString, preset);
    TrainingSettings settings = small(preset.toStdString());
    settings.seed = 7;
    settings.mirror = true;
    settings.adaP = 0.3;
    const auto whole = TrainingSession::start(settings, dataFor(settings), run("whole"), noPng());
    for (int i = 0; i < 14; ++i) {
      if (i == 9) {
        whole->set("learning-rate-g", "0.01");
      }
      whole->advance();
    }
    whole->snapshot();

    auto part = TrainingSession::start(settings, dataFor(settings), run("part"), noPng());
    for (int i = 0; i < 8; ++i) {
      part->advance();
    }
    part->snapshot();
    part->advance();  // lost: it dies before the next snapshot
    part.reset();
    part = TrainingSession::resume(RunFolder::resume(run("part")), dataFor(settings), noPng());
    QCOMPARE(part->step(), std::int64_t{8});
    part->advance();
    part->set("learning-rate-g", "0.01");
    while (part->step() < 14) {
      part->advance();
    }
    part->snapshot();
    const auto expected = bytesOf(whole->run().snapshots().back().second);
    const auto got = bytesOf(part->run().snapshots().back().second);
    QCOMPARE(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      QVERIFY2(got[i] == expected[i], got[i].first.c_str());
    }
    // The curve goes on: each step once, though step 9 was made twice.
    const RunHistory history = readHistory(run("part"));
    for (const ScalarSeries& series : history.scalars) {
      if (series.tag == "loss/G") {
        std::int64_t last = 0;
        for (const ScalarPoint& point : series.points) {
          QVERIFY(point.step > last);
          last = point.step;
        }
      }
    }
  }

  void rollingBackReturns() {
    const TrainingSettings settings = small("dcgan");
    const auto session = TrainingSession::start(settings, dataFor(settings), run("run"), noPng());
    for (int i = 0; i < 3; ++i) {
      session->advance();
    }
    session->snapshot();
    const TrainingSheet before = session->sheet(4);
    session->advance();
    QVERIFY(session->sheet(4).pixels != before.pixels);
    session->rollBack(3);
    QCOMPARE(session->step(), std::int64_t{3});
    QVERIFY(session->sheet(4).pixels == before.pixels);
    QVERIFY_EXCEPTION_THROWN(session->rollBack(17), TrainingError);
  }

  void commandsAreMarks() {
    const TrainingSettings settings = small("ring-r1");
    const auto session = TrainingSession::start(settings, nullptr, run("run"), noPng());
    session->set("learning-rate-d", "0.002");
    QCOMPARE(session->settings().learningRateD, 0.002);
    QVERIFY_EXCEPTION_THROWN(session->set("width", "9"), TrainingError);
    QVERIFY_EXCEPTION_THROWN(session->set("learning-rate-d", "fast"), std::runtime_error);
    session->flush();
    const RunHistory history = readHistory(run("run"));
    QVERIFY(std::any_of(history.marks.begin(), history.marks.end(), [](const RunMark& mark) {
      return mark.tag == "command" && mark.text.find("learning-rate-d 0.002") != std::string::npos;
    }));
  }

  void whatIsWrongIsToldBeforeAFolderIsMade() {
    TrainingSettings settings = small("cgan");
    QVERIFY_EXCEPTION_THROWN(TrainingSession::start(settings, dataFor(settings, 0), run("a"), noPng()), TrainingError);
    QVERIFY_EXCEPTION_THROWN(TrainingSession::start(settings, nullptr, run("a"), noPng()), TrainingError);
    settings = small("dcgan");
    QVERIFY_EXCEPTION_THROWN(
        TrainingSession::start(settings, std::make_shared<FormulaData>(20, 1, 0), run("a"), noPng()), TrainingError);
    QVERIFY(!fs::exists(run("a")));
  }

  void otherDataAreRefused() {
    const TrainingSettings settings = small("dcgan");
    TrainingSession::start(settings, dataFor(settings), run("run"), noPng());
    QVERIFY_EXCEPTION_THROWN(
        TrainingSession::resume(RunFolder::resume(run("run")), std::make_shared<FormulaData>(32, 1, 3), noPng()),
        TrainingError);
  }

  void aBrokenSnapshotIsPassedOver() {
    const TrainingSettings settings = small("dcgan");
    TrainingSession::start(settings, dataFor(settings), run("run"), noPng());
    std::ofstream(run("run") / "snapshots" / "step-000000009.safetensors") << "no snapshot at all, but a text";
    const auto resumed = TrainingSession::resume(RunFolder::resume(run("run")), dataFor(settings), noPng());
    QCOMPARE(resumed->step(), std::int64_t{0});
  }
};

QTEST_GUILESS_MAIN(TrainingSessionTest)
#include "training_session_test.moc"
