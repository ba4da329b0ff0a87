// The gallery in the real window: pictures are kept, found, rated, named, brought back, removed and not lost.
#include "tests/app/gallery/some_entries.h"
#include "tests/ui/small_files.h"
#include "tests/ui/window_bench.h"
#include "ui/shell/gallery_grid.h"
#include "ui/shell/gallery_list.h"
#include "ui/shell/gallery_panel.h"
#include "ui/shell/status_line.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QToolButton>
#include <QWindow>
#include <QtTest>

using loom::model::LatentState;
using loom::test::Hand;
using loom::test::kPatienceMs;
using loom::test::WindowBench;
using loom::ui::ActionId;
using loom::ui::GalleryId;
using loom::ui::GalleryList;
using loom::ui::GalleryPanel;

class WindowGalleryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_bench = std::make_unique<WindowBench>(); }
  void cleanup() { m_bench.reset(); }

  void anEmptyGallerySaysWhatToDo();
  void aPictureIsKeptAndBroughtBack();
  void whatWasMadeOfItKnowsIt();
  void ratingTagsAndNotes();
  void theTimeIsChosen();
  void removedAndTakenBack();
  void theModelIsOpenedForIt();
  void aModelThatIsNotAtHandIsTold();
  void aDamagedGalleryIsToldAndGoesOn();
  void aGalleryOfANewerVersionIsTold();
  void itScrollsThroughAHundredThousand();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  GalleryPanel& panel() { return m_bench->window().gallery(); }
  GalleryList& list() { return panel().list(); }
  template <typename Widget>
  Widget* field(const char* name) {
    return panel().findChild<Widget*>(QStringLiteral("gallery.") + QLatin1String(name));
  }
  /// A new seed, seen and kept; true when the gallery has it.
  bool keep(std::uint32_t seed) {
    bench().explorer().takeSeed(seed);
    const int before = m_kept;
    const auto counter =
        connect(&bench().services().gallery(), &loom::ui::GalleryService::kept, this, [this] { ++m_kept; });
    const bool seen = bench().seesNewest();
    pressK();
    const bool kept = QTest::qWaitFor([&] { return m_kept > before; }, kPatienceMs);
    disconnect(counter);
    return seen && kept;
  }
  /// Without waiting for frames: keeping draws nothing.
  void pressK() { QTest::keyClick(bench().window().windowHandle(), Qt::Key_K); }
  bool lists(int count) {
    return QTest::qWaitFor([&] { return list().rowCount() == count; }, kPatienceMs);
  }
  QPoint cell(int row) { return panel().grid().visualRect(list().index(row)).center(); }
  void clickCell(int row, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mouseClick(panel().grid().viewport(), Qt::LeftButton, modifiers, cell(row));
  }
  void doubleClickCell(int row) {
    clickCell(row);
    QTest::mouseDClick(panel().grid().viewport(), Qt::LeftButton, {}, cell(row));
    QTest::mouseRelease(panel().grid().viewport(), Qt::LeftButton, {}, cell(row));
  }
  bool showsDetails() {
    return QTest::qWaitFor([&] { return field<QLineEdit>("tags")->isVisible(); }, kPatienceMs);
  }
  void search(const QString& words) { field<QLineEdit>("search")->setText(words); }
  /// A picture of the window for those who look at them: LOOM_TEST_PICTURES is a folder.
  void look(const char* name) {
    if (const QString folder = qEnvironmentVariable("LOOM_TEST_PICTURES"); !folder.isEmpty()) {
      QVERIFY(hand().settle());
      QImage image = bench().window().grab().toImage();
      QPainter painter(&image);
      painter.drawImage(bench().canvas().mapTo(&bench().window(), QPoint()), bench().canvas().grabFramebuffer());
      painter.end();
      QVERIFY(image.save(folder + QStringLiteral("/gallery-") + QLatin1String(name) + QStringLiteral(".png")));
    }
  }

  std::unique_ptr<WindowBench> m_bench;
  int m_kept = 0;
};

