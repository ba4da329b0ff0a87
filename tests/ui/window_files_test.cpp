// Opening files in the real window: by drop, large ones, broken ones.
#include "tests/ui/small_files.h"
#include "tests/ui/window_bench.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/status_line.h"

#include <QDir>
#include <QMenu>
#include <QMenuBar>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

using loom::model::LatentState;
using loom::test::Hand;
using loom::test::WindowBench;
using loom::ui::Explorer;

class WindowFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_bench = std::make_unique<WindowBench>(); }
  void cleanup() { m_bench.reset(); }

  void aDroppedCheckpointOpens();
  void onlyOneLocalFileIsTaken();
  void theHandKeepsItsSeedInTheNextModel();
  void brokenFilesAreToldAndTheModelStays_data();
  void brokenFilesAreToldAndTheModelStays();
  void anUnknownNetworkIsDescribed();
  void aBrokenFileFirstLeavesAWindowThatWorks();
  void theMessageGoesByItsCrossAndByTheNextModel();
  void theWindowIsLiveWhileAModelLoads();
  void aLoadIsCancelledByItsCross();
  void theNewestLoadWins();
  void closingWhileAModelLoads();
  void recentFilesAreOffered();
  void examplesAreOffered();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  Explorer& explorer() { return m_bench->explorer(); }
  QString openName() {
    const auto& model = explorer().openModel();
    return model ? QString::fromStdString(model->path().filename().string()) : QString();
  }
  QString makeBroken(const QString& kind);
  QToolButton* cancelCross();

  std::unique_ptr<WindowBench> m_bench;
};

QToolButton* WindowFilesTest::cancelCross() {
  for (auto* button : bench().window().statusLine().findChildren<QToolButton*>()) {
    if (button->isVisible()) {
      return button;
    }
  }
  return nullptr;
}

void WindowFilesTest::aDroppedCheckpointOpens() {
  QVERIFY(bench().show());
  const QImage before = bench().picture();
  const QString path = loom::test::writeSmallDcgan(bench().file(QStringLiteral("späte Töne 1.safetensors")));
  QVERIFY(bench().drop({path}));
  QTRY_COMPARE_WITH_TIMEOUT(openName(), QStringLiteral("späte Töne 1.safetensors"), loom::test::kPatienceMs);
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
  QVERIFY(bench().picture() != before);
  QCOMPARE(explorer().z().size(), std::size_t(6));
  QVERIFY(bench().window().windowTitle().contains(QStringLiteral("späte Töne 1.safetensors")));
  const QString status = bench().window().statusLine().text();
  QVERIFY2(status.contains(QStringLiteral("späte Töne 1.safetensors")) && status.contains(QStringLiteral("DCGAN 16²")) &&
               status.contains(QStringLiteral("CPU")) && status.contains(QStringLiteral(" ms")),
           qPrintable(status));
  QVERIFY(bench().message().isEmpty());
}

void WindowFilesTest::onlyOneLocalFileIsTaken() {
  QVERIFY(bench().show());
  const QString one = loom::test::writeSmallDcgan(bench().file(QStringLiteral("one.safetensors")));
  QVERIFY(!bench().drop({one, one}));
  QVERIFY(!bench().drop({}));
  QVERIFY(!explorer().opening());
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));
}

void WindowFilesTest::theHandKeepsItsSeedInTheNextModel() {
  QVERIFY(bench().show());
  explorer().takeSeed(7);
  QVERIFY(bench().drop({loom::test::writeSmallDcgan(bench().file(QStringLiteral("other.safetensors")))}));
  QVERIFY(bench().loaded());
  QCOMPARE(bench().latent().seed, 7U);
  QVERIFY2(!explorer().undoStack().canUndo(), "undo leads into another model's latent space");
}

QString WindowFilesTest::makeBroken(const QString& kind) {
  const QString path = bench().file(kind + QStringLiteral(".safetensors"));
  if (kind == QStringLiteral("folder")) {
    QDir().mkpath(path);
  } else if (kind == QStringLiteral("empty")) {
    loom::test::writeBytes(path, {});
  } else if (kind == QStringLiteral("truncated")) {
    QFile file(loom::test::writeSmallDcgan(path));
    file.resize(file.size() / 2);
  } else if (kind == QStringLiteral("text")) {
    loom::test::writeBytes(path, "Dear Sir or Madam, this is no checkpoint at all.\n");
  } else if (kind == QStringLiteral("nan")) {
    loom::test::writeDcganWithNan(path);
  }
  return path;
}

