// Somebody's own stack of layers, in the real window: the guesses are shown, changed with the picture following, and
// remembered; and a network that is none gets its list of what is in the way.
#include "tests/model/small_checkpoints.h"
#include "tests/ui/window_bench.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>
#include <QtTest>

using loom::model::ActivationKind;
using loom::model::ChainLayout;
using loom::model::Frame;
using loom::model::LayerKind;
using loom::model::LayoutSource;
using loom::test::Hand;
using loom::test::kPatienceMs;
using loom::test::NamedTensors;
using loom::test::wave;
using loom::test::WindowBench;
using loom::ui::Explorer;

class WindowImportTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_bench = std::make_unique<WindowBench>();
    connect(&m_bench->explorer(), &Explorer::frameReady, this, [this](const Frame& frame) { m_frame = frame; });
  }
  void cleanup() { m_bench.reset(); }

  void guessesAreShownAndThePictureFollows();
  void anotherReadingIsTaken();
  void whatIsRememberedIsNotAskedAgain();
  void whatDoesNotFitIsToldAndThePictureStays();
  void aKnownNetworkShowsItsLayersWhenAsked();
  void whatIsNoStackGetsAList();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  const loom::model::OpenedModel& model() { return *m_bench->explorer().openModel(); }
  const ChainLayout& layout() { return model().layout()->layout; }

  /// A stack that no preset knows: 7×7 kernels first, names of its own.
  QString riddle() {
    const NamedTensors tensors{{"first.weight", wave({6, 8, 7, 7})},
                               {"second.weight", wave({8, 3, 4, 4})}};
    const QString path = bench().file(QStringLiteral("riddle.safetensors"));
    loom::model::writeSafetensors(path.toStdString(), tensors);
    return path;
  }
  std::string layer(LayerKind kind, int which = 0) {
    const auto& layers = layout().layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i].kind.value == kind && which-- == 0) {
        return "layer" + std::to_string(i);
      }
    }
    return {};
  }
  /// Opens the list of a choice and takes its entry.
  void choose(const std::string& control, int entry) {
    hand().click(bench().control(QString::fromStdString(control)).center());
    hand().click(bench().control(QString::fromStdString(control + "." + std::to_string(entry))).center());
  }
  bool reopens(const std::function<void()>& act) {
    const auto before = model().id();
    act();
    return QTest::qWaitFor([&] { return model().id() != before; }, kPatienceMs) && bench().loaded() &&
           bench().seesNewest();
  }

  /// The newest picture that was made, whatever lies over it on the screen.
  QByteArray pixels() const {
    return {reinterpret_cast<const char*>(m_frame.pixels.data), qsizetype{4} * m_frame.width * m_frame.height};
  }

  std::unique_ptr<WindowBench> m_bench;
  Frame m_frame;
};

void WindowImportTest::guessesAreShownAndThePictureFollows() {
  QVERIFY(bench().show(riddle()));
  QVERIFY(model().layout() && model().layout()->source == LayoutSource::Guessed);
  const auto seed = bench().latent().seed;
  const auto before = pixels();
  const std::string function = layer(LayerKind::Activation) + ".function";
  const bool relu = layout().layers[std::stoul(function.substr(5))].activation.value == ActivationKind::ReLU;
  QVERIFY(reopens([&] { choose(function, relu ? 2 : 0); }));
  QVERIFY(layout().layers[std::stoul(function.substr(5))].activation.value ==
          (relu ? ActivationKind::Elu : ActivationKind::ReLU));
  QVERIFY(!layout().layers[std::stoul(function.substr(5))].activation.guessed);
  QCOMPARE(bench().latent().seed, seed);
  QVERIFY(pixels() != before);
}

void WindowImportTest::anotherReadingIsTaken() {
  QVERIFY(bench().show(riddle()));
  const auto readings = model().layout()->alternatives;
  QVERIFY(readings.size() > 1);
  QVERIFY(reopens([&] { choose("reading", 1); }));
  QVERIFY(layout() == readings[1]);
  // The others are still there to be taken.
  QVERIFY(reopens([&] { choose("reading", 0); }));
  QVERIFY(layout() == readings[0]);
}

void WindowImportTest::whatIsRememberedIsNotAskedAgain() {
  const QString path = riddle();
  QVERIFY(bench().show(path));
  choose("layers.z", 1);
  QVERIFY(QTest::qWaitFor([&] { return layout().zDistribution.value == loom::model::ZDistribution::Uniform; },
                          kPatienceMs));
  QVERIFY(bench().loaded() && bench().seesNewest());
  const ChainLayout chosen = layout();
  const auto picture = pixels();
  const auto sidecar = loom::model::sidecarPath(path.toStdString());
  hand().click(bench().control(QStringLiteral("layers.remember")).center());
  QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(sidecar), kPatienceMs);
  QVERIFY(bench().message().isEmpty());

  QVERIFY(bench().drop({WindowBench::bundled()}));
  QVERIFY(bench().loaded() && !model().layout());
  QVERIFY(bench().drop({path}));
  QVERIFY(bench().loaded() && bench().seesNewest());
  QVERIFY(model().layout() && model().layout()->source == LayoutSource::Told);
  QVERIFY(layout().zDistribution.value == chosen.zDistribution.value);
  QCOMPARE(pixels(), picture);
  QVERIFY(bench().canvas().controlRect(QStringLiteral("layers.remember")).isEmpty());  // nothing is asked
}

void WindowImportTest::whatDoesNotFitIsToldAndThePictureStays() {
  QVERIFY(bench().show(riddle()));
  const auto id = model().id();
  const QString stride = QString::fromStdString(layer(LayerKind::TransposedConv) + ".padding");
  const QRect field = bench().control(stride);
  hand().doubleClick(field.center() - QPoint(field.width() / 4, 0));
  hand().type(QStringLiteral("16"));
  hand().key(Qt::Key_Return);
  QVERIFY(hand().settle());
  QCOMPARE(model().id(), id);
  QVERIFY(bench().seesNewest());
}

void WindowImportTest::aKnownNetworkShowsItsLayersWhenAsked() {
  QVERIFY(bench().show());
  QVERIFY(!model().layout());
  QAction* layers = nullptr;
  for (QAction* menu : bench().window().menuBar()->actions()) {
    for (QAction* action : menu->menu()->actions()) {
      layers = action->text().contains(QStringLiteral("Layers of this network")) ? action : layers;
    }
  }
  QVERIFY(layers && layers->isEnabled());
  QVERIFY(reopens([&] { layers->trigger(); }));
  QVERIFY(model().layout());
  QVERIFY(hand().settle());
  QVERIFY(!bench().control(QStringLiteral("layers.remember")).isEmpty());
}

void WindowImportTest::whatIsNoStackGetsAList() {
  QVERIFY(bench().show());
  const auto id = model().id();
  const QString path = bench().file(QStringLiteral("odd.safetensors"));
  loom::model::writeSafetensors(path.toStdString(), NamedTensors{{"encoder.strange", wave({2, 2})}});
  QVERIFY(bench().drop({path}));
  QVERIFY(bench().sees(QStringLiteral("encoder: strange")));
  QVERIFY(hand().settle());
  QVERIFY(!bench().control(QStringLiteral("layers.findings")).isEmpty());
  QCOMPARE(model().id(), id);
}

QTEST_MAIN(WindowImportTest)
#include "window_import_test.moc"
