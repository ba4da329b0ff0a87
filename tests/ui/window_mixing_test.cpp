// Mixing, steering and looking around in the real window, on a StyleGAN2 and on a DCGAN.
#include "tests/ui/window_bench.h"

#include <QAction>
#include <QSignalSpy>
#include <QtTest>

using loom::model::LatentState;
using loom::test::Hand;
using loom::test::WindowBench;

class WindowMixingTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void cleanup() { m_bench.reset(); }

  void layersArePaintedFromASource();
  void theStrengthLiesBetweenBoth();
  void thisPictureBecomesASource();
  void aSourceHasAClassOfItsOwn();
  void theWallOpensAndMixes();
  void seedsArePinnedAboveTheWall();
  void directionsAreFoundAndGoneAlong();
  void aLayersDirectionsAreFound();
  void aDirectionLeadsFromOnePictureToAnother();
  void aFileBringsDirections();
  void theMapIsWanderedIn();
  void aCellOfTheGridIsTakenOver();
  void theGridIsSavedAsASheet();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  const LatentState& latent() { return m_bench->latent(); }
  void press(const char* id) { hand().click(bench().control(QLatin1String(id)).center()); }
  int layers() { return bench().explorer().openModel()->info().styleLayers; }
  bool keeps(std::size_t count) {
    const auto& service = bench().services().directions();
    return QTest::qWaitFor([&] { return service.kept().size() == count; }, 20000) && hand().settle();
  }
  /// Opens a panel by its name in the View menu.
  void openPanel(const char* title) {
    for (QAction* action : bench().canvas().panelActions()) {
      if (action->text() == QLatin1String(title)) {
        action->setChecked(true);
      }
    }
    QVERIFY(hand().settle());
  }
  bool previewsCame() {
    return QTest::qWaitFor([this] { return bench().canvas().previews().complete(); }, 30000) && hand().settle();
  }
  void look(const char* name) {
    const QString folder = qEnvironmentVariable("LOOM_SHOTS");
    if (!folder.isEmpty()) {
      QVERIFY(hand().settle());
      bench().window().grab().save(folder + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".png"));
      bench().canvas().grabFramebuffer().save(folder + QLatin1Char('/') + QLatin1String(name) + QStringLiteral("-canvas.png"));
    }
  }

  std::unique_ptr<WindowBench> m_bench;
};

void WindowMixingTest::init() {
  m_bench = std::make_unique<WindowBench>();
  // A copy: directions are kept beside their model.
  const QString model = bench().file(QStringLiteral("emoji-styles.safetensors"));
  QVERIFY(QFile::copy(QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors"), model));
  QVERIFY(bench().show(model));
}

void WindowMixingTest::layersArePaintedFromASource() {
  const QImage own = bench().picture();
  press("sourceadd");
  QCOMPARE(latent().sources.size(), std::size_t{1});
  const std::uint32_t seed = latent().sources[0].recipe->seed;
  QVERIFY(!latent().sources[0].layers.empty());
  QVERIFY(!latent().sources[0].layers.contains(0));
  QVERIFY(bench().seesNewest());
  QVERIFY(previewsCame());
  look("mixing");
  // A stroke over the whole row: the picture then is the source's own, the stored noise aside.
  const QRect row = bench().control(QStringLiteral("mix1"));
  hand().drag({{row.left() + 2, row.center().y()}, {row.right() - 2, row.center().y()}}, layers() * 3);
  QCOMPARE(latent().sources[0].layers.size(), static_cast<std::size_t>(layers()));
  QVERIFY(bench().seesNewest());
  const QImage painted = bench().picture();
  QVERIFY(painted != own);
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(latent().sources.empty());
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), own);
  bench().explorer().takeSeed(seed);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), painted);
}

void WindowMixingTest::theStrengthLiesBetweenBoth() {
  press("sourceadd");
  const std::size_t layers = latent().sources[0].layers.size();
  hand().drag({bench().onTrack(QStringLiteral("strength"), 1.0), bench().onTrack(QStringLiteral("strength"), 0.5)});
  QCOMPARE(latent().sources[0].layers.size(), layers);
  for (const auto& [layer, strength] : latent().sources[0].layers) {
    QVERIFY2(std::abs(strength - 0.5F) < 0.03F, qPrintable(QString::number(strength)));
  }
  press("sourceremove");
  QVERIFY(latent().sources.empty());
}