void WindowGalleryTest::anEmptyGallerySaysWhatToDo() {
  QVERIFY(bench().show());
  QVERIFY(!panel().isVisible());
  hand().key(Qt::Key_G);
  QVERIFY(panel().isVisible());
  QVERIFY(bench().window().action(ActionId::ShowGallery)->isChecked());
  QTRY_VERIFY_WITH_TIMEOUT(field<QLabel>("empty")->text().contains(QStringLiteral("Press K")), kPatienceMs);
  QVERIFY(field<QLabel>("empty")->isVisible());
  look("empty");
  // The hand stays where K keeps. A letter that is typed into the search is no shortcut.
  QVERIFY(bench().canvas().hasFocus());
  field<QLineEdit>("search")->setFocus();
  QTest::keyClick(field<QLineEdit>("search"), Qt::Key_G);
  QCOMPARE(field<QLineEdit>("search")->text(), QStringLiteral("g"));
  QVERIFY(panel().isVisible());
}

void WindowGalleryTest::aPictureIsKeptAndBroughtBack() {
  QVERIFY(bench().show());
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  LatentState state = bench().latent();
  state.seed = 77;
  state.edits[3] = 1.75F;
  bench().explorer().edit(state, QStringLiteral("test"));
  QVERIFY(bench().seesNewest());
  const QImage picture = bench().picture();
  pressK();
  QVERIFY(lists(1));
  QTRY_VERIFY_WITH_TIMEOUT(bench().window().statusLine().text().contains(QStringLiteral("kept in the gallery")),
                           kPatienceMs);
  QTRY_VERIFY_WITH_TIMEOUT(list().thumbAt(0) != nullptr, kPatienceMs);
  QCOMPARE(list().thumbAt(0)->picture.size(), QSize(64, 64));

  bench().explorer().takeSeed(5);
  QVERIFY(bench().seesNewest());
  doubleClickCell(0);
  QTRY_COMPARE_WITH_TIMEOUT(bench().latent(), state, kPatienceMs);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), picture);
  // The next start of the program finds it too, and the dock where it was.
  bench().startAnew();
  QVERIFY(bench().show());
  QVERIFY(panel().isVisible());
  QVERIFY(lists(1));
  bench().canvas().setFocus();
  panel().grid().setFocus();
  panel().grid().setCurrentIndex(list().index(0));
  QTest::keyClick(&panel().grid(), Qt::Key_Return);
  QTRY_COMPARE_WITH_TIMEOUT(bench().latent(), state, kPatienceMs);
  QVERIFY(bench().seesNewest());
  QCOMPARE(bench().picture(), picture);
}

void WindowGalleryTest::whatWasMadeOfItKnowsIt() {
  QVERIFY(bench().show());
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  QVERIFY(keep(7));
  QVERIFY(lists(1));
  bench().explorer().takeSeed(400);
  doubleClickCell(0);
  QTRY_COMPARE_WITH_TIMEOUT(bench().latent().seed, 7U, kPatienceMs);
  LatentState state = bench().latent();
  state.edits[0] = 2.0F;
  bench().explorer().edit(state, QStringLiteral("test"));
  QVERIFY(bench().seesNewest());
  bench().canvas().setFocus();
  pressK();
  QVERIFY(lists(2));
  clickCell(0);
  QVERIFY(showsDetails());
  QVERIFY2(field<QLabel>("facts")->text().contains(QStringLiteral("made from another")),
           qPrintable(field<QLabel>("facts")->text()));
  bench().canvas().setFocus();
  QVERIFY(keep(8));  // another seed has nothing of it
  QVERIFY(lists(3));
  clickCell(0);
  QTRY_VERIFY_WITH_TIMEOUT(field<QLabel>("facts")->text().contains(QStringLiteral("seed 8")), kPatienceMs);
  QVERIFY(!field<QLabel>("facts")->text().contains(QStringLiteral("made from")));
}

