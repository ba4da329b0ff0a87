// How the picture is looked at, and what the window remembers.
#include "model/compute_device.h"
#include "tests/ui/window_bench.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/status_line.h"
#include "ui/theme/palette.h"
#include "ui/theme/qt_theme.h"

#include <QAction>
#include <QDialog>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QSignalSpy>
#include <QtTest>

using loom::test::Hand;
using loom::test::WindowBench;
using loom::ui::ActionId;
using loom::ui::ExplorerCanvas;

class WindowViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_bench = std::make_unique<WindowBench>(); }
  void cleanup() { m_bench.reset(); }

  void aPinnedPictureStaysLeftOfTheLine();
  void theWheelZoomsToThePointer();
  void dragAndDoubleClickMoveThePicture();
  void pixelsAreShownAsTheyAre();
  void thePixelUnderThePointerIsTold();
  void allShortcutsAreListed();
  void aFullGpuIsTold();
  void instrumentsComeAndGoByTheirKeys();
  void fullScreenIsThePictureAlone();
  void lightAndDarkChangeTheGround();
  void panelsAndSettingsAreRemembered();
  void aMovedPanelStaysWhereItWasPut();
  void damagedSettingsDoNoHarm();
  void aSmallWindowKeepsItsPicture();
  void hintsShowAtTheFirstStartAndGo();
  void atRestNothingIsDrawn();
  void closingWhileTheWalkPlays();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  ExplorerCanvas& canvas() { return m_bench->canvas(); }
  QPoint middle() { return canvas().pictureRect().center().toPoint(); }
  QColor onScreen(QPoint place) {
    return canvas().grabFramebuffer().pixelColor((QPointF(place) * canvas().devicePixelRatioF()).toPoint());
  }
  QAction* menuAction(const QString& text) {
    for (auto* menu : bench().window().menuBar()->findChildren<QMenu*>()) {
      for (auto* action : menu->actions()) {
        if (action->text() == text) {
          return action;
        }
      }
    }
    return nullptr;
  }
  static QImage share(const QImage& image, double from, double to) {
    const int left = static_cast<int>(from * image.width());
    return image.copy(left, 0, static_cast<int>(to * image.width()) - left, image.height());
  }

  std::unique_ptr<WindowBench> m_bench;
};

void WindowViewTest::aPinnedPictureStaysLeftOfTheLine() {
  QVERIFY(bench().show());
  const QImage before = bench().picture();
  QVERIFY(!bench().window().action(ActionId::Compare)->isEnabled());
  hand().key(Qt::Key_P);
  QVERIFY(canvas().pinned());
  hand().key(Qt::Key_BracketRight);
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
  const QImage both = bench().picture();
  QCOMPARE(share(both, 0.0, 0.45), share(before, 0.0, 0.45));
  QVERIFY(share(both, 0.55, 1.0) != share(before, 0.55, 1.0));

  const QRect picture = canvas().pictureRect().toRect();
  hand().drag({middle(), {picture.left() + picture.width() / 4, middle().y()}});
  QVERIFY(qAbs(canvas().view().split - 0.25F) < 0.02F);
  QCOMPARE(canvas().pictureRect().toRect(), picture);
  hand().moveTo({picture.center().x(), 4});
  QVERIFY(hand().settle());
  const QImage later = bench().picture();
  QCOMPARE(share(later, 0.0, 0.2), share(before, 0.0, 0.2));
  QVERIFY(share(later, 0.3, 0.45) != share(before, 0.3, 0.45));

  hand().key(Qt::Key_C);
  QVERIFY(!canvas().view().compare);
  QVERIFY(hand().settle());
  QVERIFY(share(bench().picture(), 0.0, 0.2) != share(before, 0.0, 0.2));
  hand().click(bench().control(QStringLiteral("compare")).center());
  QTRY_VERIFY(canvas().view().compare);
  QVERIFY(bench().window().action(ActionId::Compare)->isChecked());
}

void WindowViewTest::theWheelZoomsToThePointer() {
  QVERIFY(bench().show());
  const QRectF fitted = canvas().pictureRect();
  const QPoint place = (fitted.topLeft() + QPointF(fitted.width() / 4, fitted.height() / 3)).toPoint();
  hand().wheel(place, 3.0);
  const QRectF zoomed = canvas().pictureRect();
  QVERIFY(zoomed.width() > 1.3 * fitted.width());
  const QPointF shareBefore((place.x() - fitted.left()) / fitted.width(), (place.y() - fitted.top()) / fitted.height());
  const QPointF shareAfter((place.x() - zoomed.left()) / zoomed.width(), (place.y() - zoomed.top()) / zoomed.height());
  QVERIFY((shareAfter - shareBefore).manhattanLength() < 0.005);
  hand().key(Qt::Key_0);
  QTRY_COMPARE(canvas().pictureRect(), fitted);
  hand().key(Qt::Key_1);
  QTRY_COMPARE(canvas().pictureRect().width() * canvas().devicePixelRatioF(), 64.0);
  hand().click(bench().control(QStringLiteral("fit")).center());
  QTRY_COMPARE(canvas().pictureRect(), fitted);
  // Over a panel the wheel is the panel's.
  hand().wheel(bench().control(QStringLiteral("strip")).center(), 2.0);
  QCOMPARE(canvas().pictureRect(), fitted);
}