void WindowFilesTest::brokenFilesAreToldAndTheModelStays_data() {
  QTest::addColumn<QString>("kind");
  QTest::addColumn<QString>("reason");
  QTest::newRow("missing") << "missing" << "not there|no such|does not exist|not found";
  QTest::newRow("folder") << "folder" << "folder|directory";
  QTest::newRow("empty") << "empty" << "empty";
  QTest::newRow("truncated") << "truncated" << "truncated|ends|cut|short|incomplete";
  QTest::newRow("text") << "text" << "safetensors|checkpoint";
  QTest::newRow("NaN") << "nan" << "NaN|not a number|not finite";
}

void WindowFilesTest::brokenFilesAreToldAndTheModelStays() {
  QFETCH(QString, kind);
  QFETCH(QString, reason);
  QVERIFY(bench().show());
  explorer().takeSeed(99);
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
  const LatentState before = bench().latent();
  const QImage picture = bench().picture();

  QVERIFY(bench().drop({makeBroken(kind)}));
  QVERIFY(bench().sees(kind + QStringLiteral(".safetensors")));
  const QRegularExpression why(reason, QRegularExpression::CaseInsensitiveOption);
  QVERIFY2(bench().message().contains(why), qPrintable(bench().message()));
  QVERIFY2(bench().canvas().hasFocus(), "the message stole the focus");
  QVERIFY(!explorer().opening());

  // Nothing is lost, and the old model still answers.
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));
  QCOMPARE(bench().latent(), before);
  QVERIFY(explorer().undoStack().canUndo());
  hand().key(Qt::Key_BracketRight);
  QCOMPARE(bench().latent().seed, 100U);
  QVERIFY(bench().seesNewest());
  QVERIFY(!bench().message().isEmpty());
  hand().key(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(bench().seesNewest());
  bench().window().messageBar().hide();  // it took some of the canvas's height
  QVERIFY(hand().settle());
  QCOMPARE(bench().picture(), picture);
}

void WindowFilesTest::anUnknownNetworkIsDescribed() {
  QVERIFY(bench().show());
  QVERIFY(bench().drop({loom::test::writeUnknownNetwork(bench().file(QStringLiteral("riddle.safetensors")))}));
  QVERIFY(bench().sees(QStringLiteral("riddle.safetensors")));
  const QString message = bench().message();
  for (const char* part : {"encoder.attention: query (4×4)", "decoder: strange", "DCGAN", "MLP"}) {
    QVERIFY2(message.contains(QString::fromUtf8(part)), part);
  }
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));
}

void WindowFilesTest::aBrokenFileFirstLeavesAWindowThatWorks() {
  QVERIFY(bench().show(QString()));
  QVERIFY(bench().drop({makeBroken(QStringLiteral("empty"))}));
  QVERIFY(bench().sees(QStringLiteral("empty.safetensors")));
  // Without a model no shortcut does harm.
  for (const Qt::Key key : {Qt::Key_R, Qt::Key_S, Qt::Key_BracketLeft, Qt::Key_Backspace, Qt::Key_P, Qt::Key_C, Qt::Key_0,
                            Qt::Key_1, Qt::Key_N}) {
    hand().key(key);
  }
  hand().key(Qt::Key_Space);
  hand().key(Qt::Key_Space);
  hand().key(Qt::Key_C, Qt::ControlModifier);
  hand().key(Qt::Key_G, Qt::ControlModifier);
  QVERIFY(hand().settle());
  QVERIFY(bench().drop({WindowBench::bundled()}));
  QVERIFY(bench().loaded());
  QVERIFY(bench().seesNewest());
}

void WindowFilesTest::theMessageGoesByItsCrossAndByTheNextModel() {
  QVERIFY(bench().show());
  QVERIFY(bench().drop({makeBroken(QStringLiteral("text"))}));
  QVERIFY(bench().sees(QStringLiteral("text.safetensors")));
  for (auto* button : bench().window().messageBar().findChildren<QToolButton*>()) {
    if (button->text() == QStringLiteral("✕")) {
      QTest::mouseClick(button, Qt::LeftButton);
    }
  }
  QVERIFY(bench().message().isEmpty());
  QVERIFY(bench().drop({makeBroken(QStringLiteral("text"))}));
  QVERIFY(bench().sees(QStringLiteral("text.safetensors")));
  QVERIFY(bench().drop({loom::test::writeSmallDcgan(bench().file(QStringLiteral("good.safetensors")))}));
  QTRY_VERIFY_WITH_TIMEOUT(bench().message().isEmpty(), loom::test::kPatienceMs);
  QCOMPARE(openName(), QStringLiteral("good.safetensors"));
}