void WindowGalleryTest::ratingTagsAndNotes() {
  QVERIFY(bench().show());
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  for (const std::uint32_t seed : {3U, 11U, 12U, 25U, 31U}) {
    QVERIFY(keep(seed));
  }
  QVERIFY(lists(5));
  clickCell(4);
  QVERIFY(showsDetails());
  panel().grid().setFocus();
  const double zoomBefore = bench().canvas().pictureRect().width();
  QTest::keyClick(&panel().grid(), Qt::Key_4);
  QTest::keyClick(&panel().grid(), Qt::Key_1);
  QTRY_VERIFY_WITH_TIMEOUT(list().thumbAt(4) && list().thumbAt(4)->rating == 1, kPatienceMs);
  QCOMPARE(bench().canvas().pictureRect().width(), zoomBefore);  // 1 is the original size everywhere else
  QTest::keyClick(&panel().grid(), Qt::Key_5);
  auto* tags = field<QLineEdit>("tags");
  tags->setFocus();
  QTest::keyClicks(tags, QStringLiteral("laughing, yellow face, laughing"));
  QTest::keyClick(tags, Qt::Key_Return);
  auto* notes = field<QPlainTextEdit>("notes");
  notes->setFocus();
  QTest::keyClicks(notes, QStringLiteral("for the poster"));
  clickCell(0);  // elsewhere: what was typed is kept
  QTRY_VERIFY_WITH_TIMEOUT(tags->text().isEmpty() && notes->toPlainText().isEmpty(), kPatienceMs);
  clickCell(4);
  QTRY_COMPARE_WITH_TIMEOUT(tags->text(), QStringLiteral("laughing, yellow face"), kPatienceMs);
  QCOMPARE(notes->toPlainText(), QStringLiteral("for the poster"));
  // What was typed last is there after the window was closed.
  notes->setFocus();
  notes->setPlainText(QString());
  QTest::keyClicks(notes, QStringLiteral("for the poster of May"));
  bench().startAnew();
  QVERIFY(bench().show());
  QVERIFY(lists(5));
  search(QStringLiteral("May"));
  QVERIFY(lists(1));
  search(QStringLiteral("poster yell"));
  QVERIFY(lists(1));
  QTRY_VERIFY_WITH_TIMEOUT(list().thumbAt(0) && list().thumbAt(0)->rating == 5, kPatienceMs);
  search(QStringLiteral("nonsense"));
  QVERIFY(lists(0));
  QTRY_VERIFY(field<QLabel>("empty")->text().contains(QStringLiteral("No picture fits")));
  search(QString());
  QVERIFY(lists(5));
  clickCell(4);
  QVERIFY(showsDetails());
  look("rated");
  QTest::mouseClick(field<QToolButton>("alike"), Qt::LeftButton);
  const GalleryId asked = list().idAt(4);
  QTRY_VERIFY_WITH_TIMEOUT(list().idAt(0) == asked && field<QToolButton>("all")->isVisible(), kPatienceMs);
  QCOMPARE(list().rowCount(), 5);
  look("alike");
  QTest::mouseClick(field<QToolButton>("all"), Qt::LeftButton);
  QTRY_VERIFY_WITH_TIMEOUT(list().idAt(4) == asked, kPatienceMs);
}

void WindowGalleryTest::theTimeIsChosen() {
  constexpr int kOld = 20;  // of years ago
  loom::test::fillGallery(bench().file(QStringLiteral("gallery")), kOld, 8);
  QVERIFY(bench().show());
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  QVERIFY(keep(7));
  QVERIFY(lists(kOld + 1));
  field<QComboBox>("time")->setCurrentIndex(1);
  QVERIFY(lists(1));
  field<QComboBox>("time")->setCurrentIndex(0);
  QVERIFY(lists(kOld + 1));
}

void WindowGalleryTest::removedAndTakenBack() {
  QVERIFY(bench().show());
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    QVERIFY(keep(seed));
  }
  QVERIFY(lists(3));
  clickCell(0);
  clickCell(1, Qt::ShiftModifier);
  QCOMPARE(panel().grid().selectedIds().size(), std::size_t(2));
  QTest::keyClick(&panel().grid(), Qt::Key_Delete);
  QVERIFY(lists(1));
  QVERIFY2(field<QLabel>("foot")->text().contains(QStringLiteral("2 removed")),
           qPrintable(field<QLabel>("foot")->text()));
  Q_EMIT field<QLabel>("foot")->linkActivated(QStringLiteral("undo"));
  QVERIFY(lists(3));
}

void WindowGalleryTest::theModelIsOpenedForIt() {
  const QString path = loom::test::writeSmallDcgan(bench().file(QStringLiteral("small.safetensors")));
  QVERIFY(bench().show(path));
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  QVERIFY(keep(9));
  QVERIFY(lists(1));
  QVERIFY(bench().drop({WindowBench::bundled()}));
  QVERIFY(bench().loaded());
  doubleClickCell(0);
  QTRY_VERIFY_WITH_TIMEOUT(bench().explorer().openModel()->path().filename() == "small.safetensors", kPatienceMs);
  QVERIFY(bench().loaded());
  QCOMPARE(bench().latent().seed, 9U);
}

