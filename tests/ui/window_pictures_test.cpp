// Pictures that leave the window, and bring the very state back when they are dropped on it.
#include "tests/ui/small_files.h"
#include "tests/ui/window_bench.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/status_line.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTimer>
#include <QtTest>

using loom::model::LatentState;
using loom::test::Hand;
using loom::test::kPatienceMs;
using loom::test::WindowBench;
using loom::ui::Services;

class WindowPicturesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_bench = std::make_unique<WindowBench>(); }
  void cleanup() { m_bench.reset(); }

  void aSavedPictureBringsTheStateBack();
  void savingAgainTakesAnotherName();
  void aPictureFindsItsModelWhileAnotherIsOpen();
  void aPictureAsksForAModelThatIsNotAtHand();
  void jpegAndTiffCarryTheState_data();
  void jpegAndTiffCarryTheState();
  void anEnlargedPictureCarriesTheState();
  void aGridIsSaved();
  void manyPicturesAreSaved();
  void aSyntheticDataSetIsSaved();
  void saveAsAsksAndSaves();
  void picturesOfOthersAreToldApart();
  void aDamagedPictureDoesNoHarm();
  void aSaveThatFailsIsTold();
  void aCopyIsInTheClipboard();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  const LatentState& latent() { return m_bench->latent(); }
  QString openName() {
    return QString::fromStdString(bench().explorer().openModel()->path().filename().string());
  }
  /// Shows the window with the model's hash known: pictures find it again.
  bool showKnown(const QString& checkpoint);
  /// A state that touches every control, reached by hand.
  void moveAbout();
  /// Does `act` and waits for the picture that it saves; empty where it fails.
  QString saved(const std::function<void()>& act);
  QString savedByKey() {
    return saved([this] { hand().key(Qt::Key_S); });
  }

  /// There is no window manager here that would give the window the keyboard back behind the last dialog.
  void askForMany() {
    bench().window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&bench().window()));
    hand().key(Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
  }

  std::unique_ptr<WindowBench> m_bench;
};

bool WindowPicturesTest::showKnown(const QString& checkpoint) {
  QSignalSpy hashed(&bench().services(), &Services::hashed);
  return bench().show(checkpoint) && (hashed.count() > 0 || hashed.wait(kPatienceMs));
}

void WindowPicturesTest::moveAbout() {
  bench().explorer().takeSeed(1234567);
  hand().drag({bench().onTrack(QStringLiteral("z0"), 0.5), bench().onTrack(QStringLiteral("z0"), 0.77)});
  const QRect pad = bench().control(QStringLiteral("pad"));
  hand().drag({pad.center(), pad.center() + QPoint(31, -17)});
  hand().drag({bench().onTrack(QStringLiteral("blend"), 0.1), bench().onTrack(QStringLiteral("blend"), 0.37)});
  hand().click(bench().control(QStringLiteral("z1.lock")).center());
  QVERIFY(latent().edits.size() == 2 && latent().locks.size() == 1 && latent().blend > 0.3F && latent().pad.x > 0.0F);
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
}

QString WindowPicturesTest::saved(const std::function<void()>& act) {
  QSignalSpy done(&bench().services(), &Services::exportDone);
  QSignalSpy failed(&bench().services(), &Services::exportFailed);
  act();
  if (!QTest::qWaitFor([&] { return done.count() + failed.count() > 0; }, kPatienceMs)) {
    QTest::qFail("a save that never ends", __FILE__, __LINE__);
  }
  return done.isEmpty() ? QString() : done.first().first().toString();
}

void WindowPicturesTest::aSavedPictureBringsTheStateBack() {
  QVERIFY(showKnown(WindowBench::bundled()));
  moveAbout();
  const LatentState state = latent();
  const std::vector<float> z = bench().explorer().z();
  const QImage seen = bench().picture();
  const QString path = savedByKey();
  QVERIFY(QFileInfo(path).absolutePath() == QFileInfo(bench().file(QStringLiteral("pictures"))).absoluteFilePath());
  QVERIFY2(QFileInfo(path).fileName().startsWith(QStringLiteral("emoji-faces seed 1234567")), qPrintable(path));
  QVERIFY(bench().window().statusLine().text().contains(QFileInfo(path).fileName()));
  QCOMPARE(QImage(path).size(), QSize(64, 64));

  hand().key(Qt::Key_R);
  hand().key(Qt::Key_Space);
  QVERIFY(bench().explorer().walking());
  const LatentState elsewhere = latent();
  QVERIFY(elsewhere != state);
  QVERIFY(bench().drop({path}));
  QTRY_COMPARE(latent(), state);
  QVERIFY2(!bench().explorer().walking(), "the walk led away again");
  QVERIFY(bench().explorer().z() == z);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), seen);
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(latent() != state);
}

