// A picture comes back from the gallery, from a project and from an exported file as it was, byte for byte: kept,
// closed, opened in the next start of the program while another model is open.
#include "tests/ui/window_bench.h"
#include "ui/shell/project_commands.h"

#include <QSignalSpy>
#include <QtTest>

using loom::model::LatentState;
using loom::test::kPatienceMs;
using loom::test::WindowBench;

class WindowReturnTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void cleanup() { m_bench.reset(); }

  void everyWayBringsItBack_data();
  void everyWayBringsItBack();

 private:
  WindowBench& bench() { return *m_bench; }
  /// A state that every instrument has touched.
  LatentState worked() const;
  /// The pixels of the whole, exact frame at the state where the hand stands; empty where it does not come.
  QByteArray bytes();
  void keep();
  QString save();
  void saveProject(const QString& path);

  std::unique_ptr<WindowBench> m_bench;
};

void WindowReturnTest::init() { m_bench = std::make_unique<WindowBench>(); }

LatentState WindowReturnTest::worked() const {
  const auto& info = m_bench->explorer().openModel()->info();
  LatentState state;
  state.seed = 7;
  state.targetSeed = 19;
  state.blend = 0.3F;
  state.pad = {0.2F, -0.4F};
  state.truncation = 0.8;
  state.edits = {{2, 0.7F}};
  if (info.mixLayers() > 0) {
    LatentState source;
    source.seed = 12;
    state.sources.push_back({source, {{info.mixLayers() - 1, 0.6F}, {1, 1.0F}}});
  }
  const int dimensions = info.wDim > 0 ? info.wDim : info.zDim;
  loom::model::Direction direction{"there", std::vector<float>(static_cast<std::size_t>(dimensions), 0.0F)};
  direction.values[3] = 0.6F;
  direction.values[5] = -0.8F;
  state.directions.push_back({direction, 1.7F, 0, -1});
  if (info.wDim > 0) {
    state.styleOffsets[{-1, 4}] = 0.25F;
  }
  return state;
}

QByteArray WindowReturnTest::bytes() {
  const auto& canvas = bench().canvas();
  const bool came = QTest::qWaitFor(
      [&] {
        const auto& frame = canvas.frame();
        return frame && frame->quality == loom::model::Quality::Exact && frame->latent == bench().latent() &&
               frame->model == bench().explorer().openModel()->id();
      },
      kPatienceMs);
  if (!came) {
    return {};
  }
  const auto& frame = *canvas.frame();
  return {reinterpret_cast<const char*>(frame.pixels.data), static_cast<qsizetype>(frame.width) * frame.height * 4};
}

void WindowReturnTest::keep() {
  QSignalSpy kept(&bench().services().gallery(), &loom::ui::GalleryService::kept);
  bench().hand().key(Qt::Key_K);
  QVERIFY(!kept.isEmpty() || kept.wait(kPatienceMs));
}

QString WindowReturnTest::save() {
  QSignalSpy done(&bench().services(), &loom::ui::Services::exportDone);
  bench().hand().key(Qt::Key_S);
  return !done.isEmpty() || done.wait(kPatienceMs) ? done.first().first().toString() : QString();
}

void WindowReturnTest::saveProject(const QString& path) {
  QSignalSpy saved(&bench().services().projects(), &loom::ui::ProjectService::saved);
  bench().agree([this] { bench().hand().key(Qt::Key_S, Qt::ControlModifier); }, path);
  QVERIFY(!saved.isEmpty() || saved.wait(kPatienceMs));
}

void WindowReturnTest::everyWayBringsItBack_data() {
  QTest::addColumn<QString>("checkpoint");
  QTest::addColumn<QString>("other");
  const QString styles = QStringLiteral(LOOM_RESOURCES "/checkpoints/emoji-styles.safetensors");
  QTest::newRow("StyleGAN2") << styles << WindowBench::bundled();
  QTest::newRow("DCGAN") << WindowBench::bundled() << styles;
  QTest::newRow("BigGAN") << QStringLiteral(LOOM_TEST_DATA "/oracle/biggan/G_ema.pth") << styles;
}

void WindowReturnTest::everyWayBringsItBack() {
  QFETCH(QString, checkpoint);
  QFETCH(QString, other);
  QSignalSpy hashed(&bench().services(), &loom::ui::Services::hashed);
  QVERIFY(bench().show(checkpoint));
  QVERIFY(!hashed.isEmpty() || hashed.wait(kPatienceMs));
  bench().explorer().edit(worked(), QStringLiteral("test"));
  bench().explorer().endGesture();
  const LatentState state = bench().latent();
  const QByteArray before = bytes();
  QVERIFY(!before.isEmpty());
  keep();
  const QString picture = save();
  QVERIFY(!picture.isEmpty());
  const QString project = bench().file(QStringLiteral("work.loom"));
  saveProject(project);
  // The file itself has these very pixels.
  const QImage written = QImage(picture).convertToFormat(QImage::Format_RGBX8888);
  QCOMPARE(QByteArray(reinterpret_cast<const char*>(written.constBits()), written.sizeInBytes()), before);

  const std::pair<const char*, std::function<void()>> ways[] = {
      {"project", [&] { bench().window().openFile(project); }},
      {"exported picture", [&] { bench().window().openFile(picture); }},
      {"gallery", [&] {
         auto& gallery = bench().services().gallery();
         QSignalSpy found(&gallery, &loom::ui::GalleryService::found);
         gallery.search(1, {});
         QVERIFY(!found.isEmpty() || found.wait(kPatienceMs));
         const auto ids = found.first().at(1).value<std::vector<loom::ui::GalleryId>>();
         QCOMPARE(ids.size(), std::size_t{1});
         gallery.recall(ids.front());
       }}};
  for (const auto& [name, bringBack] : ways) {
    bench().startAnew();
    QVERIFY(bench().show(other));
    bringBack();
    QVERIFY2(QTest::qWaitFor(
                 [&] {
                   return bench().latent().seed == state.seed && bench().explorer().openModel() &&
                          QFileInfo(QString::fromStdString(bench().explorer().openModel()->path().string())) ==
                              QFileInfo(checkpoint);
                 },
                 kPatienceMs),
             name);
    QVERIFY2(bench().latent() == state, name);
    QVERIFY2(bytes() == before, name);
  }
}

QTEST_MAIN(WindowReturnTest)
#include "window_return_test.moc"
