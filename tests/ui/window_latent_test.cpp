// The hand in the latent space: every control of the panel, driven by the mouse and the keyboard in the real window.
#include "tests/ui/window_bench.h"

#include <QSignalSpy>
#include <QtTest>

using loom::model::LatentState;
using loom::model::PadPosition;
using loom::test::Hand;
using loom::test::WindowBench;
using loom::ui::ActionId;
using loom::ui::Explorer;

class WindowLatentTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void cleanup() { m_bench.reset(); }

  void aSliderMovesThePicture();
  void everyDragIsOneStepOfUndo();
  void nudgesAreNoPartOfTheDragThatFollows();
  void theSeedIsTyped();
  void theSeedIsSteppedAndShuffled();
  void aLockedDimensionSurvivesTheShuffle();
  void aStrokeAcrossTheStripPaintsManyDimensions();
  void thePadIsDraggedAndGoesBack();
  void everyDimensionIsFoundByItsIndex();
  void aValueIsTyped();
  void rightClickResetsOneDimension();
  void resetLeavesTheSeed();
  void theBlendLeadsToTheSecondSeed();
  void theWalkPlaysAndStops();
  void tabAndArrowsMoveASlider();

 private:
  WindowBench& bench() { return *m_bench; }
  Hand& hand() { return m_bench->hand(); }
  const LatentState& latent() { return m_bench->latent(); }
  void undo() { hand().key(Qt::Key_Z, Qt::ControlModifier); }
  void redo() { hand().key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier); }
  void dragSlider(const QString& id, double from, double to) {
    hand().drag({bench().onTrack(id, from), bench().onTrack(id, to)});
  }
  void typeInto(const QString& id, const QString& text) {
    hand().click(bench().control(id).center());
    hand().type(text);
    hand().key(Qt::Key_Return);
  }

  std::unique_ptr<WindowBench> m_bench;
};

void WindowLatentTest::init() {
  m_bench = std::make_unique<WindowBench>();
  QVERIFY(bench().show());
  QCOMPARE(latent(), LatentState{});
}

void WindowLatentTest::aSliderMovesThePicture() {
  const QImage before = bench().picture();
  QVERIFY(!before.isNull());
  QCOMPARE(bench().picture(), before);
  dragSlider(QStringLiteral("z0"), 0.5, 1.0);
  QVERIFY(bench().seesNewest());
  QCOMPARE(latent().edits.at(0), 3.0F);
  QCOMPARE(bench().explorer().z().at(0), 3.0F);
  const QImage after = bench().picture();
  QCOMPARE(after.size(), before.size());
  QVERIFY2(after != before, "the picture did not follow the slider");
  dragSlider(QStringLiteral("z0"), 1.0, 0.0);
  QVERIFY(bench().seesNewest());
  QCOMPARE(latent().edits.at(0), -3.0F);
  QVERIFY(bench().picture() != after);
}

void WindowLatentTest::everyDragIsOneStepOfUndo() {
  const LatentState start = latent();
  const QImage startPicture = bench().picture();
  dragSlider(QStringLiteral("z1"), 0.2, 0.9);
  const LatentState first = latent();
  dragSlider(QStringLiteral("z1"), 0.9, 0.4);
  const LatentState second = latent();
  dragSlider(QStringLiteral("z2"), 0.5, 0.7);
  const LatentState third = latent();
  QCOMPARE(bench().explorer().undoStack().count(), 3);
  undo();
  QCOMPARE(latent(), second);
  undo();
  QCOMPARE(latent(), first);
  undo();
  QCOMPARE(latent(), start);
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
  QCOMPARE(bench().picture(), startPicture);
  QVERIFY(!bench().window().action(ActionId::Undo)->isEnabled());
  redo();
  redo();
  redo();
  QCOMPARE(latent(), third);
  QVERIFY(!bench().window().action(ActionId::Redo)->isEnabled());
}

void WindowLatentTest::nudgesAreNoPartOfTheDragThatFollows() {
  hand().wheel(bench().onTrack(QStringLiteral("z3"), 0.5), 1.0, Qt::ControlModifier);
  const LatentState nudged = latent();
  QCOMPARE(nudged.edits.size(), std::size_t(1));
  dragSlider(QStringLiteral("z4"), 0.5, 0.9);
  undo();
  QCOMPARE(latent(), nudged);
  hand().wheel(bench().onTrack(QStringLiteral("z5"), 0.5), -1.0, Qt::ControlModifier);
  QCOMPARE(latent().edits.size(), std::size_t(2));
  undo();
  QCOMPARE(latent(), nudged);
}

void WindowLatentTest::theSeedIsTyped() {
  const QImage before = bench().picture();
  typeInto(QStringLiteral("##seed"), QStringLiteral("2024"));
  QTRY_COMPARE(latent().seed, 2024U);
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().picture() != before);
  undo();
  QCOMPARE(latent().seed, 42U);
  typeInto(QStringLiteral("##seed"), QStringLiteral("4294967295"));  // the largest that RandomState takes
  QTRY_COMPARE(latent().seed, 4294967295U);
  typeInto(QStringLiteral("##seed"), QStringLiteral("0"));
  QTRY_COMPARE(latent().seed, 0U);
}

