// Models that change pictures, in the real window: where the picture comes from, and the way back to it.
#include "app/export/provenance.h"
#include "tests/ui/small_files.h"
#include "tests/ui/window_bench.h"
#include "ui/session/input_picture.h"

#include <QApplication>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QSignalSpy>
#include <QtTest>

using loom::model::LatentState;
using loom::test::Hand;
using loom::test::kPatienceMs;
using loom::test::WindowBench;
using loom::ui::ActionId;
using loom::ui::Explorer;
using loom::ui::InputSource;
using loom::ui::Services;

namespace {

QString oracle(const QString& name) { return QStringLiteral(LOOM_TEST_DATA "/oracle/") + name; }
QString cyclegan() { return oracle(QStringLiteral("cyclegan/latest_net_G.pth")); }

/// Stripes: upright ones or lying ones.
QImage stripes(bool upright, QSize size = {96, 64}) {
  QImage image(size, QImage::Format_RGB888);
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      image.setPixel(x, y, ((upright ? x : y) / 8) % 2 ? qRgb(240, 60, 30) : qRgb(20, 90, 200));
    }
  }
  return image;
}

}  // namespace

class WindowInputTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_bench = std::make_unique<WindowBench>(); }
  void cleanup() { m_bench.reset(); }

  void somethingIsSeenAtOnce();
  void aDroppedPictureIsChanged();
  void pixelsAreDroppedAndPasted();
  void theModelBeforeLeavesItsPicture();
  void theSizeIsChosen();
  void theSamePictureGoesIntoTheNextModel();
  void aSavedPictureBringsItsInputBack();
  void theNextStartHasTheSamePicture();
  void aPictureThatWentAwayIsTold();
  void whatIsNoPictureLeavesTheOldOne();
  void aModelOfSeedsTakesNone();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  Explorer& explorer() { return m_bench->explorer(); }
  const LatentState& latent() { return m_bench->latent(); }
  QString save(const QString& name, const QImage& image) {
    const QString path = bench().file(name);
    return image.save(path) ? path : QString();
  }
  /// Until the picture on screen is that of an input of this name.
  bool changes(const QString& name) {
    return QTest::qWaitFor([&] { return explorer().input() && explorer().input()->path.endsWith(name); },
                           kPatienceMs) &&
           bench().seesNewest();
  }

  std::unique_ptr<WindowBench> m_bench;
};

void WindowInputTest::somethingIsSeenAtOnce() {
  QVERIFY(bench().show(cyclegan()));
  QVERIFY(explorer().takesPicture());
  QVERIFY(explorer().input());
  QCOMPARE(explorer().input()->pixels, loom::ui::testPicture());
  QCOMPARE(bench().canvas().frame()->width, 256);
  QVERIFY(!bench().control(QStringLiteral("inputthumbnail")).isEmpty());
  QVERIFY2(bench().canvas().controlRect(QStringLiteral("z0")).isEmpty(), "a latent for a model that has none");
  QVERIFY2(bench().canvas().controlRect(QStringLiteral("inputformer")).isEmpty(), "there was no model before");
  // What is on the screen is the test picture, small.
  const QRect place = bench().control(QStringLiteral("inputthumbnail"));
  const QImage screen = bench().canvas().grabFramebuffer();
  const double ratio = bench().canvas().devicePixelRatioF();
  const QColor sky =
      screen.pixelColor((QPointF(place.left() + place.width() / 8.0, place.top() + 4) * ratio).toPoint());
  QVERIFY2(std::abs(sky.red() - 98) < 12 && std::abs(sky.blue() - 214) < 12, qPrintable(sky.name()));
}

