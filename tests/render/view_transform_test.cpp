// Fit, zoom, pan: examples worked out by hand, and properties over random views.
#include "render/view_transform.h"

#include <QtTest>

#include <cmath>
#include <random>

using loom::render::ViewTransform;

namespace {

double far(const QPointF& a, const QPointF& b) { return std::hypot(a.x() - b.x(), a.y() - b.y()); }

/// Random but reproducible views: the seed is printed.
class Dice {
 public:
  Dice() : m_random(std::random_device{}()) {
    const auto seed = m_random();
    qInfo("seed %lu", static_cast<unsigned long>(seed));
    m_random.seed(seed);
  }
  double real(double from, double to) { return std::uniform_real_distribution(from, to)(m_random); }
  int whole(int from, int to) { return std::uniform_int_distribution(from, to)(m_random); }
  ViewTransform view() {
    ViewTransform view;
    view.setViewport(QRectF(whole(0, 300), whole(0, 100), whole(60, 3000), whole(60, 2000)));
    view.setPicture(QSize(whole(1, 2048), whole(1, 2048)));
    return view;
  }
  QPointF within(const QRectF& area) { return {real(area.left(), area.right()), real(area.top(), area.bottom())}; }

 private:
  std::mt19937 m_random;
};

}  // namespace

class ViewTransformTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void fitsByHand() {
    ViewTransform view;
    view.setViewport(QRectF(100, 0, 800, 600));
    QVERIFY(view.pictureRect().isEmpty());
    QVERIFY(!view.pixelAt({400, 300}));
    view.setPicture(QSize(64, 64));
    QVERIFY(view.isFit());
    QCOMPARE(view.scale(), 600.0 / 64.0);
    QCOMPARE(view.pictureRect(), QRectF(200, 0, 600, 600));
    view.setFitMargin(12.0);
    QCOMPARE(view.pictureRect(), QRectF(212, 12, 576, 576));
    QCOMPARE(view.scale(), 9.0);
    QCOMPARE(*view.pixelAt({212.5, 12.5}), QPoint(0, 0));
    QCOMPARE(*view.pixelAt({787.5, 587.5}), QPoint(63, 63));
    QCOMPARE(*view.pixelAt({212.0 + 9.0 * 20.0 + 8.9, 12.0 + 9.0 * 5.0}), QPoint(20, 5));
    QVERIFY(!view.pixelAt({211.5, 300}));
    QVERIFY(!view.pixelAt({788.5, 300}));
  }

  void actualSizeByHand() {
    ViewTransform view;
    view.setViewport(QRectF(0, 0, 801, 601));
    view.setPicture(QSize(64, 32));
    view.actualSize();
    QVERIFY(!view.isFit());
    QCOMPARE(view.scale(), 1.0);
    const QRectF rect = view.pictureRect();
    QCOMPARE(rect.size(), QSizeF(64, 32));
    QCOMPARE(rect.left(), std::round(rect.left()));  // whole pixels: sharp
    QCOMPARE(rect.top(), std::round(rect.top()));
    QVERIFY(far(rect.center(), view.viewport().center()) <= 0.75);
  }

  void fitFollowsResizes() {
    Dice dice;
    for (int round = 0; round < 500; ++round) {
      ViewTransform view = dice.view();
      view.setFitMargin(dice.real(0.0, 40.0));
      view.zoomAbout(dice.within(view.viewport()), 1.7);
      view.fit();
      view.setViewport(QRectF(dice.whole(0, 99), dice.whole(0, 99), dice.whole(1, 4000), dice.whole(1, 4000)));
      view.setPicture(QSize(dice.whole(1, 1500), dice.whole(1, 1500)));
      QVERIFY(view.isFit());
      const QRectF rect = view.pictureRect();
      QVERIFY(view.viewport().adjusted(-0.5, -0.5, 0.5, 0.5).contains(rect));
      QVERIFY(far(rect.center(), view.viewport().center()) <= 0.75);
      QVERIFY(std::abs(rect.width() / rect.height() * view.picture().height() / view.picture().width() - 1.0) < 1e-9);
      // As large as it goes: one side touches its margin.
      ViewTransform same = view;
      same.setFitMargin(0.0);
      const QRectF full = same.pictureRect();
      QVERIFY(std::abs(full.width() - view.viewport().width()) < 1e-6 ||
              std::abs(full.height() - view.viewport().height()) < 1e-6);
    }
  }

  void mappingsAreInverse() {
    Dice dice;
    for (int round = 0; round < 1000; ++round) {
      ViewTransform view = dice.view();
      view.zoomAbout(dice.within(view.viewport()), dice.real(0.2, 20.0));
      const QPointF place = dice.within(view.viewport());
      QVERIFY(far(view.toDevice(view.toPicture(place)), place) < 1e-6);
      QVERIFY(far(view.toDevice({0, 0}), view.pictureRect().topLeft()) < 1e-6);
      const QPointF end(view.picture().width(), view.picture().height());
      QVERIFY(far(view.toDevice(end), view.pictureRect().bottomRight()) < 1e-6);
    }
  }

  /// The point under the pointer stays there from step to step within the rounding to whole device pixels, and the
  /// rounding does not add up: many small steps end where one large step does.
  void zoomKeepsThePoint() {
    Dice dice;
    for (int round = 0; round < 1000; ++round) {
      ViewTransform view = dice.view();
      ViewTransform once = view;
      const QPointF pointer = dice.within(view.pictureRect().intersected(view.viewport()));
      const double start = view.scale();
      for (int step = 0; step < 20; ++step) {
        const QPointF before = view.toPicture(pointer);
        const double factor = dice.real(1.0, 1.3);
        view.zoomAbout(pointer, factor);
        QVERIFY(far(view.toDevice(before), pointer) <= 0.71 * (1.0 + factor) + 1e-6);
      }
      QVERIFY(!view.isFit());
      once.zoomAbout(pointer, view.scale() / start);
      QVERIFY(far(view.pictureRect().topLeft(), once.pictureRect().topLeft()) <= 1.5);
      QVERIFY(std::abs(view.scale() - once.scale()) < 1e-9 * view.scale());
    }
  }

  void limits() {
    Dice dice;
    for (int round = 0; round < 500; ++round) {
      ViewTransform view = dice.view();
      const double fitted = view.scale();
      const QPointF middle = view.viewport().center();
      for (int step = 0; step < 60; ++step) {
        view.zoomAbout(middle, 1.5);
      }
      QCOMPARE(view.scale(), std::max(64.0, fitted));
      for (int step = 0; step < 80; ++step) {
        view.zoomAbout(middle, 0.6);
      }
      QCOMPARE(view.scale(), std::min(0.05, fitted));
      view.zoomAbout(middle, 0.0);
      view.zoomAbout(middle, -3.0);
      view.zoomAbout(middle, std::nan(""));
      QCOMPARE(view.scale(), std::min(0.05, fitted));
      view.fit();
      QCOMPARE(view.scale(), fitted);
    }
  }

  /// However it is thrown about, a strip of the picture can be caught again.
  void staysWithinReach() {
    Dice dice;
    for (int round = 0; round < 500; ++round) {
      ViewTransform view = dice.view();
      for (int step = 0; step < 20; ++step) {
        view.panBy({dice.real(-9000, 9000), dice.real(-9000, 9000)});
        view.zoomAbout(dice.within(view.viewport()), dice.real(0.3, 3.0));
        if (dice.whole(0, 3) == 0) {
          view.setViewport(QRectF(0, 0, dice.whole(60, 3000), dice.whole(60, 2000)));
        }
        if (dice.whole(0, 3) == 0) {
          view.setPicture(QSize(dice.whole(1, 2048), dice.whole(1, 2048)));
        }
        const QRectF rect = view.pictureRect();
        const QRectF& port = view.viewport();
        const auto seen = [](double from, double to, double low, double high) {
          return std::min(to, high) - std::max(from, low);
        };
        QVERIFY(seen(rect.left(), rect.right(), port.left(), port.right()) >=
                std::min({48.0, rect.width(), port.width() / 4.0}) - 0.51);
        QVERIFY(seen(rect.top(), rect.bottom(), port.top(), port.bottom()) >=
                std::min({48.0, rect.height(), port.height() / 4.0}) - 0.51);
      }
    }
  }

  void panMovesByTheHand() {
    ViewTransform view;
    view.setViewport(QRectF(0, 0, 500, 400));
    view.setPicture(QSize(100, 100));
    const QPointF before = view.pictureRect().topLeft();
    view.panBy({30.25, -20.0});
    view.panBy({0.75, 0.0});  // parts of a pixel are not lost
    QVERIFY(!view.isFit());
    QCOMPARE(view.pictureRect().topLeft(), before + QPointF(31, -20));
  }

  /// Out of fit mode a resize keeps the middle, and another picture keeps the scale and the relative place.
  void resizeKeepsTheMiddle() {
    ViewTransform view;
    view.setViewport(QRectF(0, 0, 500, 400));
    view.setPicture(QSize(100, 100));
    view.zoomAbout({250, 200}, 3.0);
    view.panBy({120, 60});
    const double scale = view.scale();
    const QPointF middle = view.toPicture(view.viewport().center());
    view.setViewport(QRectF(40, 10, 900, 720));
    QCOMPARE(view.scale(), scale);
    QVERIFY(far(view.toPicture(view.viewport().center()), middle) * scale <= 1.5);
    view.setPicture(QSize(200, 400));
    QCOMPARE(view.scale(), scale);
    const QPointF expected(middle.x() * 2.0, middle.y() * 4.0);
    QVERIFY(far(view.toPicture(view.viewport().center()), expected) * scale <= 6.0);
  }
};

QTEST_APPLESS_MAIN(ViewTransformTest)
#include "view_transform_test.moc"
