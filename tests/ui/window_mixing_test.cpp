// Mixing, steering and looking around in the real window, on a StyleGAN2 and on a DCGAN.
#include "tests/ui/window_bench.h"

#include <QAction>
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
  void theWallOpensAndMixes();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  const LatentState& latent() { return m_bench->latent(); }
  void press(const char* id) { hand().click(bench().control(QLatin1String(id)).center()); }
  int layers() { return bench().explorer().openModel()->info().styleLayers; }
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
  QVERIFY(bench().show(QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors")));
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

QTEST_MAIN(WindowMixingTest)
#include "window_mixing_test.moc"