void WindowPicturesTest::savingAgainTakesAnotherName() {
  QVERIFY(bench().show());
  const QString first = savedByKey();
  const QString second = savedByKey();
  QVERIFY(!first.isEmpty() && !second.isEmpty() && first != second);
  QVERIFY(QFileInfo::exists(first) && QFileInfo::exists(second));
}

void WindowPicturesTest::aPictureFindsItsModelWhileAnotherIsOpen() {
  QVERIFY(showKnown(WindowBench::bundled()));
  moveAbout();
  const LatentState state = latent();
  const std::vector<float> z = bench().explorer().z();
  const QString path = savedByKey();
  QVERIFY(bench().drop({loom::test::writeSmallDcgan(bench().file(QStringLiteral("other.safetensors")))}));
  QVERIFY(bench().loaded());
  QCOMPARE(openName(), QStringLiteral("other.safetensors"));

  QVERIFY(bench().drop({path}));
  QTRY_COMPARE_WITH_TIMEOUT(openName(), QStringLiteral("emoji-faces.safetensors"), kPatienceMs);
  QCOMPARE(latent(), state);
  QVERIFY(bench().explorer().z() == z);
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().message().isEmpty());
}

void WindowPicturesTest::aPictureAsksForAModelThatIsNotAtHand() {
  const QString mine = loom::test::writeSmallDcgan(bench().file(QStringLiteral("mine.safetensors")));
  QVERIFY(showKnown(mine));
  hand().drag({bench().onTrack(QStringLiteral("z2"), 0.5), bench().onTrack(QStringLiteral("z2"), 0.9)});
  const LatentState state = latent();
  QVERIFY(bench().seesNewest());
  const QString path = savedByKey();
  const QString moved = bench().file(QStringLiteral("renamed.safetensors"));
  QVERIFY(QFile::rename(mine, moved));

  QVERIFY(bench().drop({WindowBench::bundled()}));
  QVERIFY(bench().loaded());
  const LatentState before = latent();
  QVERIFY(bench().drop({path}));
  QVERIFY(bench().sees(QStringLiteral("mine.safetensors")));
  QVERIFY(bench().message().contains(QStringLiteral("SHA-256")));
  QCOMPARE(latent(), before);
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));

  // Another one is not it …
  QSignalSpy hashed(&bench().services(), &Services::hashed);
  QVERIFY(bench().drop({loom::test::writeSmallDcgan(bench().file(QStringLiteral("other.safetensors")), 1.0F)}));
  QTRY_COMPARE_WITH_TIMEOUT(hashed.count(), 1, kPatienceMs);
  QVERIFY(latent() != state);
  // … the right one is, whatever it is called now.
  QVERIFY(bench().drop({moved}));
  QTRY_COMPARE_WITH_TIMEOUT(latent(), state, kPatienceMs);
  QCOMPARE(openName(), QStringLiteral("renamed.safetensors"));
  QVERIFY(bench().message().isEmpty());
  // And it comes back once, not whenever that model is opened.
  hand().key(Qt::Key_R);
  const LatentState later = latent();
  hashed.clear();
  QVERIFY(bench().drop({moved}));
  QTRY_COMPARE_WITH_TIMEOUT(hashed.count(), 1, kPatienceMs);
  QCOMPARE(latent().seed, later.seed);
}

void WindowPicturesTest::jpegAndTiffCarryTheState_data() {
  QTest::addColumn<QString>("name");
  QTest::newRow("JPEG") << "picture.jpg";
  QTest::newRow("TIFF") << "picture.tiff";
}

