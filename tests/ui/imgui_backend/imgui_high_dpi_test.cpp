// A screen of 1.5 device pixels to the logical one. The ratio is set before Qt starts, hence a program of its own.
#include "tests/ui/imgui_backend/canvas_bench.h"

#include <imgui_internal.h>

using namespace loom::tests;

class ImGuiHighDpiTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sizesAndScale() {
    LOOM_BENCH(bench, [](TestCanvas&) {});
    TestCanvas& canvas = bench.canvas();
    QCOMPARE(canvas.devicePixelRatioF(), 1.5);
    QVERIFY(qAbs(canvas.io().DisplaySize.x - static_cast<float>(canvas.width())) < 1.0F);
    QVERIFY(qAbs(canvas.io().DisplaySize.y - static_cast<float>(canvas.height())) < 1.0F);
    QCOMPARE(canvas.io().DisplayFramebufferScale.x, 1.5F);
    QCOMPARE(canvas.grabFramebuffer().size(), canvas.framebufferSize());
  }

  void everyPixelIsCovered_data() {
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(400, 300), QSize(401, 301), QSize(403, 305), QSize(333, 277)}) {
      QTest::addRow("%dx%d", size.width(), size.height()) << size;
    }
  }
  void everyPixelIsCovered() {
    QFETCH(QSize, size);
    LOOM_BENCH(bench, [](TestCanvas&) {
      const ImVec2 end = ImGui::GetIO().DisplaySize;
      ImGui::GetBackgroundDrawList()->AddRectFilled({0.0F, 0.0F}, {end.x + 1.0F, end.y + 1.0F},
                                                    IM_COL32(0, 200, 0, 255));
    });
    TestCanvas& canvas = bench.canvas();
    canvas.setFixedSize(size);
    QTRY_COMPARE(canvas.size(), size);
    bench.draw();
    const QImage image = canvas.grabFramebuffer().convertToFormat(QImage::Format_RGB32);
    QCOMPARE(image.size(), size * 1.5);
    for (const QPoint corner : {QPoint(0, 0), QPoint(image.width() - 1, 0), QPoint(0, image.height() - 1),
                                QPoint(image.width() - 1, image.height() - 1)}) {
      QCOMPARE(image.pixelColor(corner), QColor(0, 200, 0));
    }
  }

  void theHandAndThePixelsAgree() {
    int pressed = 0;
    LOOM_BENCH(bench, [&](TestCanvas& canvas) {
      plainWindow([&] {
        ImGui::SetCursorPos({150.0F, 120.0F});
        ImGui::PushStyleColor(ImGuiCol_Button, IM_COL32(255, 0, 0, 255));
        pressed += ImGui::Button("##red", {40.0F, 30.0F}) ? 1 : 0;
        ImGui::PopStyleColor();
        canvas.note("red");
      });
    });
    TestCanvas& canvas = bench.canvas();
    const QPointF middle = canvas.place("red").center();
    const QImage image = canvas.grabFramebuffer().convertToFormat(QImage::Format_RGB32);
    QCOMPARE(image.pixelColor((middle * 1.5).toPoint()), QColor(255, 0, 0));
    bench.click("red");
    QCOMPARE(pressed, 1);
  }
};

int main(int argc, char** argv) {
  qputenv("QT_SCALE_FACTOR", "1.5");
  QApplication application(argc, argv);
  ImGuiHighDpiTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "imgui_high_dpi_test.moc"