void WindowInputTest::aDroppedPictureIsChanged() {
  QVERIFY(bench().show(cyclegan()));
  const QImage first = bench().picture();
  QVERIFY(bench().drop({save(QStringLiteral("upright.png"), stripes(true))}));
  QVERIFY(changes(QStringLiteral("upright.png")));
  QCOMPARE(bench().canvas().frame()->width, 96);
  const QImage upright = bench().picture();
  QVERIFY(bench().drop({save(QStringLiteral("lying.bmp"), stripes(false))}));  // a format that is never written here
  QVERIFY(changes(QStringLiteral("lying.bmp")));
  const QImage lying = bench().picture();
  QCOMPARE(lying.size(), upright.size());
  QVERIFY2(lying != upright, "another input, the same picture");
  QVERIFY2(bench().message().isEmpty(), qPrintable(bench().message()));

  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(changes(QStringLiteral("upright.png")));
  QCOMPARE(bench().picture(), upright);
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), first);
}

void WindowInputTest::pixelsAreDroppedAndPasted() {
  QVERIFY(bench().show(cyclegan()));
  QMimeData data;
  data.setImageData(stripes(true));
  QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&bench().canvas(), &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent letGo(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&bench().canvas(), &letGo);
  QTRY_COMPARE(explorer().input()->pixels, stripes(true));
  QGuiApplication::clipboard()->setImage(stripes(false));
  hand().key(Qt::Key_V, Qt::ControlModifier);
  QTRY_COMPARE(explorer().input()->pixels, stripes(false));
  QVERIFY(bench().seesNewest());
  QGuiApplication::clipboard()->setImage(stripes(true));
  hand().click(bench().control(QStringLiteral("inputpaste")).center());
  QTRY_COMPARE(explorer().input()->pixels, stripes(true));
  QGuiApplication::clipboard()->setText(QStringLiteral("no picture"));
  hand().key(Qt::Key_V, Qt::ControlModifier);
  QCOMPARE(explorer().input()->pixels, stripes(true));
}

void WindowInputTest::theModelBeforeLeavesItsPicture() {
  QVERIFY(bench().show());
  const QImage face = bench().services().imageOf(*bench().canvas().frame());
  bench().window().openFile(cyclegan());
  QVERIFY(bench().loaded());
  QVERIFY(bench().seesNewest());
  hand().key(Qt::Key_Space);
  QVERIFY2(!explorer().walking(), "a walk through a space that is not there");
  QCOMPARE(explorer().input()->pixels, face.convertToFormat(QImage::Format_RGB888));
  QVERIFY(bench().drop({save(QStringLiteral("upright.png"), stripes(true))}));
  QVERIFY(changes(QStringLiteral("upright.png")));
  QVERIFY(hand().settle());
  hand().click(bench().control(QStringLiteral("inputformer")).center());
  QTRY_COMPARE(explorer().input()->pixels, face.convertToFormat(QImage::Format_RGB888));
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().canvas().frame()->width, 64);
}

void WindowInputTest::theSizeIsChosen() {
  QVERIFY(bench().show(cyclegan()));
  hand().click(bench().control(QStringLiteral("inputside128")).center());
  QTRY_COMPARE(latent().input.side, 128);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().canvas().frame()->width, 128);
  QVERIFY(bench().drop({save(QStringLiteral("wide.png"), stripes(true, {301, 97}))}));
  QVERIFY(changes(QStringLiteral("wide.png")));
  QCOMPARE(bench().canvas().frame()->width, 128);
  QCOMPARE(bench().canvas().frame()->height, 40);
}

void WindowInputTest::theSamePictureGoesIntoTheNextModel() {
  QVERIFY(bench().show(cyclegan()));
  QVERIFY(bench().drop({save(QStringLiteral("upright.png"), stripes(true))}));
  QVERIFY(changes(QStringLiteral("upright.png")));
  bench().window().openFile(oracle(QStringLiteral("stargan/200000-G.ckpt")));
  QVERIFY(bench().loaded());
  QVERIFY(changes(QStringLiteral("upright.png")));
  const QImage without = bench().picture();
  LatentState state = latent();
  state.classes[1] = 1.0F;
  explorer().edit(state, QStringLiteral("attribute"));
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().picture() != without);
  bench().window().openFile(oracle(QStringLiteral("pix2pix/latest_net_G.pth")));
  QVERIFY(bench().loaded());
  QVERIFY(changes(QStringLiteral("upright.png")));
}

