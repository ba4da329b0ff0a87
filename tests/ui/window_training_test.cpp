// A training in the real window: begun in its dialog, watched, paused, changed, explored while it learns, and ended.
#include "tests/ui/window_bench.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/training_dialog.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QTimer>
#include <QtTest>

using loom::model::TrainingSettings;
using loom::test::Hand;
using loom::test::kPatienceMs;
using loom::test::WindowBench;
using loom::ui::ActionId;
using loom::ui::Training;
using loom::ui::TrainingDialog;
using loom::ui::TrainingFacts;
using loom::ui::TrainingRequest;

using State = TrainingFacts::State;

class WindowTrainingTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_bench = std::make_unique<WindowBench>(); }
  void cleanup() { m_bench.reset(); }

  void oneIsBegunInTheDialog();
  void whatIsChosenIsLookedOver();
  void anotherRunIsLaidOverIt();
  void itIsPausedSteppedAndChanged();
  void theNetworkInTrainingIsExplored();
  void itGoesOnAfterTheWindowWasClosed();
  void whatCannotBeTrainedIsTold();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  Training& training() { return m_bench->window().training(); }
  const TrainingFacts& facts() { return training().facts(); }
  bool reaches(std::int64_t step) {
    return QTest::qWaitFor([&] { return facts().status.step >= step; }, kPatienceMs);
  }
  bool is(State state) {
    return QTest::qWaitFor([&] { return facts().state == state; }, kPatienceMs);
  }
  void press(const char* control) { hand().click(bench().control(QString::fromLatin1(control)).center()); }
  void start(const TrainingRequest& request) {
    bench().canvas().showTraining();
    training().start(bench().services().trainingOpener(request), QStringLiteral("test"));
  }
  TrainingRequest toy(const QString& out) {
    TrainingSettings settings = loom::model::presetNamed("ring-r1").settings;
    settings.batch = 32;
    settings.width = 32;
    settings.steps = 1'000'000;
    return {settings, {}, bench().file(out), {}};
  }
  QString pictures() {
    const QString folder = bench().file(QStringLiteral("learn"));
    QDir().mkpath(folder);
    for (int i = 0; i < 12; ++i) {
      QImage image(16, 16, QImage::Format_RGB888);
      image.fill(QColor::fromHsv(i * 29, 200, 200));
      image.save(folder + QStringLiteral("/%1.png").arg(i));
    }
    return folder;
  }
  TrainingRequest small(const QString& out) {
    TrainingSettings settings = loom::model::presetNamed("dcgan").settings;
    settings.resolution = 16;
    settings.width = 8;
    settings.batch = 4;
    settings.samplesEvery = 20;
    settings.steps = 1'000'000;
    return {settings, pictures(), bench().file(out), {}};
  }
  /// For looking at: the window as a picture, where somebody asks for it.
  void look(const char* name) {
    const QString folder = qEnvironmentVariable("LOOM_SHOTS");
    if (!folder.isEmpty()) {
      bench().window().grab().save(folder + QLatin1Char('/') + QString::fromLatin1(name) + QStringLiteral(".png"));
    }
  }

  std::unique_ptr<WindowBench> m_bench;
};

void WindowTrainingTest::oneIsBegunInTheDialog() {
  QVERIFY(bench().show());
  const QString out = bench().file(QStringLiteral("run"));
  QTimer timer;
  connect(&timer, &QTimer::timeout, this, [&] {
    if (auto* dialog = qobject_cast<TrainingDialog*>(QApplication::activeModalWidget())) {
      dialog->findChild<QComboBox*>(QStringLiteral("preset"))->setCurrentText(QStringLiteral("ring-r1"));
      dialog->findChild<QLineEdit*>(QStringLiteral("out"))->setText(out);
      dialog->findChild<QSpinBox*>(QStringLiteral("steps"))->setValue(60);
      const QString folder = qEnvironmentVariable("LOOM_SHOTS");
      if (!folder.isEmpty()) {
        dialog->grab().save(folder + QStringLiteral("/dialog.png"));
      }
      dialog->accept();
    }
  });
  timer.start(20);
  hand().key(Qt::Key_T, Qt::ControlModifier);
  timer.stop();
  QVERIFY(is(State::Done));
  QCOMPARE(facts().status.step, std::int64_t{60});
  QCOMPARE(facts().curves.at("loss/G").size(), std::size_t{60});
  QVERIFY(QFileInfo::exists(out + QStringLiteral("/latest.safetensors")));
  QVERIFY(hand().settle());
  QVERIFY(!bench().control(QStringLiteral("plot")).isEmpty());
  QVERIFY(!bench().control(QStringLiteral("training.samples")).isEmpty());
  look("toy");
}

