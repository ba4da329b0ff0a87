#include "app/export/enlarge.h"
#include "app/export/export_error.h"
#include "app/export/picture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

using namespace loom::app;

namespace {

QImage noise(QSize size, QImage::Format format) {
  std::mt19937 random(1);
  QImage picture = blankPicture(size, format);
  for (int y = 0; y < size.height(); ++y) {
    std::generate_n(picture.scanLine(y), size.width() * picture.depth() / 8,
                    [&] { return static_cast<uchar>(random()); });
  }
  return picture;
}

double sample(const QImage& picture, int x, int y, int channel) {
  x = std::clamp(x, 0, picture.width() - 1);
  y = std::clamp(y, 0, picture.height() - 1);
  return picture.constScanLine(y)[x * picture.depth() / 8 + channel];
}

double lanczos3(double x) {
  const auto sinc = [](double t) { return t == 0 ? 1.0 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t); };
  return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

/// The definition, as a sum over the plane.
double reference(const QImage& picture, int factor, int x, int y, int channel) {
  const double centreX = (x + 0.5) / factor - 0.5;
  const double centreY = (y + 0.5) / factor - 0.5;
  double sum = 0;
  double weights = 0;
  for (int j = static_cast<int>(std::floor(centreY)) - 4; j <= centreY + 4; ++j) {
    for (int i = static_cast<int>(std::floor(centreX)) - 4; i <= centreX + 4; ++i) {
      const double weight = lanczos3(i - centreX) * lanczos3(j - centreY);
      sum += weight * sample(picture, i, j, channel);
      weights += weight;
    }
  }
  return std::clamp(sum / weights, 0.0, 255.0);
}

class TestEnlarge : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void smoothEqualsTheDefinition_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("factor");
    QTest::addColumn<bool>("grey");
    QTest::newRow("twice") << QSize(9, 7) << 2 << false;
    QTest::newRow("three times, grey") << QSize(8, 11) << 3 << true;
    QTest::newRow("four times") << QSize(16, 16) << 4 << false;
    QTest::newRow("one pixel") << QSize(1, 1) << 8 << false;
    QTest::newRow("one row") << QSize(6, 1) << 5 << true;
    QTest::newRow("one column") << QSize(1, 6) << 7 << false;
  }
  void smoothEqualsTheDefinition() {
    QFETCH(QSize, size);
    QFETCH(int, factor);
    QFETCH(bool, grey);
    const QImage picture = noise(size, grey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    const QImage large = enlarge(picture, factor, Resample::Smooth);
    QCOMPARE(large.size(), size * factor);
    QCOMPARE(large.format(), picture.format());
    double worst = 0;
    for (int y = 0; y < large.height(); ++y) {
      for (int x = 0; x < large.width(); ++x) {
        for (int channel = 0; channel < (grey ? 1 : 3); ++channel) {
          worst = std::max(worst, std::abs(sample(large, x, y, channel) - reference(picture, factor, x, y, channel)));
        }
      }
    }
    QVERIFY2(worst < 0.501, qPrintable(QString::number(worst)));
  }

  void smoothKeepsEvenAreas() {
    QImage picture = blankPicture({5, 4}, QImage::Format_RGB888);
    picture.fill(QColor(3, 128, 254));
    const QImage large = enlarge(picture, 6, Resample::Smooth);
    QImage expected = blankPicture({30, 24}, QImage::Format_RGB888);
    expected.fill(QColor(3, 128, 254));
    QCOMPARE(large, expected);
  }

  void nearestRepeatsPixels() {
    for (const QImage::Format format : {QImage::Format_RGB888, QImage::Format_Grayscale8}) {
      const QImage picture = noise({5, 3}, format);
      const QImage large = enlarge(picture, 4, Resample::Nearest);
      QCOMPARE(large.size(), QSize(20, 12));
      for (int y = 0; y < 12; ++y) {
        for (int x = 0; x < 20; ++x) {
          QCOMPARE(large.pixel(x, y), picture.pixel(x / 4, y / 4));
        }
      }
    }
  }

  void factorOneChangesNothing() {
    const QImage picture = noise({5, 3}, QImage::Format_RGB888);
    QCOMPARE(enlarge(picture, 1, Resample::Smooth), picture);
    QCOMPARE(enlarge(picture.convertToFormat(QImage::Format_RGBA8888), 1, Resample::Nearest), picture);
  }

  void refusesOtherFactors() {
    const QImage picture = noise({2, 2}, QImage::Format_RGB888);
    QVERIFY_EXCEPTION_THROWN(enlarge(picture, 0, Resample::Smooth), ExportError);
    QVERIFY_EXCEPTION_THROWN(enlarge(picture, -2, Resample::Nearest), ExportError);
    QVERIFY_EXCEPTION_THROWN(enlarge(picture, kLargestEnlargement + 1, Resample::Nearest), ExportError);
  }
};

}  // namespace

QTEST_APPLESS_MAIN(TestEnlarge)
#include "test_enlarge.moc"
