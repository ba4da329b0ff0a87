#include "tests/app/gallery/some_entries.h"

#include <QBuffer>
#include <QTest>

#include <cmath>

using namespace loom::app;
using loom::test::pictureOf;

class TestPictureLook : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void thumbnailsFitAndKeepTheirShape() {
    const QImage wide = QImage::fromData(thumbnailOf(pictureOf(1, 400).scaled(400, 200)));
    QCOMPARE(wide.size(), QSize(kThumbnailSide, kThumbnailSide / 2));
    const QImage small = pictureOf(2, 32);
    QCOMPARE(QImage::fromData(thumbnailOf(small)).convertToFormat(QImage::Format_RGB888), small);  // bit for bit
  }

  void theSamePictureLooksTheSame() {
    const QImage picture = pictureOf(3, 128);
    QByteArray jpeg;
    QBuffer buffer(&jpeg);
    buffer.open(QIODevice::WriteOnly);
    QVERIFY(picture.save(&buffer, "jpeg", 60));
    const PictureLook a = lookOf(picture);
    const PictureLook b = lookOf(QImage::fromData(jpeg));
    const PictureLook half = lookOf(picture.scaled(64, 64, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    QVERIFY2(hashDistance(a.hash, b.hash) <= 4, qPrintable(QString::number(hashDistance(a.hash, b.hash))));
    QVERIFY(hashDistance(a.hash, half.hash) <= 4);
    QCOMPARE(a.features.size(), std::size_t(kFeatureCount));
    const int other = featureDistance(a.features.data(), lookOf(pictureOf(4, 128)).features.data());
    QVERIFY(featureDistance(a.features.data(), b.features.data()) * 20 < other);
  }

  void othersLookOther() {
    const auto same = [](const QImage& x, const QImage& y) {
      const PictureLook a = lookOf(x);
      const PictureLook b = lookOf(y);
      return looksTheSame(a.hash, a.features.data(), b.hash, b.features.data());
    };
    for (unsigned i = 0; i < 20; ++i) {
      for (unsigned k = 0; k < i; ++k) {
        QVERIFY2(!same(pictureOf(i), pictureOf(k)), qPrintable(QStringLiteral("%1 %2").arg(i).arg(k)));
      }
      QVERIFY(same(pictureOf(i, 128), pictureOf(i, 96)));
    }
  }

  void plainAndMissingPicturesDoNoHarm() {
    QImage plain(50, 50, QImage::Format_RGB888);
    plain.fill(QColor(200, 10, 10));
    QCOMPARE(lookOf(plain).hash, 0ULL);
    QCOMPARE(lookOf(QImage()).features.size(), std::size_t(kFeatureCount));
    QCOMPARE(int(lookOf(plain).features[0]), 67);  // 0.299 * 200 + 0.587 * 10 + 0.114 * 10 = 66.8
    QCOMPARE(int(lookOf(QImage()).features[0]), 0);
  }

  void sketchesKeepDistances() {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    const auto style = [&] {
      std::vector<float> values(512);
      std::generate(values.begin(), values.end(), [&] { return normal(random); });
      return values;
    };
    const auto distance = [](const std::vector<float>& a, const std::vector<float>& b) {
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
      }
      return std::sqrt(sum);
    };
    double ratios = 0;
    for (int i = 0; i < 50; ++i) {
      const auto a = style();
      const auto b = style();
      const double ratio = distance(sketchOf(a), sketchOf(b)) / distance(a, b);
      QVERIFY2(ratio > 0.5 && ratio < 1.6, qPrintable(QString::number(ratio)));
      ratios += ratio / 50;
    }
    QVERIFY2(std::abs(ratios - 1) < 0.1, qPrintable(QString::number(ratios)));
    QVERIFY(sketchOf({}).empty());
  }
};

QTEST_GUILESS_MAIN(TestPictureLook)
#include "test_picture_look.moc"
