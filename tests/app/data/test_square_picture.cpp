#include "app/data/square_picture.h"

#include <QTest>

using namespace loom::app;

class SquarePictureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// tests/data/training/make_resized.py: the same bytes, larger, smaller and as it is.
  void theBytesArePillows_data() {
    QTest::addColumn<int>("resolution");
    QTest::addColumn<int>("channels");
    for (const int resolution : {5, 16, 32, 47, 64}) {
      QTest::addRow("rgb-%d", resolution) << resolution << 3;
      QTest::addRow("grey-%d", resolution) << resolution << 1;
    }
  }
  void theBytesArePillows() {
    QFETCH(int, resolution);
    QFETCH(int, channels);
    const QImage source(LOOM_TEST_DATA "/training/source.png");
    const QImage expected(QString(LOOM_TEST_DATA "/training/") + QTest::currentDataTag() + ".png");
    QCOMPARE(expected.width(), resolution);
    const auto pixels = squarePixels(source, resolution, channels);
    QCOMPARE(pixels.size(), static_cast<std::size_t>(resolution * resolution * channels));
    const QImage shown = pictureOfPixels(pixels.data(), resolution, channels);
    QCOMPARE(shown, expected.convertToFormat(shown.format()));
  }

  void planesFollowOneAnother() {
    QImage picture(2, 2, QImage::Format_RGB32);
    picture.fill(qRgb(1, 2, 3));
    picture.setPixel(1, 0, qRgb(4, 5, 6));
    QCOMPARE(squarePixels(picture, 2, 3), (std::vector<std::uint8_t>{1, 4, 1, 1, 2, 5, 2, 2, 3, 6, 3, 3}));
  }

  void transparencyIsOverWhite() {
    QImage picture(4, 4, QImage::Format_ARGB32);
    picture.fill(qRgba(255, 0, 0, 0));  // invisible red must not shine through
    QCOMPARE(squarePixels(picture, 4, 1), std::vector<std::uint8_t>(16, 255));
    picture.fill(qRgba(0, 0, 0, 51));
    for (const std::uint8_t value : squarePixels(picture, 2, 3)) {
      QVERIFY(std::abs(value - 204) <= 1);
    }
  }

  void everyStorageIsUnderstood() {
    for (const auto format :
         {QImage::Format_Mono, QImage::Format_Indexed8, QImage::Format_Grayscale8, QImage::Format_Grayscale16,
          QImage::Format_RGB16, QImage::Format_RGB888, QImage::Format_RGBA64, QImage::Format_ARGB32_Premultiplied}) {
      QImage white(6, 9, QImage::Format_RGB32);
      white.fill(Qt::white);
      const QImage picture = white.convertToFormat(format);
      QCOMPARE(squarePixels(picture, 3, 1), std::vector<std::uint8_t>(9, 255));
      QCOMPARE(squarePixels(picture, 12, 3), std::vector<std::uint8_t>(432, 255));
    }
  }

  void theCentreIsTaken() {
    QImage wide(5, 1, QImage::Format_Grayscale8);
    for (int x = 0; x < 5; ++x) {
      wide.scanLine(0)[x] = static_cast<uchar>(10 * x);
    }
    QCOMPARE(squarePixels(wide, 1, 1), std::vector<std::uint8_t>{20});
    QCOMPARE(squarePixels(wide.copy(0, 0, 4, 1), 1, 1), std::vector<std::uint8_t>{10});
  }
};

QTEST_APPLESS_MAIN(SquarePictureTest)
#include "test_square_picture.moc"