void WindowGalleryTest::aModelThatIsNotAtHandIsTold() {
  const QString path = loom::test::writeSmallDcgan(bench().file(QStringLiteral("small.safetensors")));
  QVERIFY(bench().show(path));
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  QVERIFY(keep(9));
  QVERIFY(lists(1));
  QVERIFY(bench().drop({WindowBench::bundled()}));
  QVERIFY(bench().loaded());
  const QString elsewhere = bench().file(QStringLiteral("elsewhere.safetensors"));
  QVERIFY(QFile::rename(path, elsewhere));
  doubleClickCell(0);
  QVERIFY(bench().sees(QStringLiteral("small.safetensors, which is not at hand")));
  QVERIFY(bench().drop({elsewhere}));
  QTRY_COMPARE_WITH_TIMEOUT(bench().latent().seed, 9U, kPatienceMs);
}

void WindowGalleryTest::aDamagedGalleryIsToldAndGoesOn() {
  QVERIFY(bench().show());
  hand().key(Qt::Key_G);
  bench().canvas().setFocus();
  QVERIFY(keep(1));
  QVERIFY(keep(2));
  bench().startAnew(
      [&] { loom::test::writeBytes(bench().file(QStringLiteral("gallery/gallery.sqlite")), QByteArray(9000, 'x')); });
  QVERIFY(bench().show());
  QVERIFY(bench().sees(QStringLiteral("2 pictures are in a new one")));
  QVERIFY(lists(2));
  bench().canvas().setFocus();
  QVERIFY(keep(3));
  QVERIFY(lists(3));
}

void WindowGalleryTest::aGalleryOfANewerVersionIsTold() {
  {
    const loom::app::Gallery make(bench().file(QStringLiteral("gallery")));
    const loom::app::GalleryDatabase future(bench().file(QStringLiteral("gallery/gallery.sqlite")));
    future.run(QStringLiteral("PRAGMA user_version = 99"));
  }
  QVERIFY(bench().show());
  pressK();
  QVERIFY(bench().sees(QStringLiteral("newer version of Latent Loom")));
  hand().key(Qt::Key_G);
  QTRY_VERIFY_WITH_TIMEOUT(field<QLabel>("empty")->text().contains(QStringLiteral("newer version")), kPatienceMs);
}

void WindowGalleryTest::itScrollsThroughAHundredThousand() {
  constexpr int kCount = 100'000;
  loom::test::fillGallery(bench().file(QStringLiteral("gallery")), kCount, 8);
  QVERIFY(bench().show());
  hand().key(Qt::Key_G);
  QVERIFY(lists(kCount));
  auto& grid = panel().grid();
  const auto allSeen = [&] {
    const int first = grid.indexAt(QPoint(5, 5)).row();
    const int last = grid.indexAt(QPoint(5, grid.viewport()->height() - 5)).row();
    for (int row = first; row <= (last < 0 ? list().rowCount() - 1 : last); ++row) {
      if (!list().thumbAt(row)) {
        return false;
      }
    }
    return first >= 0;
  };
  QTRY_VERIFY_WITH_TIMEOUT(allSeen(), kPatienceMs);
  for (const double share : {0.2, 0.9, 0.5, 1.0}) {
    grid.verticalScrollBar()->setValue(static_cast<int>(share * grid.verticalScrollBar()->maximum()));
    QTRY_VERIFY_WITH_TIMEOUT(allSeen(), kPatienceMs);
  }
  QCOMPARE(list().idAt(grid.indexAt(cell(kCount - 1)).row()), GalleryId(1));  // the oldest is the last
  look("many");
  grid.setCurrentIndex(list().index(kCount - 1));
  QTest::keyClick(&grid, Qt::Key_Home);
  QCOMPARE(grid.currentIndex().row(), 0);
  QCOMPARE(grid.verticalScrollBar()->value(), 0);
  QTest::keyClick(&grid, Qt::Key_A, Qt::ControlModifier);
  QCOMPARE(grid.selectedIds().size(), std::size_t(kCount));
}

QTEST_MAIN(WindowGalleryTest)
#include "window_gallery_test.moc"