void WindowLatentTest::theSeedIsSteppedAndShuffled() {
  hand().click(bench().control(QStringLiteral("next")).center());
  QTRY_COMPARE(latent().seed, 43U);
  hand().click(bench().control(QStringLiteral("previous")).center());
  QTRY_COMPARE(latent().seed, 42U);
  hand().key(Qt::Key_BracketLeft);
  QTRY_COMPARE(latent().seed, 41U);
  hand().key(Qt::Key_BracketRight);
  QTRY_COMPARE(latent().seed, 42U);
  // A shuffle may hit the same number, once in a million.
  hand().click(bench().control(QStringLiteral("shuffle")).center());
  QTRY_VERIFY(latent().seed != 42U);
  const auto shuffled = latent().seed;
  hand().key(Qt::Key_R);
  QTRY_VERIFY(latent().seed != shuffled);
  undo();
  QCOMPARE(latent().seed, shuffled);
  undo();
  QCOMPARE(latent().seed, 42U);
}

void WindowLatentTest::aLockedDimensionSurvivesTheShuffle() {
  dragSlider(QStringLiteral("z0"), 0.5, 0.8);
  dragSlider(QStringLiteral("z1"), 0.5, 0.8);
  const float kept = latent().edits.at(0);
  hand().click(bench().control(QStringLiteral("z0.lock")).center());
  QTRY_VERIFY(latent().locks.contains(0));
  hand().key(Qt::Key_R);
  QTRY_VERIFY(latent().seed != 42U);
  QCOMPARE(latent().edits, (std::map<int, float>{{0, kept}}));
  QCOMPARE(bench().explorer().z().at(0), kept);
  // A locked slider does not move.
  dragSlider(QStringLiteral("z0"), 0.8, 0.1);
  QCOMPARE(latent().edits.at(0), kept);
  hand().click(bench().control(QStringLiteral("z0.lock")).center());
  QTRY_VERIFY(latent().locks.empty());
  hand().key(Qt::Key_R);
  QTRY_VERIFY(latent().edits.empty());
}

void WindowLatentTest::aStrokeAcrossTheStripPaintsManyDimensions() {
  const LatentState start = latent();
  const auto count = static_cast<int>(bench().explorer().z().size());
  const QRect strip = bench().control(QStringLiteral("strip"));
  const QPoint upperLeft(strip.left() + 3, strip.top() + 4);
  const QPoint lowerRight(strip.right() - 3, strip.bottom() - 4);
  hand().drag({upperLeft, lowerRight}, 3);  // a quick hand: only three moves for all dimensions
  QCOMPARE(static_cast<int>(latent().edits.size()), count);
  QVERIFY(latent().edits.at(0) > 2.0F);
  QVERIFY(latent().edits.at(count - 1) < -2.0F);
  for (int i = 1; i < count; ++i) {
    QVERIFY2(latent().edits.at(i) <= latent().edits.at(i - 1), "the stroke is not straight");
  }
  undo();
  QCOMPARE(latent(), start);
}

void WindowLatentTest::thePadIsDraggedAndGoesBack() {
  const QRect pad = bench().control(QStringLiteral("pad"));
  const QImage before = bench().picture();
  hand().drag({pad.center(), {pad.left() + pad.width() * 3 / 4, pad.top() + pad.height() / 4}});
  QVERIFY(qAbs(latent().pad.x - 0.5F) < 0.05F && qAbs(latent().pad.y - 0.5F) < 0.05F);
  QVERIFY(bench().seesNewest());
  QVERIFY(bench().picture() != before);
  hand().drag({pad.center(), {pad.right() + 200, pad.top() - 30}});
  QCOMPARE(latent().pad, (PadPosition{1.0F, 1.0F}));
  hand().doubleClick(pad.center() + QPoint(20, 10));
  QTRY_COMPARE(latent().pad, PadPosition{});
  undo();
  QCOMPARE(latent().pad, (PadPosition{1.0F, 1.0F}));
}

void WindowLatentTest::everyDimensionIsFoundByItsIndex() {
  const auto last = static_cast<int>(bench().explorer().z().size()) - 1;
  const QString id = QStringLiteral("z%1").arg(last);
  QVERIFY2(bench().canvas().controlRect(id).isEmpty(), "all dimensions fit one page: the search is not needed");
  typeInto(QStringLiteral("find"), QString::number(last));
  QTRY_VERIFY(!bench().canvas().controlRect(id).isEmpty());
  dragSlider(id, 0.5, 0.9);
  QCOMPARE(latent().edits.size(), std::size_t(1));
  QVERIFY(latent().edits.at(last) > 2.0F);
  typeInto(QStringLiteral("find"), QStringLiteral("100000"));  // there is none: the page stays
  QVERIFY(hand().settle());
  QVERIFY(!bench().canvas().controlRect(id).isEmpty());
  // Page by page round to the first.
  hand().click(bench().control(QStringLiteral("pageforward")).center());
  QTRY_VERIFY(!bench().canvas().controlRect(QStringLiteral("z0")).isEmpty());
  hand().click(bench().control(QStringLiteral("pageback")).center());
  QTRY_VERIFY(!bench().canvas().controlRect(id).isEmpty());
}