void WindowMixingTest::thisPictureBecomesASource() {
  bench().explorer().takeSeed(7);
  press("sourcekeep");
  QCOMPARE(latent().sources.size(), std::size_t{1});
  QCOMPARE(latent().sources[0].recipe->seed, 7U);
  QVERIFY(latent().sources[0].layers.empty());
  bench().explorer().takeSeed(9);
  press("Coarse");
  QVERIFY(latent().sources[0].layers.contains(0));
  QVERIFY(!latent().sources[0].layers.contains(layers() - 1));
}

void WindowMixingTest::aSourceHasAClassOfItsOwn() {
  QVERIFY(bench().show(QStringLiteral(LOOM_TEST_DATA "/oracle/biggan/G_ema.pth")));
  press("sourceadd");
  QVERIFY(bench().seesNewest());
  const QImage before = bench().picture();
  press("sourceclass");
  QVERIFY(hand().settle());
  press("sourceclass.3");
  QCOMPARE(latent().sources.size(), std::size_t{1});
  QVERIFY((latent().sources[0].recipe->classes == std::map<int, float>{{3, 1.0F}}));
  QVERIFY(latent().classes.empty());  // the picture's own stays
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().picture() != before);
  look("mixing-biggan");
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), before);
}

void WindowMixingTest::theWallOpensAndMixes() {
  openPanel("Wall");
  QVERIFY(previewsCame());
  look("wall");
  press("wall3");
  QCOMPARE(latent().seed, 3U);
  QVERIFY(bench().seesNewest());
  hand().click(bench().control(QStringLiteral("wall5")).center(), Qt::LeftButton, Qt::ControlModifier);
  QCOMPARE(latent().seed, 3U);
  QCOMPARE(latent().sources.size(), std::size_t{1});
  QCOMPARE(latent().sources[0].recipe->seed, 5U);
  // It fills as it is scrolled.
  const QRect cell = bench().control(QStringLiteral("wall0"));
  hand().wheel(cell.center(), -3.0);
  QVERIFY(previewsCame());
  look("wall-scrolled");
}

void WindowMixingTest::seedsArePinnedAboveTheWall() {
  openPanel("Wall");
  QVERIFY(previewsCame());
  const std::uint32_t before = latent().seed;
  for (const char* cell : {"wall2", "wall6"}) {
    hand().click(bench().control(QLatin1String(cell)).center(), Qt::LeftButton, Qt::ShiftModifier);
  }
  QCOMPARE(latent().seed, before);
  QVERIFY(hand().settle());
  const QRect pinned = bench().control(QStringLiteral("pinned6"));
  QVERIFY(!pinned.isEmpty());
  QVERIFY(pinned.bottom() < bench().control(QStringLiteral("wall0")).top());
  hand().wheel(bench().control(QStringLiteral("wall0")).center(), -20.0);
  QVERIFY(previewsCame());
  look("wall-pinned");
  QCOMPARE(bench().control(QStringLiteral("pinned6")), pinned);  // they stay while the wall scrolls
  press("pinned2");
  QCOMPARE(latent().seed, 2U);
  hand().click(pinned.center(), Qt::LeftButton, Qt::ShiftModifier);
  QVERIFY(hand().settle());
  QVERIFY(bench().canvas().controlRect(QStringLiteral("pinned6")).isEmpty());
  // The other one hangs there in the next start, too, whatever model is open then.
  bench().startAnew();
  QVERIFY(bench().show());
  openPanel("Wall");
  QVERIFY(previewsCame());
  look("wall-next-start");
  QVERIFY(!bench().control(QStringLiteral("pinned2")).isEmpty());
  QVERIFY(bench().canvas().controlRect(QStringLiteral("pinned6")).isEmpty());
}