void WindowPicturesTest::jpegAndTiffCarryTheState() {
  QFETCH(QString, name);
  QVERIFY(showKnown(WindowBench::bundled()));
  moveAbout();
  const LatentState state = latent();
  loom::ui::PictureRequest request;
  request.path = bench().file(name);
  const QString path =
      saved([&] { bench().services().savePicture(bench().explorer().openModel(), *bench().canvas().frame(), request); });
  QCOMPARE(path, request.path);
  hand().key(Qt::Key_R);
  QVERIFY(bench().drop({path}));
  QTRY_COMPARE(latent(), state);
}

void WindowPicturesTest::anEnlargedPictureCarriesTheState() {
  QSettings().setValue(QStringLiteral("save/scale"), 4);
  QVERIFY(showKnown(WindowBench::bundled()));
  hand().key(Qt::Key_BracketRight);
  QVERIFY(bench().seesNewest());
  const QString path = savedByKey();
  QCOMPARE(QImage(path).size(), QSize(256, 256));
  hand().key(Qt::Key_R);
  QVERIFY(bench().drop({path}));
  QTRY_COMPARE(latent().seed, 43U);
}

void WindowPicturesTest::aGridIsSaved() {
  QVERIFY(showKnown(WindowBench::bundled()));
  const QString target = bench().file(QStringLiteral("pictures/sheet.png"));
  const QString path =
      saved([&] { bench().agree([this] { hand().key(Qt::Key_G, Qt::ControlModifier); }, target); });
  QCOMPARE(path, target);
  QCOMPARE(QImage(path).size(), QSize((6 * 66 - 2) * 2, (4 * 66 - 2) * 2));
  hand().key(Qt::Key_R);
  QVERIFY(bench().drop({path}));
  QTRY_COMPARE(latent(), LatentState{});
}

void WindowPicturesTest::manyPicturesAreSaved() {
  QVERIFY(showKnown(WindowBench::bundled()));
  QSettings().setValue(QStringLiteral("batch/count"), 3);
  QSettings().setValue(QStringLiteral("batch/form"), 0);
  bench().explorer().takeSeed(40);
  QVERIFY(bench().seesNewest());
  const QString folder = bench().file(QStringLiteral("many"));
  QVERIFY(QDir().mkpath(folder));
  const auto ask = [this] { askForMany(); };
  QCOMPARE(saved([&] { bench().agree(ask, folder); }), folder);
  QCOMPARE(QDir(folder).entryList(QDir::Files),
           (QStringList{"emoji-faces seed 40.png", "emoji-faces seed 41.png", "emoji-faces seed 42.png"}));
  QCOMPARE(QImage(folder + QStringLiteral("/emoji-faces seed 41.png")).size(), QSize(64, 64));
  QVERIFY(bench().drop({folder + QStringLiteral("/emoji-faces seed 42.png")}));
  QTRY_COMPARE(latent().seed, 42U);
  // Names that would make one file of all are told before anything is asked.
  QVERIFY(bench().withDialog(ask, [](QDialog& dialog) {
    dialog.findChild<QLineEdit*>(QStringLiteral("batch.names"))->setText(QStringLiteral("same.png"));
    QVERIFY(!dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save)->isEnabled());
    dialog.findChild<QLineEdit*>(QStringLiteral("batch.names"))->setText(QStringLiteral("other %04d.jpg"));
    QVERIFY(dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save)->isEnabled());
  }));
}

void WindowPicturesTest::aSyntheticDataSetIsSaved() {
  QVERIFY(showKnown(QStringLiteral(LOOM_TEST_DATA "/oracle/stylegan2-ada-cond/network.pkl")));  // 5 classes
  QSettings().setValue(QStringLiteral("batch/count"), 2);
  QSettings().setValue(QStringLiteral("batch/form"), 1);
  const QString folder = bench().file(QStringLiteral("synthetic"));
  const auto ask = [this] { askForMany(); };
  QVERIFY(QDir().mkpath(folder));
  QVERIFY(bench().withDialog(ask, [](QDialog& dialog) {
    QVERIFY(dialog.findChild<QCheckBox*>(QStringLiteral("batch.perClass"))->isVisible());
    QVERIFY(!dialog.findChild<QLineEdit*>(QStringLiteral("batch.names"))->isVisible());
  }));
  QCOMPARE(saved([&] { bench().agree(ask, folder); }), folder);
  QCOMPARE(QDir(folder + QStringLiteral("/00000")).entryList(QDir::Files).size(), 2);
  QVERIFY(QFile::exists(folder + QStringLiteral("/dataset.json")));
  QFile page(folder + QStringLiteral("/DATASET.md"));
  QVERIFY(page.open(QIODevice::ReadOnly));
  QVERIFY(page.readAll().contains("synthetic"));
  // What is there is not written over.
  QSignalSpy failed(&bench().services(), &Services::exportFailed);
  bench().agree(ask, folder);
  QVERIFY(!failed.isEmpty() || failed.wait(kPatienceMs));
  QVERIFY2(failed.first().first().toString().contains(QStringLiteral("folder of its own")), qPrintable(failed.first().first().toString()));
}