void WindowViewTest::dragAndDoubleClickMoveThePicture() {
  QVERIFY(bench().show());
  const QRectF fitted = canvas().pictureRect();
  hand().wheel(middle(), 2.0);
  const QRectF before = canvas().pictureRect();
  hand().drag({middle(), middle() + QPoint(40, -30)});
  const QPointF moved = canvas().pictureRect().topLeft() - before.topLeft();
  QVERIFY2((moved - QPointF(40, -30)).manhattanLength() < 6.0, qPrintable(QString::number(moved.x())));
  hand().doubleClick(middle());
  QTRY_COMPARE(canvas().pictureRect(), fitted);
  QCOMPARE(bench().latent(), loom::model::LatentState{});
}

void WindowViewTest::pixelsAreShownAsTheyAre() {
  QVERIFY(bench().show());
  const auto coloursInRow = [&] {
    const QImage picture = bench().picture();
    QSet<QRgb> colours;
    for (int x = 0; x < picture.width(); ++x) {
      colours << picture.pixel(x, picture.height() / 3);
    }
    return colours.size();
  };
  QVERIFY(canvas().view().smooth);
  QVERIFY(coloursInRow() > 64);
  hand().key(Qt::Key_N);
  QVERIFY(!canvas().view().smooth);
  QVERIFY(hand().settle());
  QVERIFY2(coloursInRow() <= 64, "a row of 64 pixels has more colours than pixels");
  hand().click(bench().control(QStringLiteral("smooth")).center());
  QTRY_VERIFY(canvas().view().smooth);
  QVERIFY(bench().window().action(ActionId::Smooth)->isChecked());
}

void WindowViewTest::thePixelUnderThePointerIsTold() {
  QVERIFY(bench().show());
  QSignalSpy told(&canvas(), &ExplorerCanvas::readoutChanged);
  const QRectF picture = canvas().pictureRect();
  const QPointF place = picture.topLeft() + QPointF(20.5 / 64 * picture.width(), 33.5 / 64 * picture.height());
  hand().moveTo(place.toPoint());
  QTRY_VERIFY(!told.isEmpty());
  const auto* pixel = canvas().frame()->pixels.data + (33 * 64 + 20) * 4;
  const QString text = told.last().first().toString();
  QVERIFY2(text.startsWith(QStringLiteral("20, 33")), qPrintable(text));
  QVERIFY2(text.contains(QStringLiteral("%1 %2 %3").arg(pixel[0]).arg(pixel[1]).arg(pixel[2])), qPrintable(text));
  hand().moveTo(bench().control(QStringLiteral("shuffle")).center());
  QTRY_VERIFY(told.last().first().toString().isEmpty());
}

void WindowViewTest::allShortcutsAreListed() {
  QVERIFY(bench().show());
  QStringList texts;
  QVERIFY(bench().withDialog([this] { hand().key(Qt::Key_Question); },
                             [&](QDialog& dialog) {
                               for (auto* label : dialog.findChildren<QLabel*>()) {
                                 texts << label->text();
                               }
                             }));
  for (const char* text : {"Shuffle the seed", "R", "Random walk", "Space", "Save picture", "Full screen", "Undo"}) {
    QVERIFY2(texts.contains(QString::fromLatin1(text)), text);
  }
  // Behind the dialog the window has the keyboard again. There is no window manager here that would give it at once.
  bench().window().activateWindow();
  QTRY_VERIFY_WITH_TIMEOUT(bench().window().isActiveWindow(), loom::test::kPatienceMs);
  hand().key(Qt::Key_BracketRight);
  QTRY_COMPARE(bench().latent().seed, 43U);
}

/// With the first picture that the CPU makes in its place; a person who closed the sentence is not told again.
void WindowViewTest::aFullGpuIsTold() {
  QVERIFY(bench().show());
  const QString device = QString::fromStdString(loom::model::computeDevice().name);
  auto* status = bench().window().findChild<loom::ui::StatusLine*>();
  QVERIFY(status->text().contains(device));
  loom::model::tellDeviceNews("The GPU's memory is full: from now on the CPU makes the pictures.");
  QVERIFY(bench().message().isEmpty());
  hand().key(Qt::Key_BracketRight);
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().sees(QStringLiteral("memory is full")));
  QVERIFY(!status->text().contains(device));
  bench().window().findChild<loom::ui::MessageBar*>()->hide();
  hand().key(Qt::Key_BracketRight);
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().message().isEmpty());
}