void WindowTrainingTest::whatIsChosenIsLookedOver() {
  QVERIFY(bench().show());
  // Once: each call writes the pictures anew, and the dialog reads them meanwhile.
  const QString chosen = pictures();
  QFile(chosen + QStringLiteral("/broken.png")).open(QIODevice::WriteOnly);
  QString told;
  QPixmap sheet;
  QTimer timer;
  connect(&timer, &QTimer::timeout, this, [&] {
    auto* dialog = qobject_cast<TrainingDialog*>(QApplication::activeModalWidget());
    if (!dialog) {
      return;
    }
    auto* data = dialog->findChild<QLineEdit*>(QStringLiteral("data"));
    if (data->text() != chosen) {
      dialog->findChild<QComboBox*>(QStringLiteral("preset"))->setCurrentText(QStringLiteral("dcgan"));
      dialog->findChild<QLineEdit*>(QStringLiteral("out"))->setText(bench().file(QStringLiteral("run")));
      data->setText(chosen);
    }
    told = dialog->findChild<QLabel*>(QStringLiteral("outlook"))->text();
    if (told.contains(QStringLiteral("a step here"))) {
      sheet = dialog->findChild<QLabel*>(QStringLiteral("contactSheet"))->pixmap();
      const QString folder = qEnvironmentVariable("LOOM_SHOTS");
      if (!folder.isEmpty()) {
        dialog->grab().save(folder + QStringLiteral("/dialog-pictures.png"));
      }
      dialog->reject();
    }
  });
  timer.start(50);
  hand().key(Qt::Key_T, Qt::ControlModifier);
  timer.stop();
  QVERIFY2(told.contains(QStringLiteral("12 pictures")), qPrintable(told));
  QVERIFY2(told.contains(QStringLiteral("broken.png")), qPrintable(told));
  QVERIFY(!sheet.isNull());
}

void WindowTrainingTest::anotherRunIsLaidOverIt() {
  QVERIFY(bench().show());
  TrainingRequest request = toy(QStringLiteral("first"));
  request.settings.steps = 40;
  start(request);
  QVERIFY(is(State::Done));
  start(toy(QStringLiteral("second")));
  QVERIFY(reaches(10));
  training().compareWith(bench().file(QStringLiteral("first")));
  QCOMPARE(facts().others.size(), std::size_t{1});
  QCOMPARE(facts().others[0].first, std::string("first"));
  QVERIFY(facts().others[0].second.at("loss/G").size() > 0);
  training().setPaused(true);
  QVERIFY(is(State::Paused));
  QVERIFY(hand().settle());
  look("compared");
  QSignalSpy failed(&training(), &loom::ui::Training::failed);
  training().compareWith(bench().file(QStringLiteral("nothing here")));
  QCOMPARE(failed.size(), 1);
  QCOMPARE(facts().others.size(), std::size_t{1});
  QVERIFY(hand().settle());  // a message came between
  press("plot.compare-none");
  QTRY_VERIFY_WITH_TIMEOUT(facts().others.empty(), kPatienceMs);
  training().stop();
  QVERIFY(is(State::Done));
}

