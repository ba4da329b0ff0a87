// Alarms on series that are made up: each comes once, with its numbers, and goes when its cause is gone.
#include "model/training/toy_data.h"
#include "model/training_health.h"

#include <QTest>

using namespace loom::model;

namespace {

StepReport healthy(std::int64_t step) {
  StepReport report;
  report.step = step;
  report.lossG = 0.9;
  report.lossD = 1.2;
  report.accuracyReal = 0.7;
  report.accuracyFake = 0.65;
  report.gradientG = 2.0;
  report.gradientD = 3.0;
  report.seconds = 0.01;
  return report;
}

template <typename Change>
std::vector<Alarm> alarmsOf(HealthWatch& watch, std::int64_t from, std::int64_t to, Change change,
                            const TrainingSettings& settings = {}) {
  std::vector<Alarm> all;
  for (std::int64_t step = from; step < to; ++step) {
    StepReport report = healthy(step);
    change(report);
    for (const Alarm& alarm : watch.see(report, settings)) {
      all.push_back(alarm);
    }
  }
  return all;
}

}  // namespace

class TrainingHealthTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aHealthyRunIsQuiet() {
    HealthWatch watch;
    QVERIFY(alarmsOf(watch, 1, 3000, [](StepReport&) {}).empty());
    QVERIFY(watch.summary().starts_with("Healthy: D is right on 70 % of real and 65 %"));
  }

  void eachTroubleIsToldOnceAndGoes_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("number");
    QTest::newRow("diverging") << static_cast<int>(Alarm::Kind::Diverging) << "54.8";
    QTest::newRow("D wins") << static_cast<int>(Alarm::Kind::DWins) << "100 %";
    QTest::newRow("D loses") << static_cast<int>(Alarm::Kind::DLoses) << "33 %";
    QTest::newRow("vanishing") << static_cast<int>(Alarm::Kind::VanishingGradients) << "1e-05";
  }
  void eachTroubleIsToldOnceAndGoes() {
    QFETCH(int, kind);
    QFETCH(QString, number);
    const auto trouble = [kind](StepReport& report) {
      switch (static_cast<Alarm::Kind>(kind)) {
        case Alarm::Kind::Diverging: report.lossG = 90.0; break;
        case Alarm::Kind::DWins: report.accuracyReal = report.accuracyFake = 0.999; break;
        case Alarm::Kind::DLoses: report.accuracyReal = report.accuracyFake = 0.2; break;
        default: report.gradientG = 1e-5; break;
      }
    };
    HealthWatch watch;
    QVERIFY(alarmsOf(watch, 1, 500, [](StepReport&) {}).empty());
    const auto alarms = alarmsOf(watch, 500, 2000, trouble);
    QCOMPARE(alarms.size(), std::size_t{1});
    QCOMPARE(static_cast<int>(alarms[0].kind), kind);
    QVERIFY2(alarms[0].words.find(number.toStdString()) != std::string::npos, alarms[0].words.c_str());
    QVERIFY(!alarms[0].help.empty() && alarms[0].remedy);
    TrainingSettings settings;
    setSetting(settings, alarms[0].remedy->first, alarms[0].remedy->second);  // it can be taken
    QCOMPARE(watch.summary(), watch.standing().at(0).words);
    QVERIFY(alarmsOf(watch, 2000, 3000, [](StepReport&) {}).empty());
    QVERIFY(watch.standing().empty());
  }

  void whatIsNoNumberStops() {
    HealthWatch watch;
    const auto alarms = alarmsOf(watch, 1, 2, [](StepReport& report) { report.finite = false; });
    QCOMPARE(alarms.size(), std::size_t{1});
    QVERIFY(alarms[0].kind == Alarm::Kind::NotFinite);
  }

  void aWassersteinScoreIsNoDivergence() {
    TrainingSettings settings;
    settings.loss = GanLoss::Wasserstein;
    HealthWatch watch;
    QVERIFY(alarmsOf(watch, 1, 1000, [](StepReport& report) {
      report.lossG = -300.0;
      report.accuracyReal.reset();
      report.accuracyFake.reset();
    }, settings).empty());
  }

  void collapseIsTold() {
    HealthWatch watch;
    DiversityReport report;
    report.step = 100;
    report.diversity = 0.1;
    QVERIFY(watch.see(report, {}).empty());  // too early to say
    report.step = 1000;
    const auto alarms = watch.see(report, {});
    QCOMPARE(alarms.size(), std::size_t{1});
    QVERIFY(alarms[0].words.find("10 %") != std::string::npos);
    QCOMPARE(alarms[0].remedy->first, std::string("r1"));
    QVERIFY(watch.see(report, {}).empty());
    report.step = 3000;
    report.diversity = 0.9;
    report.modesNear = 2;
    report.modesHit = 2;
    report.modes = 8;
    watch.see(report, {});
    QVERIFY(watch.standing().size() == 1 && watch.standing()[0].words.find("2 of 8") != std::string::npos);
    report.modesNear = 8;
    watch.see(report, {});
    QVERIFY(watch.standing().empty());
  }

  void toysAreScored() {
    const ToyData ring = toyData("ring");
    QCOMPARE(ring.modes(), 8);
    QCOMPARE(toyData("grid").modes(), 25);
    QVERIFY_EXCEPTION_THROWN(toyData("spiral"), std::runtime_error);
    const auto points = toyBatch(ring, 2500, 3, 5);
    QVERIFY(points == toyBatch(ring, 2500, 3, 5));
    QVERIFY(points != toyBatch(ring, 2500, 3, 6));
    const ToyScore whole = scoreToy(ring, points);
    QCOMPARE(whole.modesHit, 8);
    QVERIFY(whole.highQuality > 0.97);  // three deviations in two dimensions hold 98.9 %
    std::vector<float> one;
    for (int i = 0; i < 2500; ++i) {
      one.insert(one.end(), {1.0F, 0.0F});
    }
    QCOMPARE(scoreToy(ring, one).modesHit, 1);
    QCOMPARE(scoreToy(ring, one).modesNear, 1);
  }

  void settingsGoThroughTextAndBack() {
    for (const Preset& preset : trainingPresets()) {
      QVERIFY2(settingsFromJson(settingsToJson(preset.settings)) == preset.settings, preset.name.c_str());
    }
    TrainingSettings settings;
    for (const auto& [name, value] : {std::pair{"batch", "1"}, {"batch", "many"}, {"loss", "best"}, {"nothing", "1"},
                                      {"learning-rate-g", "-1"}, {"mirror", "maybe"}}) {
      try {
        setSetting(settings, name, value);
        QFAIL(name);
      } catch (const std::runtime_error& error) {
        QVERIFY2(std::string(error.what()).find(name) != std::string::npos, error.what());
      }
    }
    QVERIFY(settings == TrainingSettings{});
  }
};

QTEST_APPLESS_MAIN(TrainingHealthTest)
#include "training_health_test.moc"