void WindowViewTest::instrumentsComeAndGoByTheirKeys() {
  QVERIFY(bench().show());
  const std::pair<Qt::Key, const char*> keys[] = {{Qt::Key_W, "Wall"}, {Qt::Key_T, "Timeline"}, {Qt::Key_X, "Mixing grid"}, {Qt::Key_M, "Map"}};
  QMenu* menu = nullptr;
  for (QAction* action : bench().window().menuBar()->actions()) {
    menu = action->text() == QStringLiteral("&Instruments") ? action->menu() : menu;
  }
  QVERIFY(menu);
  for (const auto& [key, title] : keys) {
    const auto actions = menu->actions();
    const auto it = std::find_if(actions.begin(), actions.end(), [&](QAction* action) { return action->text() == QLatin1String(title); });
    QVERIFY2(it != actions.end(), title);
    QVERIFY(!(*it)->isChecked());
    hand().key(key);
    QVERIFY2((*it)->isChecked(), title);
  }
  // Each came before those that were there.
  QVERIFY(hand().settle());
  QVERIFY(!canvas().controlRect(QStringLiteral("mapdraw")).isEmpty());
  hand().key(Qt::Key_W);
  hand().key(Qt::Key_W);
  QVERIFY(hand().settle());
  QVERIFY(!canvas().controlRect(QStringLiteral("walldice")).isEmpty());
  QVERIFY(canvas().controlRect(QStringLiteral("mapdraw")).isEmpty());
  for (const auto& [key, title] : keys) {
    hand().key(key);
  }
  QVERIFY(hand().settle());
  QVERIFY(canvas().controlRect(QStringLiteral("walldice")).isEmpty());
}

void WindowViewTest::fullScreenIsThePictureAlone() {
  QVERIFY(bench().show());
  QVERIFY(bench().window().menuBar()->isVisible());
  QVERIFY(!canvas().controlRect(QStringLiteral("shuffle")).isEmpty());
  hand().key(Qt::Key_F);
  QTRY_VERIFY(bench().window().isFullScreen());
  QVERIFY(hand().settle());
  QVERIFY(!bench().window().menuBar()->isVisible());
  QVERIFY(!bench().window().statusLine().isVisible());
  QVERIFY(canvas().controlRect(QStringLiteral("shuffle")).isEmpty());
  QVERIFY(qAbs(canvas().pictureRect().center().x() - canvas().width() / 2.0) < 2.0);
  hand().key(Qt::Key_BracketRight);  // shortcuts work without the menu bar
  QCOMPARE(bench().latent().seed, 43U);
  hand().key(Qt::Key_F);
  QTRY_VERIFY(!bench().window().isFullScreen());
  QVERIFY(hand().settle());
  QVERIFY(bench().window().menuBar()->isVisible());
  QVERIFY(!canvas().controlRect(QStringLiteral("shuffle")).isEmpty());
}

void WindowViewTest::lightAndDarkChangeTheGround() {
  QVERIFY(bench().show());
  const QRectF picture = canvas().pictureRect();
  const QPoint ground(static_cast<int>(picture.center().x()), static_cast<int>(picture.top()) - 8);
  QCOMPARE(onScreen(ground), loom::ui::toQColor(loom::ui::kDarkPalette.ground));
  menuAction(QStringLiteral("&Light"))->trigger();
  QVERIFY(hand().settle());
  QCOMPARE(onScreen(ground), loom::ui::toQColor(loom::ui::kLightPalette.ground));
  QCOMPARE(QApplication::palette().color(QPalette::Window), loom::ui::toQColor(loom::ui::kLightPalette.panel));
  bench().startAnew();
  QVERIFY(bench().show());
  QCOMPARE(onScreen(ground), loom::ui::toQColor(loom::ui::kLightPalette.ground));
  QVERIFY(menuAction(QStringLiteral("&Light"))->isChecked());
  menuAction(QStringLiteral("&Dark"))->trigger();
  QVERIFY(hand().settle());
  QCOMPARE(onScreen(ground), loom::ui::toQColor(loom::ui::kDarkPalette.ground));
}

void WindowViewTest::panelsAndSettingsAreRemembered() {
  QVERIFY(bench().show());
  bench().window().resize(1200, 760);
  hand().key(Qt::Key_N);
  canvas().panelActions().at(2)->setChecked(false);
  QVERIFY(hand().settle());
  QVERIFY(canvas().controlRect(QStringLiteral("pin")).isEmpty());
  bench().startAnew();
  QVERIFY(bench().show());
  QCOMPARE(bench().window().size(), QSize(1200, 760));
  QVERIFY(!canvas().view().smooth);
  QVERIFY(!canvas().panelActions().at(2)->isChecked());
  QVERIFY(canvas().controlRect(QStringLiteral("pin")).isEmpty());
  QVERIFY(!canvas().controlRect(QStringLiteral("shuffle")).isEmpty());
  QCOMPARE(QSettings().value(QStringLiteral("lastCheckpoint")).toString(), WindowBench::bundled());
}