void WindowTrainingTest::itIsPausedSteppedAndChanged() {
  QVERIFY(bench().show());
  start(toy(QStringLiteral("run")));
  QVERIFY(reaches(10));
  press("training.pause");
  QVERIFY(is(State::Paused));
  QVERIFY(hand().settle());
  const auto step = facts().status.step;
  press("training.step");
  QTRY_COMPARE_WITH_TIMEOUT(facts().status.step, step + 1, kPatienceMs);
  const QRect rate = bench().control(QStringLiteral("training.set.learning-rate-d"));
  hand().click(rate.center());
  hand().key(Qt::Key_A, Qt::ControlModifier);
  hand().type(QStringLiteral("0.0004"));
  hand().key(Qt::Key_Return);
  QTRY_COMPARE_WITH_TIMEOUT(facts().status.settings.learningRateD, 0.0004, kPatienceMs);
  press("training.snapshot");
  QTRY_VERIFY_WITH_TIMEOUT(!facts().snapshots.empty() && facts().snapshots.back() == step + 1, kPatienceMs);
  press("training.pause");
  QVERIFY(is(State::Running));
  QVERIFY(reaches(step + 20));
  training().setPaused(true);
  QVERIFY(is(State::Paused));
  QVERIFY(hand().settle());
  press("training.roll-back");
  QVERIFY(hand().settle());
  look("roll-back");
  hand().click(bench().control(QStringLiteral("training.roll-back.%1").arg(step + 1)).center());
  QTRY_VERIFY_WITH_TIMEOUT(std::any_of(facts().marks.begin(), facts().marks.end(),
                                       [](const auto& mark) { return mark.text.starts_with("roll back"); }),
                           kPatienceMs);
  QTRY_COMPARE_WITH_TIMEOUT(facts().status.step, step + 1, kPatienceMs);
  bench().window().action(ActionId::StopTraining)->trigger();
  QVERIFY(is(State::Done));
  QVERIFY(!training().active());
}

void WindowTrainingTest::theNetworkInTrainingIsExplored() {
  QVERIFY(bench().show());
  start(small(QStringLiteral("run")));
  QVERIFY(reaches(5));
  QTRY_VERIFY_WITH_TIMEOUT(!facts().film.empty() && facts().film.back().channels == 3, kPatienceMs);
  press("training.explore");
  QTRY_VERIFY_WITH_TIMEOUT(QString::fromStdString(bench().explorer().openModel()->path().string()) == training().latestPath(),
                           kPatienceMs);
  QVERIFY(bench().seesNewest());
  const auto first = bench().explorer().openModel()->id();
  // It is followed while it learns, and the hand stays where it was.
  bench().explorer().takeSeed(77);
  QTRY_VERIFY_WITH_TIMEOUT(bench().explorer().openModel()->id() != first, kPatienceMs);
  QCOMPARE(bench().latent().seed, 77U);
  QVERIFY(bench().seesNewest());
  look("pictures");
  training().stop();
  QVERIFY(is(State::Done));
}

void WindowTrainingTest::itGoesOnAfterTheWindowWasClosed() {
  QVERIFY(bench().show());
  TrainingRequest request = toy(QStringLiteral("run"));
  start(request);
  QVERIFY(reaches(10));
  bench().startAnew();
  request.resume = request.out;
  start(request);
  QVERIFY(QTest::qWaitFor([&] { return facts().state == State::Running; }, kPatienceMs));
  QVERIFY(facts().status.step >= 10);
  QVERIFY(facts().curves.at("loss/G").size() > 1);  // what was before is there
  training().stop();
  QVERIFY(is(State::Done));
}

void WindowTrainingTest::whatCannotBeTrainedIsTold() {
  QVERIFY(bench().show());
  TrainingRequest request = small(QStringLiteral("run"));
  request.data = bench().file(QStringLiteral("nothing"));
  QDir().mkpath(request.data);
  start(request);
  QVERIFY(bench().sees(QStringLiteral("nothing")));
  QVERIFY(is(State::Failed));
  QVERIFY(!QFileInfo::exists(request.out));
  QVERIFY(hand().settle());
  QVERIFY(!bench().control(QStringLiteral("training.new")).isEmpty());
}

QTEST_MAIN(WindowTrainingTest)
#include "window_training_test.moc"
