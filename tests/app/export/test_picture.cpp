#include "app/export/export_error.h"
#include "app/export/picture.h"

#include <QTest>

#include <array>
#include <cmath>
#include <limits>

using namespace loom;
using namespace loom::app;

namespace {

model::FloatTensor counted(std::vector<std::int64_t> shape) {
  model::FloatTensor tensor{std::move(shape), {}};
  tensor.values.resize(static_cast<std::size_t>(tensor.elementCount()));
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    tensor.values[i] = static_cast<float>(i) / 255.0F;
  }
  return tensor;
}

class TestPicture : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void takesPlanesApart() {
    // 2 pictures of 3 channels, 2 rows, 5 columns; value i is i / 255, so that the byte is i.
    const auto tensor = counted({2, 3, 2, 5});
    const QImage picture = pictureFromTensor(tensor, 1, {0.0F, 1.0F});
    QCOMPARE(picture.format(), QImage::Format_RGB888);
    QCOMPARE(picture.size(), QSize(5, 2));
    QCOMPARE(picture.pixel(0, 0), qRgb(30, 40, 50));
    QCOMPARE(picture.pixel(4, 1), qRgb(39, 49, 59));
  }

  void keepsOneChannelGrey() {
    const QImage picture = pictureFromTensor(counted({1, 1, 3, 4}), 0, {0.0F, 1.0F});
    QCOMPARE(picture.format(), QImage::Format_Grayscale8);
    QCOMPARE(picture.constScanLine(2)[3], uchar(11));
  }

  void clampsAndSurvivesNaN() {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const model::FloatTensor tensor{{1, 1, 1, 7}, {-1.0F, 1.0F, 0.0F, -3.0F, 3.0F, std::nanf(""), kInfinity}};
    const QImage picture = pictureFromTensor(tensor, 0, {-1.0F, 1.0F});
    const uchar* line = picture.constScanLine(0);
    QCOMPARE(std::vector<int>(line, line + 7), (std::vector<int>{0, 255, 128, 0, 255, 0, 255}));
  }

  void refusesOtherShapes() {
    const model::ValueRange range;
    QVERIFY_EXCEPTION_THROWN(pictureFromTensor(counted({3, 2, 2}), 0, range), ExportError);
    QVERIFY_EXCEPTION_THROWN(pictureFromTensor(counted({1, 2, 2, 2}), 0, range), ExportError);
    QVERIFY_EXCEPTION_THROWN(pictureFromTensor(counted({1, 3, 2, 2}), 1, range), ExportError);
    QVERIFY_EXCEPTION_THROWN(pictureFromTensor(counted({1, 3, 2, 2}), -1, range), ExportError);
    model::FloatTensor shortOne = counted({1, 3, 2, 2});
    shortOne.values.pop_back();
    QVERIFY_EXCEPTION_THROWN(pictureFromTensor(shortOne, 0, range), ExportError);
  }

  void copiesFrames() {
    model::Frame frame;
    frame.width = 3;
    frame.height = 2;
    std::array<std::uint8_t, 24> rgba{};
    for (std::size_t i = 0; i < 6; ++i) {
      rgba[4 * i] = static_cast<std::uint8_t>(i);
      rgba[4 * i + 1] = 100;
      rgba[4 * i + 2] = 200;
    }
    frame.pixels.data = rgba.data();
    const QImage colour = pictureFromFrame(frame);
    QCOMPARE(colour.pixel(2, 1), qRgb(5, 100, 200));
    const QImage grey = pictureFromFrame(frame, 1);
    QCOMPARE(grey.format(), QImage::Format_Grayscale8);
    QCOMPARE(grey.constScanLine(1)[0], uchar(3));

    frame.pixels.location = model::FramePixels::Location::Cuda;
    QVERIFY_EXCEPTION_THROWN(pictureFromFrame(frame), ExportError);
  }

  void laysOutAGrid() {
    GridLayout layout;
    layout.columns = 3;
    layout.rows = 2;
    layout.gap = 2;
    layout.background = Qt::blue;
    QCOMPARE(layout.size({4, 5}), QSize(16, 12));
    GridSheet grid(layout, {4, 5}, QImage::Format_RGB888);
    for (int i = 0; i < 5; ++i) {  // the last cell stays empty
      QImage cell = blankPicture({4, 5}, QImage::Format_RGB888);
      cell.fill(QColor(10 * i, 0, 0));
      grid.place(i, cell);
    }
    const QImage& sheet = grid.sheet();
    for (int y = 0; y < 12; ++y) {
      for (int x = 0; x < 16; ++x) {
        const bool inGap = x % 6 >= 4 || y % 7 >= 5;
        const int index = y / 7 * 3 + x / 6;
        const QRgb expected = inGap || index == 5 ? qRgb(0, 0, 255) : qRgb(10 * index, 0, 0);
        QVERIFY2(sheet.pixel(x, y) == expected, qPrintable(QString("at %1, %2").arg(x).arg(y)));
      }
    }
    QVERIFY_EXCEPTION_THROWN(grid.place(6, blankPicture({4, 5}, QImage::Format_RGB888)), ExportError);
    QVERIFY_EXCEPTION_THROWN(grid.place(0, blankPicture({5, 5}, QImage::Format_RGB888)), ExportError);
    QVERIFY_EXCEPTION_THROWN(grid.place(0, blankPicture({4, 5}, QImage::Format_Grayscale8)), ExportError);
  }

  void refusesGridsWithoutSense() {
    GridLayout layout;
    layout.columns = 0;
    QVERIFY_EXCEPTION_THROWN(GridSheet(layout, {4, 4}, QImage::Format_RGB888), ExportError);
    layout.columns = 2'000'000'000;
    QCOMPARE(layout.size({4, 4}).width(), 65501);
    QVERIFY_EXCEPTION_THROWN(GridSheet(layout, {4, 4}, QImage::Format_RGB888), ExportError);
  }
};

}  // namespace

QTEST_APPLESS_MAIN(TestPicture)
#include "test_picture.moc"