void WindowInputTest::aSavedPictureBringsItsInputBack() {
  QSignalSpy hashed(&bench().services(), &Services::hashed);
  QVERIFY(bench().show(cyclegan()));
  QVERIFY(hashed.count() > 0 || hashed.wait(kPatienceMs));
  QVERIFY(bench().drop({save(QStringLiteral("upright.png"), stripes(true))}));
  QVERIFY(changes(QStringLiteral("upright.png")));
  const QImage seen = bench().picture();
  QSignalSpy done(&bench().services(), &Services::exportDone);
  hand().key(Qt::Key_S);
  QVERIFY(done.count() > 0 || done.wait(kPatienceMs));
  const QString path = done.first().first().toString();
  QVERIFY2(path.endsWith(QStringLiteral("latest_net_G of upright.png")), qPrintable(path));
  const auto provenance = loom::app::readProvenance(path.toStdString());
  QVERIFY(provenance);
  QCOMPARE(provenance->latent.input.path, std::string("upright.png"));  // no folder goes out

  QVERIFY(bench().drop({save(QStringLiteral("lying.png"), stripes(false))}));
  QVERIFY(changes(QStringLiteral("lying.png")));
  QVERIFY(bench().drop({path}));
  QVERIFY(changes(QStringLiteral("upright.png")));
  QCOMPARE(bench().picture(), seen);
}

void WindowInputTest::theNextStartHasTheSamePicture() {
  QVERIFY(bench().show(cyclegan()));
  QVERIFY(bench().drop({save(QStringLiteral("upright.png"), stripes(true))}));
  QVERIFY(changes(QStringLiteral("upright.png")));
  const QImage seen = bench().picture();
  bench().startAnew();
  QVERIFY(bench().window().openLast());
  QVERIFY(bench().show(QString()));
  QVERIFY(bench().loaded());
  QVERIFY(changes(QStringLiteral("upright.png")));
  QCOMPARE(bench().picture(), seen);
}

void WindowInputTest::aPictureThatWentAwayIsTold() {
  QVERIFY(bench().show(cyclegan()));
  const QString path = save(QStringLiteral("upright.png"), stripes(true));
  QVERIFY(bench().drop({path}));
  QVERIFY(changes(QStringLiteral("upright.png")));
  bench().startAnew([&] { QFile::remove(path); });
  QVERIFY(bench().window().openLast());
  QVERIFY(bench().show(QString()));
  QVERIFY(bench().loaded());
  QVERIFY(bench().sees(QStringLiteral("upright.png")));
  QVERIFY(bench().seesNewest());  // another stands in
  QCOMPARE(explorer().input()->pixels, loom::ui::testPicture());
}

void WindowInputTest::whatIsNoPictureLeavesTheOldOne() {
  QVERIFY(bench().show(cyclegan()));
  const LatentState before = latent();
  for (const QString& name : {QStringLiteral("torn.png"), QStringLiteral("notes.jpg")}) {
    const QString path = bench().file(name);
    QFile whole(save(QStringLiteral("whole.png"), stripes(true)));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    const QByteArray bytes = name.startsWith(u't') ? whole.readAll().first(60) : QByteArray("no picture at all");
    loom::test::writeBytes(path, bytes);
    QVERIFY(bench().drop({path}));
    QVERIFY(bench().sees(name));
    QCOMPARE(latent(), before);
  }
}

void WindowInputTest::aModelOfSeedsTakesNone() {
  QVERIFY(bench().show());
  QVERIFY(!explorer().takesPicture());
  QVERIFY(!bench().window().action(ActionId::OpenInput)->isEnabled());
  QVERIFY(!bench().window().action(ActionId::PasteInput)->isEnabled());
  QVERIFY(bench().window().action(ActionId::SaveGrid)->isEnabled());
  const LatentState before = latent();
  QGuiApplication::clipboard()->setImage(stripes(true));
  hand().key(Qt::Key_V, Qt::ControlModifier);
  QMimeData data;
  data.setImageData(stripes(true));
  QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&bench().canvas(), &enter);
  QVERIFY(!enter.isAccepted());
  QCOMPARE(latent(), before);
}

QTEST_MAIN(WindowInputTest)
#include "window_input_test.moc"