void WindowMixingTest::directionsAreFoundAndGoneAlong() {
  const QImage before = bench().picture();
  auto& service = bench().services().directions();
  QSignalSpy done(&service, &loom::ui::DirectionService::done);
  press("directionsadd");
  QVERIFY(hand().settle());
  look("find-open");
  press("methodsefa");
  look("find");
  press("findnow");
  QVERIFY(!done.isEmpty() || done.wait(30000));
  QVERIFY(keeps(6));
  QVERIFY(hand().settle());
  hand().drag({bench().onTrack(QStringLiteral("direction0"), 0.5), bench().onTrack(QStringLiteral("direction0"), 0.9)});
  QCOMPARE(latent().directions.size(), std::size_t{1});
  QVERIFY(latent().directions[0].strength > 0.0F);
  QVERIFY(latent().directions[0].direction->values == service.kept()[0].direction->values);
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().picture() != before);
  press("direction0.more");
  QVERIFY(previewsCame());
  look("directions");
  press("directionstrip2");  // the middle of the strip is where the direction is not gone along
  QVERIFY(latent().directions.empty());
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), before);
  hand().click(bench().control(QStringLiteral("directionname")).center());
  hand().key(Qt::Key_A, Qt::ControlModifier);
  hand().type(QStringLiteral("ripe"));
  hand().key(Qt::Key_Return);
  QVERIFY(QTest::qWaitFor([&] { return service.kept()[0].direction->name == "ripe"; }, 5000));
  const std::string first = service.kept()[0].id;
  press("directiondown");
  QVERIFY(QTest::qWaitFor([&] { return service.kept()[1].id == first; }, 5000));
  press("directionremove");
  QVERIFY(keeps(5));
  QVERIFY(service.kept()[1].id != first);
  // Beside the model, for the next time.
  const QString model = QString::fromStdString(bench().explorer().openModel()->path().string());
  QVERIFY(QFile::exists(model + QStringLiteral(".directions.safetensors")));
  const std::string second = service.kept()[1].id;
  bench().startAnew();
  QVERIFY(bench().show(model));
  QVERIFY(keeps(5));
  QCOMPARE(bench().services().directions().kept()[1].id, second);
}

void WindowMixingTest::aLayersDirectionsAreFound() {
  auto& service = bench().services().directions();
  QSignalSpy done(&service, &loom::ui::DirectionService::done);
  loom::ui::FindDirections wanted;
  wanted.method = loom::ui::FindDirections::Method::Activations;
  wanted.firstLayer = 1;
  wanted.count = 2;
  wanted.samples = 200;
  service.find(wanted);
  QVERIFY(!done.isEmpty() || done.wait(60000));
  QVERIFY(keeps(2));
  QCOMPARE(service.kept()[0].direction->name, std::string("Layer 1: 1"));
  QVERIFY2(service.kept()[0].how.find("behind layer 1") != std::string::npos, service.kept()[0].how.c_str());
  wanted.firstLayer = 77;
  service.find(wanted);
  QVERIFY(bench().sees(QStringLiteral("there is no layer 77")));
  press("directionsadd");
  QVERIFY(hand().settle());
  press("methodactivations");
  QVERIFY(hand().settle());
  QVERIFY(!bench().control(QStringLiteral("activationlayer")).isEmpty());
  look("find-layer");
}

void WindowMixingTest::aDirectionLeadsFromOnePictureToAnother() {
  bench().explorer().takeSeed(3);
  QVERIFY(bench().seesNewest());
  hand().key(Qt::Key_P);
  hand().key(Qt::Key_C);  // without the split
  bench().explorer().takeSeed(8);
  QVERIFY(bench().seesNewest());
  const QImage other = bench().picture();
  auto& service = bench().services().directions();
  QSignalSpy done(&service, &loom::ui::DirectionService::done);
  press("directionsadd");
  QVERIFY(hand().settle());
  look("find-open");
  press("between");
  QVERIFY(!done.isEmpty() || done.wait(30000));
  QVERIFY(keeps(1));
  bench().explorer().takeSeed(3);
  LatentState state = latent();
  state.directions = {{service.kept()[0].direction, service.kept()[0].unit, 0, -1}};
  bench().explorer().edit(state, QStringLiteral("the whole way"));
  QVERIFY(bench().seesNewest());
  // The whole way from the one ends at the other, to rounding.
  const QImage arrived = bench().picture();
  QCOMPARE(arrived.size(), other.size());
  int worst = 0;
  for (int y = 0; y < other.height(); y += 3) {
    for (int x = 0; x < other.width(); x += 3) {
      worst = std::max(worst, std::abs(qGreen(arrived.pixel(x, y)) - qGreen(other.pixel(x, y))));
    }
  }
  QVERIFY2(worst <= 2, qPrintable(QString::number(worst)));
}

void WindowMixingTest::aFileBringsDirections() {
  auto& service = bench().services().directions();
  const int width = bench().explorer().openModel()->info().wDim;
  QFile file(bench().file(QStringLiteral("mine.csv")));
  QVERIFY(file.open(QIODevice::WriteOnly));
  for (const char* name : {"warm", "cold"}) {
    file.write(name);
    for (int i = 0; i < width; ++i) {
      file.write(i == 0 ? ",1" : name[0] == 'w' && i == 1 ? ",1" : ",0");
    }
    file.write("\n");
  }
  file.close();
  QSignalSpy done(&service, &loom::ui::DirectionService::done);
  service.load(file.fileName());
  QVERIFY(!done.isEmpty() || done.wait(30000));
  QVERIFY(keeps(2));
  QCOMPARE(service.kept()[0].direction->name, std::string("warm"));
  QVERIFY(hand().settle());
  QVERIFY(!bench().control(QStringLiteral("direction1")).isEmpty());
  QFile other(bench().file(QStringLiteral("other.csv")));
  QVERIFY(other.open(QIODevice::WriteOnly));
  other.write("1,2,3\n");
  other.close();
  service.load(other.fileName());
  QVERIFY(bench().sees(QStringLiteral("other.csv")));
  QCOMPARE(service.kept().size(), std::size_t{2});
}

