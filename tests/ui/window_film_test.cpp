// The film in the making and the project that keeps it, in the real window.
#include "tests/ui/window_bench.h"
#include "ui/shell/project_commands.h"

#include <QAbstractButton>
#include <QAction>
#include <QImageReader>
#include <QMessageBox>
#include <QSignalSpy>
#include <QTimer>
#include <QtTest>

using loom::test::Hand;
using loom::test::WindowBench;
using loom::ui::ActionId;

class WindowFilmTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void cleanup() { m_bench.reset(); }

  void keyframesMakeAFilm();
  void aKeyframeIsDragged();
  void itPlaysToItsEnd();
  void itIsSavedAsAVideo();
  void aProjectBringsThePictureBack();
  void whatACrashLeftIsOffered();
  void aBrokenProjectIsTold();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  loom::ui::Explorer& explorer() { return bench().explorer(); }
  void press(const char* id) { hand().click(bench().control(QLatin1String(id)).center()); }
  void add(std::uint32_t seed) {
    explorer().takeSeed(seed);
    hand().key(Qt::Key_A);
    QVERIFY(hand().settle());
  }
  bool saved(const QString& path) {
    QSignalSpy spy(&bench().services().projects(), &loom::ui::ProjectService::saved);
    bench().services().projects().save(path, workNow());
    return spy.wait(20000);
  }
  loom::ui::Work workNow() {
    loom::ui::Work work;
    work.modelPath = QString::fromStdString(explorer().openModel()->path().string());
    work.latent = explorer().latent();
    work.z = explorer().z();
    work.timeline = explorer().timeline();
    return work;
  }
  void look(const char* name) {
    const QString folder = qEnvironmentVariable("LOOM_SHOTS");
    if (!folder.isEmpty()) {
      QVERIFY(QTest::qWaitFor([this] { return bench().canvas().previews().complete(); }, 30000));
      QVERIFY(hand().settle());
      bench().window().grab().save(folder + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".png"));
    }
  }

  std::unique_ptr<WindowBench> m_bench;
};

void WindowFilmTest::init() {
  m_bench = std::make_unique<WindowBench>();
  QVERIFY(bench().show(WindowBench::bundled()));
}

void WindowFilmTest::keyframesMakeAFilm() {
  add(3);
  add(11);
  add(25);
  const auto& film = explorer().timeline();
  QCOMPARE(film.keyframes.size(), std::size_t{3});
  QCOMPARE(film.keyframes[0].seconds, 0.0);
  QVERIFY(film.keyframes[2].seconds > film.keyframes[1].seconds);
  QCOMPARE(film.keyframes[1].state.seed, 11U);
  QVERIFY(bench().seesNewest());
  look("film");
  press("keyframe0");
  QCOMPARE(explorer().playhead(), 0.0);
  QCOMPARE(explorer().latent().seed, 3U);
  QCOMPARE(explorer().latent().blend, 0.0F);
  // Half way between the first two, by the ruler.
  const QRect ruler = bench().control(QStringLiteral("ruler"));
  const double x0 = bench().control(QStringLiteral("keyframe0")).left();
  const double x1 = bench().control(QStringLiteral("keyframe1")).left();
  hand().click({static_cast<int>((x0 + x1) / 2.0), ruler.center().y()});
  QVERIFY(explorer().playhead() > 0.4 * film.keyframes[1].seconds && explorer().playhead() < 0.6 * film.keyframes[1].seconds);
  QVERIFY(explorer().latent() != film.keyframes[0].state && explorer().latent() != film.keyframes[1].state);
  QVERIFY(explorer().z() == loom::model::resolveZ(
      loom::model::stateAt(film, explorer().playhead(), explorer().openModel()->info()), explorer().openModel()->info()));
  press("loop");
  QVERIFY(explorer().timeline().loop);
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(!explorer().timeline().loop);
}

void WindowFilmTest::aKeyframeIsDragged() {
  add(3);
  add(11);
  add(25);
  const double before = explorer().timeline().keyframes[1].seconds;
  const QPoint middle = bench().control(QStringLiteral("keyframe1")).center();
  hand().drag({middle, middle - QPoint(60, 0)});
  const double after = explorer().timeline().keyframes[1].seconds;
  QVERIFY2(after < before && after > 0.0, qPrintable(QString::number(after)));
  QCOMPARE(explorer().timeline().keyframes[1].state.seed, 11U);
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QCOMPARE(explorer().timeline().keyframes[1].seconds, before);
}

void WindowFilmTest::itPlaysToItsEnd() {
  add(3);
  add(11);
  auto film = explorer().timeline();
  film.keyframes[1].seconds = 0.4;
  explorer().editTimeline(film, QStringLiteral("shorter"));
  QSignalSpy playing(&explorer(), &loom::ui::Explorer::playingChanged);
  hand().key(Qt::Key_Space, Qt::ShiftModifier);
  QVERIFY(QTest::qWaitFor([&] { return playing.size() >= 2 && !explorer().playing(); }, 20000));
  QCOMPARE(explorer().playhead(), 0.4);
  QCOMPARE(explorer().latent().seed, 11U);
}

