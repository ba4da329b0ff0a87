// Mouse, wheel and cursor: what the hand does, as Qt tells it.
#include "tests/ui/imgui_backend/canvas_bench.h"

#include <imgui_internal.h>

#include <QDockWidget>

#include <cfloat>

using namespace loom::tests;

class ImGuiPointerTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aClickPressesAButton() {
    int pressed = 0;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        pressed += ImGui::Button("Shuffle", {120.0F, 30.0F}) ? 1 : 0;
        canvas.note("button");
      });
    });
    bench.click("button");
    QCOMPARE(pressed, 1);
    QVERIFY(bench.canvas().hasFocus());
  }

  void aClickWithinOneFrameIsSeen() {
    int pressed = 0;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        pressed += ImGui::Button("Shuffle", {120.0F, 30.0F}) ? 1 : 0;
        canvas.note("button");
      });
    });
    const QPointF there = bench.canvas().place("button").center();
    const quint64 before = bench.canvas().framesDrawn();
    for (const auto type : {QEvent::MouseMove, QEvent::MouseButtonPress, QEvent::MouseButtonRelease}) {
      const Qt::MouseButton button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
      QMouseEvent event(type, there, bench.canvas().mapToGlobal(there), button,
                        type == QEvent::MouseButtonPress ? button : Qt::NoButton, Qt::NoModifier);
      QApplication::sendEvent(&bench.canvas(), &event);
    }
    QCOMPARE(bench.canvas().framesDrawn(), before);
    QTRY_COMPARE(pressed, 1);
  }

  void doubleClickAndOtherButtons() {
    int doubles = 0;
    int rights = 0;
    int middles = 0;
    int backs = 0;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::Button("Value", {120.0F, 30.0F});
        canvas.note("button");
        doubles += ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ? 1 : 0;
        rights += ImGui::IsItemClicked(ImGuiMouseButton_Right) ? 1 : 0;
        middles += ImGui::IsItemClicked(ImGuiMouseButton_Middle) ? 1 : 0;
        backs += ImGui::IsMouseClicked(3) ? 1 : 0;
      });
    });
    // As fast as a slow machine draws: what counts as double is the desktop's business, and not measured here.
    bench.canvas().io().MouseDoubleClickTime = 5.0F;
    bench.canvas().io().MouseSingleClickDelay = 6.0F;
    bench.click("button", Qt::RightButton);
    QCOMPARE(rights, 1);
    bench.click("button", Qt::MiddleButton);
    QCOMPARE(middles, 1);
    bench.click("button", Qt::BackButton);
    QCOMPARE(backs, 1);
    QCOMPARE(doubles, 0);
    bench.click("button");
    bench.press();  // Qt tells of this one as a double click
    bench.draw();
    bench.release();
    bench.draw();
    QCOMPARE(doubles, 1);
  }

  void aSliderFollowsTheHandOutOfTheWindow() {
    float value = 0.0F;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::SetCursorPos({100.0F, 100.0F});
        ImGui::SetNextItemWidth(200.0F);
        ImGui::SliderFloat("##psi", &value, -1.0F, 1.0F);
        canvas.note("slider");
      });
    });
    const QRectF slider = bench.canvas().place("slider");
    bench.move(slider.center());
    bench.draw();
    bench.press();
    bench.draw();
    QVERIFY(qAbs(value) < 0.05F);
    bench.move(slider.center() + QPointF(50.0, 0.0));
    bench.draw();
    QVERIFY2(value > 0.3F && value < 0.8F, qPrintable(QString::number(value)));
    bench.move(QPointF(bench.canvas().width() + 500, slider.center().y()));
    bench.draw();
    QCOMPARE(value, 1.0F);
    QVERIFY(ImGui::IsMousePosValid());
    bench.move(QPointF(-300.0, -200.0));
    bench.draw();
    QCOMPARE(value, -1.0F);
    bench.release();
    bench.draw();
    QVERIFY(!bench.canvas().io().MouseDown[0]);
    QVERIFY(!ImGui::IsMousePosValid());
    bench.move(slider.center());
    bench.draw();
    QCOMPARE(value, -1.0F);
  }

  void thePointerIsNowhereAfterItLeft() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    bench.move({50.0, 50.0});
    bench.draw();
    QCOMPARE(bench.canvas().io().MousePos.x, 50.0F);
    bench.move({50.0, -10.0});  // onto the tool bar
    bench.draw();
    QCOMPARE(bench.canvas().io().MousePos.x, -FLT_MAX);
    QVERIFY(!ImGui::IsMousePosValid());
  }

  void aReleaseThatWentElsewhereIsMadeUpFor() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    bench.move({50.0, 50.0});
    bench.press();
    bench.draw();
    QVERIFY(bench.canvas().io().MouseDown[0]);
    QMouseEvent moved(QEvent::MouseMove, QPointF(60.0, 60.0), bench.canvas().mapToGlobal(QPointF(60.0, 60.0)),
                      Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(&bench.canvas(), &moved);
    bench.draw();
    QVERIFY(!bench.canvas().io().MouseDown[0]);
    bench.release();
  }

  void theWheelScrolls() {
    ImVec2 scroll;
    ImVec2 wheel;
    float line = 0.0F;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      ImGui::SetNextWindowPos({0.0F, 0.0F});
      ImGui::SetNextWindowSize({300.0F, 300.0F});
      ImGui::SetNextWindowContentSize({2000.0F, 2000.0F});
      ImGui::Begin("long", nullptr, ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoTitleBar);
      ImGui::Dummy({2000.0F, 2000.0F});
      scroll = {ImGui::GetScrollX(), ImGui::GetScrollY()};
      line = ImGui::GetFontSize();
      ImGui::End();
      if (canvas.io().MouseWheel != 0.0F || canvas.io().MouseWheelH != 0.0F) {
        wheel = {canvas.io().MouseWheelH, canvas.io().MouseWheel};
      }
    });
    bench.move({100.0, 100.0});
    bench.draw();
    bench.wheel({0, -120});
    QCOMPARE(wheel.y, -1.0F);
    QCOMPARE(scroll.y, 5.0F * line);
    bench.wheel({0, -30});  // a wheel of fine steps
    QCOMPARE(wheel.y, -0.25F);
    bench.wheel({0, 150});
    QCOMPARE(scroll.y, 0.0F);
    bench.wheel({-120, 0});
    QCOMPARE(wheel.x, -1.0F);
    QVERIFY(scroll.x > 0.0F);
    bench.wheel({120, 0});
    QCOMPARE(scroll.x, 0.0F);
    bench.wheel({0, -120}, {}, Qt::ShiftModifier);  // Dear ImGui turns it sideways
    QVERIFY(scroll.x > 0.0F);
    QCOMPARE(scroll.y, 0.0F);
  }

  void pixelsOfATrackpadAreTakenExactly() {
    float scroll = 0.0F;
    ImVec2 wheel;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      ImGui::SetNextWindowPos({0.0F, 0.0F});
      ImGui::SetNextWindowSize({300.0F, 300.0F});
      ImGui::Begin("long", nullptr, ImGuiWindowFlags_NoTitleBar);
      ImGui::Dummy({10.0F, 2000.0F});
      scroll = ImGui::GetScrollY();
      ImGui::End();
      if (canvas.io().MouseWheel != 0.0F) {
        wheel = {canvas.io().MouseWheelH, canvas.io().MouseWheel};
      }
    });
    bench.move({100.0, 100.0});
    bench.draw();
    bench.wheel({0, -60}, {0, -37}, Qt::NoModifier, Qt::ScrollUpdate);
    QCOMPARE(scroll, 37.0F);
    bench.wheel({0, -120}, {0, -5}, Qt::NoModifier);  // X11: no phases, pixels of no meaning
    QCOMPARE(wheel.y, -1.0F);
    bench.wheel({-120, 0}, {}, Qt::AltModifier);  // what Qt makes of Alt and a wheel that turns down
    QCOMPARE(wheel.y, -1.0F);
    QCOMPARE(wheel.x, 0.0F);
  }

  void theCursorFollowsTheControl() {
    std::string text = "seed";
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::InputText("##text", text.data(), text.size() + 1);
        canvas.note("text");
        ImGui::Button("Hand", {120.0F, 30.0F});
        canvas.note("hand");
        if (ImGui::IsItemHovered()) {
          ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
        }
        ImGui::Button("Wide", {120.0F, 30.0F});
        canvas.note("wide");
        if (ImGui::IsItemHovered()) {
          ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
        }
        ImGui::Button("Plain", {120.0F, 30.0F});
        canvas.note("plain");
      });
    });
    TestCanvas& canvas = bench.canvas();
    const auto shapeOver = [&](const char* name) {
      bench.move(canvas.place(name).center());
      bench.draw();
      return canvas.cursor().shape();
    };
    QCOMPARE(shapeOver("text"), Qt::IBeamCursor);
    QCOMPARE(shapeOver("hand"), Qt::PointingHandCursor);
    QCOMPARE(shapeOver("wide"), Qt::SizeHorCursor);
    QCOMPARE(shapeOver("plain"), Qt::ArrowCursor);
    canvas.io().MouseDrawCursor = true;
    QCOMPARE(shapeOver("hand"), Qt::BlankCursor);
    canvas.io().MouseDrawCursor = false;
    QCOMPARE(shapeOver("hand"), Qt::PointingHandCursor);
  }

  void buttonsAreReleasedWhenTheFocusGoes() {
    float value = 0.0F;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::SliderFloat("##psi", &value, -1.0F, 1.0F);
        canvas.note("slider");
      });
    });
    bench.move(bench.canvas().place("slider").center());
    bench.draw();
    bench.press();
    bench.draw();
    QVERIFY(bench.canvas().io().MouseDown[0]);
    bench.lineEdit().setFocus();
    bench.draw();
    QVERIFY(!bench.canvas().io().MouseDown[0]);
    const float then = value;
    bench.move(bench.canvas().place("slider").center() + QPointF(60.0, 0.0));
    bench.draw();
    QCOMPARE(value, then);
    bench.release();
  }

  void twoCanvasesDoNotMixTheirInput() {
    int pressed = 0;
    int otherPressed = 0;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        pressed += ImGui::Button("One", {120.0F, 30.0F}) ? 1 : 0;
        canvas.note("button");
      });
    });
    auto* other = new TestCanvas;
    other->controls = [&] {
      plainWindow([&] {
        otherPressed += ImGui::Button("Two", {120.0F, 30.0F}) ? 1 : 0;
        other->note("button");
      });
    };
    auto* dock = new QDockWidget(&bench.window());
    dock->setWidget(other);
    other->setMinimumWidth(200);
    bench.window().addDockWidget(Qt::RightDockWidgetArea, dock);
    QTRY_VERIFY(!other->place("button").isEmpty());
    QVERIFY(other->backend().context() != bench.canvas().backend().context());
    QTRY_VERIFY(dock->x() > 0);  // laid out
    const QPoint there = other->mapTo(&bench.window(), other->place("button").center().toPoint());
    QTest::mouseMove(bench.window().windowHandle(), there);
    QTest::mouseClick(bench.window().windowHandle(), Qt::LeftButton, {}, there);
    QTRY_COMPARE(otherPressed, 1);
    QCOMPARE(pressed, 0);
    bench.click("button");
    QCOMPARE(pressed, 1);
    QCOMPARE(otherPressed, 1);
    delete dock;
    bench.click("button");
    QCOMPARE(pressed, 2);
  }
};

QTEST_MAIN(ImGuiPointerTest)
#include "imgui_pointer_test.moc"