void WindowMixingTest::theMapIsWanderedIn() {
  QVERIFY(bench().show(WindowBench::bundled()));
  openPanel("Map");
  auto& services = bench().services();
  QSignalSpy made(&services, &loom::ui::Services::mapMade);
  press("mapdraw");
  QVERIFY(!made.isEmpty() || made.wait(60000));
  QVERIFY(previewsCame());
  look("map");
  const auto places = made.at(0).at(2).value<std::vector<std::pair<float, float>>>();
  QVERIFY(places.size() >= 100);
  const QRect map = bench().control(QStringLiteral("map"));
  const QImage before = bench().picture();
  hand().drag({map.center(), map.center() + QPoint(60, 20), map.center() + QPoint(120, -20)});
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().picture() != before);
  // Between seeds z is as long as theirs: a place in the latent space that a seed could have.
  double squares = 0.0;
  for (const float value : bench().explorer().z()) {
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const double length = std::sqrt(squares / static_cast<double>(bench().explorer().z().size()));
  QVERIFY2(length > 0.6 && length < 1.4, qPrintable(QString::number(length)));
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), before);
}

void WindowMixingTest::aCellOfTheGridIsTakenOver() {
  openPanel("Mixing grid");
  QVERIFY(previewsCame());
  look("mixing-grid");
  press("grid2.3");
  const std::uint32_t row = latent().seed;
  QCOMPARE(latent().sources.size(), std::size_t{1});
  QVERIFY(latent().sources[0].layers.contains(0));
  const std::uint32_t column = latent().sources[0].recipe->seed;
  press("gridFine");
  press("grid2.3");
  QCOMPARE(latent().seed, row);
  QCOMPARE(latent().sources[0].recipe->seed, column);
  QVERIFY(!latent().sources[0].layers.contains(0));
  press("grid0.3");
  QCOMPARE(latent().seed, column);
  QVERIFY(latent().sources.empty());
}

void WindowMixingTest::theGridIsSavedAsASheet() {
  openPanel("Mixing grid");
  QVERIFY(previewsCame());
  const QString target = bench().file(QStringLiteral("mixes.png"));
  QSignalSpy done(&bench().services(), &loom::ui::Services::exportDone);
  bench().agree([this] { press("gridsave"); }, target);
  QVERIFY(!done.isEmpty() || done.wait(60000));
  const QImage sheet(target);
  QCOMPARE(sheet.size(), QSize((7 * 66 - 2) * 2, (4 * 66 - 2) * 2));
  // Nothing stands in the corner, and each head is the picture of its seed.
  QCOMPARE(sheet.pixelColor(60, 60), QColor(Qt::black));
  const auto cell = [&](int row, int column) { return sheet.copy(column * 132, row * 132, 128, 128); };
  QVERIFY(cell(0, 1) != cell(0, 2));
  QVERIFY(cell(1, 1) != cell(1, 0));
  press("grid1.0");
  QTRY_VERIFY_WITH_TIMEOUT(bench().canvas().frame()->quality == loom::model::Quality::Exact &&
                               bench().canvas().frame()->latent == latent(),
                           loom::test::kPatienceMs);  // coarse pictures pass before it
  const QImage head = bench().services().imageOf(*bench().canvas().frame()).scaled(1, 1, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  const QColor seen = head.pixelColor(0, 0);
  const QColor written = cell(1, 0).scaled(1, 1, Qt::IgnoreAspectRatio, Qt::SmoothTransformation).pixelColor(0, 0);
  constexpr int kRounding = 6;  // of enlarging and of the mean; other seeds differ by far more
  QVERIFY2(std::abs(seen.red() - written.red()) <= kRounding && std::abs(seen.green() - written.green()) <= kRounding &&
               std::abs(seen.blue() - written.blue()) <= kRounding,
           qPrintable(seen.name() + QLatin1Char(' ') + written.name()));
}

QTEST_MAIN(WindowMixingTest)
#include "window_mixing_test.moc"
