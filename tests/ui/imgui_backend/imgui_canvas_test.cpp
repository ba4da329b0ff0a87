// When the canvas draws and when it does not, what it draws, and what outlives its OpenGL context.
#include "tests/ui/imgui_backend/canvas_bench.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <QElapsedTimer>
#include <QEventLoop>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QOpenGLWidget>
#include <QSignalSpy>
#include <QTimer>

using namespace loom::tests;

namespace {

constexpr int kWatchMs = 400;

/// Frames drawn while nobody does anything, after the last event has settled.
quint64 framesAtRest(TestCanvas& canvas) {
  quint64 before = 0;
  int quiet = 0;
  const bool settled = QTest::qWaitFor([&] {
    const bool same = canvas.framesDrawn() == before;
    before = canvas.framesDrawn();
    quiet = same ? quiet + 1 : 0;
    return quiet > 12;  // qWaitFor looks some hundred times a second
  });
  if (!settled) {
    return canvas.framesDrawn();
  }
  QTest::qWait(kWatchMs);
  return canvas.framesDrawn() - before;
}

void clear(float red, float green, float blue) {
  QOpenGLFunctions& gl = *QOpenGLContext::currentContext()->functions();
  gl.glClearColor(red, green, blue, 1.0F);
  gl.glClear(GL_COLOR_BUFFER_BIT);
}

QImage snapshot(const char* name, TestCanvas& canvas) {
  QImage image = canvas.grabFramebuffer().convertToFormat(QImage::Format_RGB32);
  if (const QString folder = qEnvironmentVariable("LOOM_TEST_PICTURES"); !folder.isEmpty()) {
    image.save(folder + QLatin1Char('/') + QLatin1String(name) + QLatin1String(".png"));
  }
  return image;
}

void redButton(TestCanvas& canvas) {
  plainWindow([&] {
    ImGui::PushStyleColor(ImGuiCol_Button, IM_COL32(255, 0, 0, 255));
    ImGui::Button("##red", {100.0F, 60.0F});
    canvas.note("red");
    ImGui::PopStyleColor();
    ImGui::TextUnformatted("The picture follows the hand: 0123456789");
    canvas.note("text");
  });
}

}  // namespace

class ImGuiCanvasTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nothingIsDrawnAtRest() {
    float value = 0.0F;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::SliderFloat("##psi", &value, -1.0F, 1.0F);
        canvas.note("slider");
      });
    });
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
    bench.click("slider");
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
    const quint64 before = bench.canvas().framesDrawn();
    bench.move(bench.canvas().place("slider").center() + QPointF(5.0, 0.0));
    QTRY_VERIFY(bench.canvas().framesDrawn() > before);
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
  }

  void framesThatAreAskedForCome() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
    QSignalSpy painted(&bench.canvas(), &loom::ui::ImGuiCanvas::framePainted);
    bench.canvas().requestFrames(5);
    QTRY_COMPARE(painted.size(), 5);
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
    QCOMPARE(painted.size(), 5);
    for (const QList<QVariant>& signal : painted) {
      QVERIFY(signal.at(0).toDouble() > 0.0);
    }
  }

  void animationDrawsWhileItLastsAndNotFasterThanTheScreen() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    TestCanvas& canvas = bench.canvas();
    canvas.animated = true;
    const quint64 before = canvas.framesDrawn();
    QElapsedTimer clock;
    clock.start();
    canvas.requestFrames(1);
    QTRY_VERIFY(canvas.framesDrawn() > before + 20);
    const double perSecond =
        1000.0 * static_cast<double>(canvas.framesDrawn() - before) / static_cast<double>(clock.elapsed());
    QVERIFY2(perSecond < 340.0, qPrintable(QString::number(perSecond)));  // 240 Hz, the fastest screen, and a third
    canvas.animated = false;
    QCOMPARE(framesAtRest(canvas), quint64(0));
  }

  void whatChangesByItselfIsDrawnToItsEnd() {
    float fade = 0.0F;
    LOOM_BENCH(bench, [&](TestCanvas&) {
      fade = std::min(1.0F, fade + 0.1F);
      plainWindow([&] { ImGui::ProgressBar(fade); });
    });
    fade = 0.0F;
    bench.canvas().requestFrames(1);
    QTRY_COMPARE(fade, 1.0F);
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
  }

  void aNumberThatNeverStandsStillDoesNotKeepItAwake() {
    int frame = 0;
    LOOM_BENCH(bench, [&](TestCanvas&) { plainWindow([&] { ImGui::Text("%d", ++frame); }); });
    QTRY_COMPARE(framesAtRest(bench.canvas()), quint64(0));
  }

  void theTextCursorBlinksAndRestsWithoutTheFocus() {
    std::string text;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::InputText("##text", &text);
        canvas.note("text");
      });
    });
    TestCanvas& canvas = bench.canvas();
    bench.click("text");
    const QImage shown = canvas.grabFramebuffer();
    QTRY_VERIFY(canvas.grabFramebuffer() != shown);  // grabbing draws, too: see the count below
    QSignalSpy painted(&canvas, &loom::ui::ImGuiCanvas::framePainted);
    QTRY_VERIFY(painted.size() >= 3);
    painted.clear();
    QTest::qWait(3 * kWatchMs);  // one whole blink: two changes, each drawn three or four times
    QVERIFY2(painted.size() >= 2 && painted.size() <= 16, qPrintable(QString::number(painted.size())));
    bench.lineEdit().setFocus();
    QCOMPARE(framesAtRest(canvas), quint64(0));
  }

  void aTooltipFallsDueWithoutAnEvent() {
    bool shown = false;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      shown = false;
      plainWindow([&] {
        ImGui::Button("Hover", {120.0F, 30.0F});
        canvas.note("button");
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip | ImGuiHoveredFlags_DelayNormal)) {
          ImGui::SetTooltip("what it does");
          shown = true;
        }
      });
    });
    const QImage without = bench.canvas().grabFramebuffer();
    bench.move(bench.canvas().place("button").center());
    QTRY_VERIFY(shown);
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
    QVERIFY(shown);
    const ImGuiWindow* tip = ImGui::FindWindowByName("##Tooltip_00");
    QVERIFY(tip && !tip->Hidden);  // drawn, not only measured
  }

  void aHeldButtonRepeats() {
    int steps = 0;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::PushItemFlag(ImGuiItemFlags_ButtonRepeat, true);
        steps += ImGui::Button("+", {30.0F, 30.0F}) ? 1 : 0;
        ImGui::PopItemFlag();
        canvas.note("plus");
      });
    });
    bench.move(bench.canvas().place("plus").center());
    bench.press();
    QTRY_VERIFY(steps >= 4);
    bench.release();
    QCOMPARE(framesAtRest(bench.canvas()), quint64(0));
  }

  void aHiddenCanvasDoesNotDraw() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    TestCanvas& canvas = bench.canvas();
    canvas.animated = true;
    canvas.requestFrames(1);
    canvas.hide();
    QCOMPARE(framesAtRest(canvas), quint64(0));
    const quint64 before = canvas.framesDrawn();
    canvas.show();
    QTRY_VERIFY(canvas.framesDrawn() > before + 5);
  }

  void theSceneLiesBeneathTheControls() {
    LOOM_BENCH(bench, [](TestCanvas& canvas) {
      ImGui::SetNextWindowBgAlpha(0.0F);
      ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0F);
      redButton(canvas);
      ImGui::PopStyleVar();
    });
    TestCanvas& canvas = bench.canvas();
    canvas.scene = [] { clear(0.0F, 0.0F, 1.0F); };
    bench.draw();
    const QImage image = snapshot("scene", canvas);
    QCOMPARE(image.size(), canvas.framebufferSize());
    QCOMPARE(image.pixelColor(canvas.place("red").center().toPoint()), QColor(255, 0, 0));
    QCOMPARE(image.pixelColor(image.width() - 2, image.height() - 2), QColor(0, 0, 255));
    // What is on the screen is what was drawn.
    const QImage screen = bench.window().grab().toImage();
    const QPoint there = canvas.mapTo(&bench.window(), canvas.place("red").center().toPoint());
    QCOMPARE(screen.pixelColor(there), QColor(255, 0, 0));
    canvas.scene = [] {};
    bench.draw();
    QCOMPARE(canvas.grabFramebuffer().pixelColor(image.width() - 2, image.height() - 2), QColor(0, 0, 0));
  }

  void anotherContextDrawsTheSame() {
    LOOM_BENCH(bench, redButton);
    TestCanvas& canvas = bench.canvas();
    canvas.resize(300, 200);
    bench.draw();
    const QImage before = canvas.grabFramebuffer().copy(0, 0, 260, 120);
    const QOpenGLContext* const context = canvas.context();
    QMainWindow other;
    auto* spacer = new QWidget;
    bench.window().takeCentralWidget();
    bench.window().setCentralWidget(spacer);
    other.setCentralWidget(&canvas);
    other.resize(480, 400);
    other.show();
    QVERIFY(QTest::qWaitForWindowExposed(&other));
    // Qt gives a canvas that it composes another context in another window; one that is copied keeps its own.
    const bool composed = canvas.findChild<QOpenGLWidget*>() != nullptr;
    QTRY_COMPARE(canvas.contextsLost, composed ? 1 : 0);
    QTRY_VERIFY(canvas.context() && (canvas.context() != context) == composed);
    bench.draw();
    QCOMPARE(canvas.grabFramebuffer().copy(0, 0, 260, 120), before);
    other.takeCentralWidget();
    bench.window().setCentralWidget(&canvas);
    QTRY_COMPARE(canvas.contextsLost, composed ? 2 : 0);
    bench.draw();
    QCOMPARE(canvas.grabFramebuffer().copy(0, 0, 260, 120), before);
    QVERIFY(bench.error().isEmpty());
  }

  void anEventLoopWithinAFrameIsSurvived() {
    bool ask = false;
    int answers = 0;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      if (ask) {
        ask = false;
        QEventLoop loop;
        QTimer::singleShot(20, &loop, &QEventLoop::quit);
        canvas.repaint();
        loop.exec();
        ++answers;
      }
    });
    ask = true;
    bench.draw();
    QCOMPARE(answers, 1);
    bench.draw();
    QVERIFY(bench.error().isEmpty());
  }

  void theLayoutGoesThroughText() {
    LOOM_BENCH(bench, [](TestCanvas& canvas) {
      ImGui::SetNextWindowPos({40.0F, 50.0F}, ImGuiCond_FirstUseEver);
      ImGui::SetNextWindowSize({200.0F, 120.0F}, ImGuiCond_FirstUseEver);
      ImGui::Begin("Latent");
      ImGui::TextUnformatted("text");
      canvas.note("text");
      ImGui::End();
    });
    TestCanvas& canvas = bench.canvas();
    canvas.io().IniSavingRate = 0.05F;
    bench.draw();
    const QByteArray first = canvas.layoutState();
    QVERIFY(first.contains("[Window][Latent]"));
    const QRectF place = canvas.place("text");
    QSignalSpy changed(&canvas, &loom::ui::ImGuiCanvas::layoutChanged);
    bench.move({120.0, 60.0});  // the title bar
    bench.draw();
    bench.press();
    bench.draw();
    bench.move({180.0, 100.0});
    bench.draw();
    QTest::qWait(kWatchMs);       // longer than the saving rate
    QCOMPARE(changed.size(), 0);  // the hand still holds it
    bench.release();
    QTRY_COMPARE(changed.size(), 1);
    QCOMPARE(canvas.place("text").topLeft(), place.topLeft() + QPointF(60.0, 40.0));
    const QByteArray second = canvas.layoutState();
    QVERIFY(second != first);
    canvas.restoreLayoutState(first);
    bench.draw();
    QCOMPARE(canvas.place("text"), place);
    canvas.restoreLayoutState(second);
    bench.draw();
    QCOMPARE(canvas.place("text").topLeft(), place.topLeft() + QPointF(60.0, 40.0));
    canvas.restoreLayoutState("no layout\0[Docking][Data]\xff");
    canvas.restoreLayoutState({});
    bench.draw();
    QCOMPARE(canvas.place("text").topLeft(), place.topLeft() + QPointF(60.0, 40.0));
  }

  void docksGoThroughText() {
    ImGuiID left = 0;
    LOOM_BENCH(bench, [&](TestCanvas&) {
      const ImGuiID space = ImGui::DockSpaceOverViewport(1);
      ImGui::Begin("A");
      ImGui::End();
      ImGui::Begin("B");
      ImGui::End();
      (void)space;
    });
    TestCanvas& canvas = bench.canvas();
    canvas.io();
    ImGuiID right = 0;
    ImGui::DockBuilderSplitNode(1, ImGuiDir_Left, 0.3F, &left, &right);
    ImGui::DockBuilderDockWindow("A", left);
    ImGui::DockBuilderDockWindow("B", right);
    ImGui::DockBuilderFinish(1);
    bench.draw();
    const QByteArray docked = canvas.layoutState();
    const float width = ImGui::FindWindowByName("A")->Size.x;
    QVERIFY(ImGui::FindWindowByName("A")->DockIsActive);
    ImGui::DockBuilderRemoveNode(1);
    bench.draw();
    QVERIFY(!ImGui::FindWindowByName("A")->DockIsActive);
    canvas.restoreLayoutState(docked);
    bench.draw();
    QVERIFY(ImGui::FindWindowByName("A")->DockIsActive);
    QVERIFY(ImGui::FindWindowByName("B")->DockIsActive);
    QCOMPARE(ImGui::FindWindowByName("A")->Size.x, width);
  }
};

QTEST_MAIN(ImGuiCanvasTest)
#include "imgui_canvas_test.moc"