void WindowFilesTest::theWindowIsLiveWhileAModelLoads() {
  QVERIFY(bench().show());
  const QString large = loom::test::writeLargeDcgan(bench().file(QStringLiteral("large.safetensors")));
  QSignalSpy progress(&explorer(), &Explorer::openProgress);
  QVERIFY(bench().drop({large}));
  QVERIFY2(explorer().opening(), "the drop waited for the load");
  // Meanwhile the old model goes on: a new seed, its picture on the screen, and the status line tells of the load.
  hand().key(Qt::Key_BracketRight);
  QCOMPARE(bench().latent().seed, 43U);
  QVERIFY(bench().seesNewest());
  QVERIFY2(explorer().opening(), "the load was over before the picture came: make the file larger");
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));
  QTRY_VERIFY(cancelCross() != nullptr);
  QVERIFY(bench().loaded());
  QCOMPARE(openName(), QStringLiteral("large.safetensors"));
  QVERIFY(progress.count() >= 2);
  QVERIFY(cancelCross() == nullptr);
  double last = 0.0;
  for (const auto& step : progress) {
    const double fraction = step.at(0).toDouble();
    QVERIFY(fraction >= last && fraction <= 1.0);
    last = fraction;
  }
  QVERIFY(bench().seesNewest());
}

void WindowFilesTest::aLoadIsCancelledByItsCross() {
  QVERIFY(bench().show());
  const LatentState before = bench().latent();
  QVERIFY(bench().drop({loom::test::writeLargeDcgan(bench().file(QStringLiteral("large.safetensors")))}));
  QTRY_VERIFY(cancelCross() != nullptr);
  QTest::mouseClick(cancelCross(), Qt::LeftButton);
  QVERIFY(bench().loaded());
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));
  QCOMPARE(bench().latent(), before);
  QVERIFY2(bench().message().isEmpty(), "somebody who cancels knows that it was cancelled");
  QVERIFY(cancelCross() == nullptr);
  hand().key(Qt::Key_BracketRight);
  QVERIFY(bench().seesNewest());
}

void WindowFilesTest::theNewestLoadWins() {
  QVERIFY(bench().show());
  QSignalSpy opened(&explorer(), &Explorer::opened);
  QVERIFY(bench().drop({loom::test::writeLargeDcgan(bench().file(QStringLiteral("large.safetensors")))}));
  QVERIFY(bench().drop({loom::test::writeSmallDcgan(bench().file(QStringLiteral("small.safetensors")))}));
  QVERIFY(bench().loaded());
  QCOMPARE(openName(), QStringLiteral("small.safetensors"));
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
  QCOMPARE(opened.count(), 1);
}

void WindowFilesTest::closingWhileAModelLoads() {
  QVERIFY(bench().show());
  QVERIFY(bench().drop({loom::test::writeLargeDcgan(bench().file(QStringLiteral("large.safetensors")))}));
  QVERIFY(explorer().opening());
  bench().startAnew();
  QVERIFY(bench().show());
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));
}

void WindowFilesTest::recentFilesAreOffered() {
  const QString name = QStringLiteral("this & that.safetensors");
  const QString path = loom::test::writeSmallDcgan(bench().file(name));
  QVERIFY(bench().show(path));
  bench().startAnew();
  QVERIFY(bench().show());
  QMenu* recent = nullptr;
  for (auto* menu : bench().window().menuBar()->findChildren<QMenu*>()) {
    if (menu->title().contains(QStringLiteral("recent"))) {
      recent = menu;
    }
  }
  QVERIFY(recent);
  Q_EMIT recent->aboutToShow();
  QVERIFY(!recent->actions().isEmpty());
  QAction* first = recent->actions().first();
  QVERIFY2(first->text().startsWith(QStringLiteral("this && that.safetensors")), qPrintable(first->text()));
  first->trigger();
  QVERIFY(bench().loaded());
  QCOMPARE(openName(), name);
}

void WindowFilesTest::examplesAreOffered() {
  QVERIFY(bench().show(loom::test::writeSmallDcgan(bench().file(QStringLiteral("mine.safetensors")))));
  QMenu* examples = nullptr;
  for (auto* menu : bench().window().menuBar()->findChildren<QMenu*>()) {
    if (menu->title().contains(QStringLiteral("xamples"))) {
      examples = menu;
    }
  }
  QVERIFY(examples);
  Q_EMIT examples->aboutToShow();
  QVERIFY(examples->actions().size() == 3);
  // The test's own cache folder is empty: the faces were not fetched, and it is said where they come from.
  examples->actions().at(2)->trigger();
  QVERIFY(bench().sees(QStringLiteral("./dev setup")));
  examples->actions().at(0)->trigger();
  QVERIFY(bench().loaded());
  QCOMPARE(openName(), QStringLiteral("emoji-faces.safetensors"));
}

QTEST_MAIN(WindowFilesTest)
#include "window_files_test.moc"