void WindowPicturesTest::saveAsAsksAndSaves() {
  QVERIFY(showKnown(WindowBench::bundled()));
  const QString target = bench().file(QStringLiteral("pictures/chosen.jpg"));
  const QString path =
      saved([&] { bench().agree([this] { hand().key(Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier); }, target); });
  QCOMPARE(path, target);
  QVERIFY(!QImage(path).isNull());
}

void WindowPicturesTest::picturesOfOthersAreToldApart() {
  QVERIFY(bench().show());
  QImage image(20, 20, QImage::Format_RGB32);
  image.fill(Qt::darkGreen);
  const QString path = bench().file(QStringLiteral("holiday.png"));
  QVERIFY(image.save(path));
  const LatentState before = latent();
  QVERIFY(bench().drop({path}));
  QVERIFY(bench().sees(QStringLiteral("holiday.png")));
  QCOMPARE(latent(), before);
}

void WindowPicturesTest::aDamagedPictureDoesNoHarm() {
  QVERIFY(showKnown(WindowBench::bundled()));
  const QString path = savedByKey();
  QFile file(path);
  QVERIFY(file.resize(40));  // the signature, and the beginning of what follows it
  hand().key(Qt::Key_BracketRight);
  const LatentState before = latent();
  QVERIFY(bench().drop({path}));
  QVERIFY(bench().sees(QFileInfo(path).fileName()));
  QCOMPARE(latent(), before);
  const QString gone = bench().file(QStringLiteral("gone.png"));
  QVERIFY(bench().drop({gone}));
  QVERIFY(bench().sees(QStringLiteral("gone.png")));
  QVERIFY2(bench().message().contains(QStringLiteral("no such file")), qPrintable(bench().message()));
  QVERIFY(bench().seesNewest());
}

void WindowPicturesTest::aSaveThatFailsIsTold() {
  const QString noFolder = loom::test::writeBytes(bench().file(QStringLiteral("file")), "not a folder");
  QSettings().setValue(QStringLiteral("save/folder"), noFolder);
  QVERIFY(bench().show());
  QCOMPARE(savedByKey(), QString());
  QVERIFY(bench().sees(QStringLiteral(".png")));
  QVERIFY2(bench().message().contains(QStringLiteral("folder")), qPrintable(bench().message()));
  hand().key(Qt::Key_BracketRight);
  QVERIFY(bench().seesNewest());
}

void WindowPicturesTest::aCopyIsInTheClipboard() {
  QVERIFY(bench().show());
  QClipboard& clipboard = *QGuiApplication::clipboard();
  const auto isTheFrame = [&] {
    const auto& frame = *bench().canvas().frame();
    const QImage shown(frame.pixels.data, frame.width, frame.height, QImage::Format_RGBA8888);
    return clipboard.image().convertToFormat(QImage::Format_RGB888) == shown.convertToFormat(QImage::Format_RGB888);
  };
  clipboard.clear();
  hand().key(Qt::Key_C, Qt::ControlModifier);
  QTRY_VERIFY(isTheFrame());
  hand().key(Qt::Key_R);
  QVERIFY(bench().seesNewest());
  QVERIFY(!isTheFrame());
  hand().click(bench().control(QStringLiteral("copy")).center());
  QTRY_VERIFY(isTheFrame());
}

QTEST_MAIN(WindowPicturesTest)
#include "window_pictures_test.moc"