void WindowFilmTest::itIsSavedAsAVideo() {
  add(3);
  add(11);
  auto& services = bench().services();
  loom::ui::VideoRequest request;
  request.framesPerSecond = 12;
  request.path = bench().file(QStringLiteral("film.gif"));
  QSignalSpy done(&services, &loom::ui::Services::exportDone);
  services.saveVideo(explorer().openModel(), explorer().timeline(), request);
  QVERIFY(!done.isEmpty() || done.wait(60000));
  QImageReader reader(request.path);
  QCOMPARE(reader.imageCount(), 25);  // two seconds, both ends shown
  QCOMPARE(reader.size(), QSize(64, 64));
  // The same again gives the same bytes; a cancelled one leaves nothing.
  const auto bytes = [](const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  };
  const QByteArray first = bytes(request.path);
  services.saveVideo(explorer().openModel(), explorer().timeline(), request);
  QVERIFY(done.wait(60000));
  QVERIFY(!first.isEmpty());
  QVERIFY(bytes(request.path) == first);  // a film bears no date
  QSignalSpy cancelled(&services, &loom::ui::Services::exportCancelled);
  QSignalSpy changed(&services, &loom::ui::Services::videoChanged);
  request.framesPerSecond = 50;
  auto hour = explorer().timeline();
  hour.keyframes.back().seconds = 3600.0;
  request.path = bench().file(QStringLiteral("long.gif"));
  services.saveVideo(explorer().openModel(), hour, request);
  QVERIFY(changed.wait(20000));
  services.pauseVideo(true);
  services.cancelExport();
  services.pauseVideo(false);
  QVERIFY(!cancelled.isEmpty() || cancelled.wait(60000));
  QVERIFY(!QFile::exists(request.path));
}

void WindowFilmTest::aProjectBringsThePictureBack() {
  add(3);
  add(11);
  const auto film = explorer().timeline();
  explorer().scrub(0.7);
  QVERIFY(bench().seesNewest());
  const QImage before = bench().picture();
  const std::vector<float> z = explorer().z();
  const QString path = bench().file(QStringLiteral("work.loom"));
  QVERIFY(saved(path));
  QVERIFY(bench().window().windowTitle().contains(QStringLiteral("work.loom")));
  QVERIFY(!bench().window().projects().modified());
  bench().startAnew();
  QVERIFY(bench().show(WindowBench::bundled()));
  explorer().takeSeed(99);
  QVERIFY(explorer().timeline().keyframes.empty());
  QSignalSpy opened(&bench().services().projects(), &loom::ui::ProjectService::opened);
  bench().window().openFile(path);
  QVERIFY(!opened.isEmpty() || opened.wait(20000));
  QVERIFY(bench().loaded());
  QVERIFY(explorer().timeline() == film);
  QVERIFY(explorer().z() == z);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), before);
  QVERIFY(!bench().window().projects().modified());
  add(40);
  QVERIFY(bench().window().projects().modified());
  bench().window().projects().save();
  QSignalSpy again(&bench().services().projects(), &loom::ui::ProjectService::saved);
  QVERIFY(again.wait(20000));
}

void WindowFilmTest::whatACrashLeftIsOffered() {
  add(3);
  add(11);
  const auto film = explorer().timeline();
  // Another program's autosave whose lock nobody holds: as after a crash.
  const QString elsewhere = bench().file(QStringLiteral("other.loom"));
  QVERIFY(saved(elsewhere));
  QVERIFY(QDir().mkpath(bench().autosaveFolder()));
  QVERIFY(QFile::copy(elsewhere, bench().autosaveFolder() + QStringLiteral("/11111111-2222-3333-4444-555555555555.loom")));
  explorer().takeProject({});
  QVERIFY(explorer().timeline().keyframes.empty());
  bench().window().projects().offerLeft();
  auto* box = bench().window().findChild<QMessageBox*>();
  QVERIFY(box);
  for (QAbstractButton* button : box->buttons()) {
    if (box->buttonRole(button) == QMessageBox::AcceptRole) {
      button->click();
      break;
    }
  }
  QVERIFY(QTest::qWaitFor([&] { return explorer().timeline() == film; }, 20000));
  QVERIFY(bench().window().projects().modified());
  QVERIFY(bench().services().projects().left().empty());
  explorer().takeProject({});  // nothing is asked when the window closes
}

void WindowFilmTest::aBrokenProjectIsTold() {
  QFile file(bench().file(QStringLiteral("broken.loom")));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("{\"loom_project\": 1, \"timeline\": 7}");
  file.close();
  const auto before = bench().latent();
  bench().window().openFile(file.fileName());
  QVERIFY(bench().sees(QStringLiteral("broken.loom")));
  QVERIFY(bench().latent() == before);
}

QTEST_MAIN(WindowFilmTest)
#include "window_film_test.moc"