void WindowViewTest::aMovedPanelStaysWhereItWasPut() {
  QVERIFY(bench().show());
  const int edge = bench().control(QStringLiteral("strip")).right();
  // The seam between the panel and the picture, some pixels right of the panel's controls.
  QPoint seam;
  for (int x = edge; x < edge + 40 && seam.isNull(); ++x) {
    hand().moveTo({x, canvas().height() / 2});
    if (canvas().cursor().shape() == Qt::SizeHorCursor) {
      seam = {x + 1, canvas().height() / 2};
    }
  }
  QVERIFY2(!seam.isNull(), "no seam to take hold of");
  hand().drag({seam, seam + QPoint(60, 0)});
  QVERIFY(hand().settle());
  const int wider = bench().control(QStringLiteral("strip")).right();
  QVERIFY2(qAbs(wider - edge - 60) < 5, qPrintable(QString::number(wider - edge)));
  bench().startAnew();
  QVERIFY(bench().show());
  QCOMPARE(bench().control(QStringLiteral("strip")).right(), wider);
  menuAction(QStringLiteral("Reset the &layout"))->trigger();
  QVERIFY(hand().settle());
  QCOMPARE(bench().control(QStringLiteral("strip")).right(), edge);
}

void WindowViewTest::damagedSettingsDoNoHarm() {
  bench().startAnew([] {
    QSettings settings;
    settings.setValue(QStringLiteral("geometry"), QByteArray("nonsense"));
    settings.setValue(QStringLiteral("view/layout"), QByteArray("[Window][\nPos=zz\n[Docking][Data]\nDockNode ID=1"));
    settings.setValue(QStringLiteral("appearance"), QStringLiteral("purple"));
    settings.setValue(QStringLiteral("walk/secondsPerSeed"), -3);
    settings.setValue(QStringLiteral("save/scale"), 4000);
  });
  QVERIFY(bench().show());
  QVERIFY(!canvas().controlRect(QStringLiteral("shuffle")).isEmpty());
  QVERIFY(!bench().picture().isNull());
}

void WindowViewTest::aSmallWindowKeepsItsPicture() {
  QVERIFY(bench().show());
  bench().window().resize(bench().window().minimumSize());
  QVERIFY(hand().settle());
  QVERIFY2(canvas().pictureRect().width() > 150.0, qPrintable(QString::number(canvas().pictureRect().width())));
  QVERIFY(canvas().rect().contains(canvas().pictureRect().toRect()));
  bench().window().resize(1360, 880);
  QVERIFY(hand().settle());
  QVERIFY(!canvas().controlRect(QStringLiteral("pin")).isEmpty());
}

void WindowViewTest::hintsShowAtTheFirstStartAndGo() {
  bench().startAnew([] { QSettings().remove(QStringLiteral("view/hintsSeen")); });
  QVERIFY(bench().show());
  const QRect shuffle = bench().control(QStringLiteral("shuffle"));
  const QPoint bubble(shuffle.right() + 20, shuffle.center().y());
  const QColor accent = loom::ui::toQColor(loom::ui::kDarkPalette.accent);
  QCOMPARE(onScreen(bubble), accent);
  hand().drag({bench().onTrack(QStringLiteral("z0"), 0.5), bench().onTrack(QStringLiteral("z0"), 0.8)});
  QVERIFY(hand().settle());
  QVERIFY(onScreen(bubble) != accent);
  bench().startAnew();
  QVERIFY(bench().show());
  QVERIFY(onScreen(bubble) != accent);
}

void WindowViewTest::atRestNothingIsDrawn() {
  QVERIFY(bench().show());
  hand().drag({bench().onTrack(QStringLiteral("z0"), 0.5), bench().onTrack(QStringLiteral("z0"), 0.8)});
  hand().moveTo(canvas().rect().center());
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
  QSignalSpy painted(&canvas(), &ExplorerCanvas::framePainted);
  QVERIFY2(!painted.wait(500), "a frame was drawn though nothing happened");
}

void WindowViewTest::closingWhileTheWalkPlays() {
  QVERIFY(bench().show());
  hand().key(Qt::Key_Space);
  QSignalSpy presented(&canvas(), &ExplorerCanvas::framePresented);
  QVERIFY(presented.wait(loom::test::kPatienceMs));
  bench().startAnew();
  QVERIFY(bench().show());
  QVERIFY(!bench().explorer().walking());
}

QTEST_MAIN(WindowViewTest)
#include "window_view_test.moc"