void WindowLatentTest::aValueIsTyped() {
  const auto typing = [&] { return bench().canvas().testAttribute(Qt::WA_InputMethodEnabled); };
  hand().doubleClick(bench().control(QStringLiteral("z0.number")).center());
  QTRY_VERIFY(typing());
  hand().type(QStringLiteral("4.25"));
  QVERIFY(latent().edits.empty());
  hand().key(Qt::Key_Return);
  QTRY_COMPARE(latent().edits, (std::map<int, float>{{0, 4.25F}}));  // beyond the track
  hand().doubleClick(bench().control(QStringLiteral("z0.number")).center());
  QTRY_VERIFY(typing());
  hand().type(QStringLiteral("1"));
  hand().key(Qt::Key_Escape);
  QTRY_VERIFY(!typing());
  QVERIFY(hand().settle());
  QCOMPARE(latent().edits.at(0), 4.25F);
  undo();
  QVERIFY(latent().edits.empty());
}

void WindowLatentTest::rightClickResetsOneDimension() {
  dragSlider(QStringLiteral("z0"), 0.5, 0.8);
  dragSlider(QStringLiteral("z1"), 0.5, 0.8);
  hand().click(bench().onTrack(QStringLiteral("z0"), 0.5), Qt::RightButton);
  hand().key(Qt::Key_Down);  // to Reset, by the keyboard: the menu's places are Dear ImGui's own
  QVERIFY(hand().settle());
  hand().key(Qt::Key_Return);
  QTRY_VERIFY(!latent().edits.contains(0));
  QVERIFY(latent().edits.contains(1));
  QCOMPARE(latent().seed, 42U);
}

void WindowLatentTest::resetLeavesTheSeed() {
  hand().key(Qt::Key_BracketRight);
  dragSlider(QStringLiteral("z0"), 0.5, 0.8);
  const QRect pad = bench().control(QStringLiteral("pad"));
  hand().drag({pad.center(), pad.center() + QPoint(40, 20)});
  const LatentState moved = latent();
  hand().click(bench().control(QStringLiteral("reset")).center());
  LatentState bare;
  bare.seed = 43;
  QTRY_COMPARE(latent(), bare);
  undo();
  QCOMPARE(latent(), moved);
  hand().key(Qt::Key_Backspace);
  QCOMPARE(latent(), bare);
}

void WindowLatentTest::theBlendLeadsToTheSecondSeed() {
  typeInto(QStringLiteral("##target"), QStringLiteral("77"));
  QTRY_COMPARE(latent().targetSeed, 77U);
  dragSlider(QStringLiteral("blend"), 0.1, 1.0);
  QCOMPARE(latent().blend, 1.0F);
  QVERIFY(bench().seesNewest());
  const QImage there = bench().picture();
  typeInto(QStringLiteral("##seed"), QStringLiteral("77"));
  QTRY_COMPARE(latent().blend, 0.0F);
  QVERIFY(bench().seesNewest());
  QVERIFY(hand().settle());
  QCOMPARE(bench().picture(), there);
}

void WindowLatentTest::theWalkPlaysAndStops() {
  const LatentState start = latent();
  QSignalSpy presented(&bench().canvas(), &loom::ui::ExplorerCanvas::framePresented);
  hand().key(Qt::Key_Space);
  QVERIFY(bench().explorer().walking());
  QTRY_VERIFY_WITH_TIMEOUT(presented.count() >= 5, loom::test::kPatienceMs);
  QVERIFY(latent().blend > 0.0F || latent().seed != start.seed);
  hand().key(Qt::Key_Space);
  QVERIFY(!bench().explorer().walking());
  const LatentState stopped = latent();
  QVERIFY(bench().seesNewest());
  QVERIFY2(hand().settle(), "the canvas goes on drawing after the walk");
  QCOMPARE(latent(), stopped);
  undo();
  QCOMPARE(latent(), start);

  hand().click(bench().control(QStringLiteral("walk")).center());
  QTRY_VERIFY(bench().explorer().walking());
  hand().click(bench().control(QStringLiteral("walk")).center());
  QTRY_VERIFY(!bench().explorer().walking());
}

void WindowLatentTest::tabAndArrowsMoveASlider() {
  hand().click(bench().onTrack(QStringLiteral("z0"), 0.5));
  const float clicked = latent().edits.at(0);
  hand().key(Qt::Key_Tab);  // after the mouse the first one shows where the focus is
  QVERIFY(hand().settle());
  hand().key(Qt::Key_Right);
  QTRY_VERIFY(latent().edits.at(0) > clicked);
  QCOMPARE(latent().edits.size(), std::size_t(1));
  hand().key(Qt::Key_Tab);
  QVERIFY(hand().settle());
  hand().key(Qt::Key_Left);
  QTRY_COMPARE(latent().edits.size(), std::size_t(2));
  QVERIFY(latent().edits.contains(1));
  QVERIFY(bench().canvas().hasFocus());
}

QTEST_MAIN(WindowLatentTest)
#include "window_latent_test.moc"
