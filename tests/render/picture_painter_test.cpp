// The picture on the canvas, in a real OpenGL 3.3 core context: colours at places, against references made on the CPU.
#include "render/picture_painter.h"
#include "render/view_transform.h"
#include "tests/render/gl_bench.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace loom;
using namespace loom::tests;
using render::FrameTexture;
using render::PaintOptions;
using render::PicturePainter;
using render::Sampling;

namespace {

/// A picture without any symmetry, neighbours far apart.
QRgb busy(int x, int y) {
  const auto hash = static_cast<unsigned>(x * 7919 + y * 104729 + x * y * 31) * 2654435761U;
  return qRgb(static_cast<int>(hash >> 24U), static_cast<int>(hash >> 16U & 255U), static_cast<int>(hash >> 8U & 255U));
}

/// Catmull-Rom from its definition: 16 pixels, doubles.
QRgb catmullRom(const ColourAt& colour, int width, int height, double x, double y) {
  const auto weight = [](double d) {
    d = std::abs(d);
    return d < 1.0   ? 1.5 * d * d * d - 2.5 * d * d + 1.0
           : d < 2.0 ? -0.5 * d * d * d + 2.5 * d * d - 4.0 * d + 2.0
                     : 0.0;
  };
  const int left = static_cast<int>(std::floor(x - 0.5));
  const int top = static_cast<int>(std::floor(y - 0.5));
  double sum[3] = {};
  for (int row = top - 1; row <= top + 2; ++row) {
    for (int column = left - 1; column <= left + 2; ++column) {
      const QRgb pixel = colour(std::clamp(column, 0, width - 1), std::clamp(row, 0, height - 1));
      const double share = weight(x - 0.5 - column) * weight(y - 0.5 - row);
      sum[0] += share * qRed(pixel);
      sum[1] += share * qGreen(pixel);
      sum[2] += share * qBlue(pixel);
    }
  }
  const auto level = [](double value) { return static_cast<int>(std::lround(std::clamp(value, 0.0, 255.0))); };
  return qRgb(level(sum[0]), level(sum[1]), level(sum[2]));
}

}  // namespace

class PicturePainterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    m_bench = std::make_unique<GlBench>();
    QVERIFY2(m_bench->error().isEmpty(), qPrintable(m_bench->error()));
    qInfo("%s", reinterpret_cast<const char*>(m_bench->gl().glGetString(GL_RENDERER)));
    m_painter = std::make_unique<PicturePainter>();
    const std::string error = m_painter->create();
    QVERIFY2(error.empty(), error.c_str());
  }

  void cleanupTestCase() {
    m_painter.reset();
    m_bench.reset();
  }

  void cleanup() { QCOMPARE(m_bench->complaint(), QString()); }

  void nothingYet() {
    FrameTexture empty;
    QVERIFY(empty.empty());
    QCOMPARE(empty.texture(), 0U);
    m_bench->target({40, 30}, Qt::darkGreen);
    PaintOptions options = squareOptions({40, 30}, QRectF(0, 0, 40, 30));
    options.split = 0.5;
    m_painter->paint(empty, &empty, options);
    QCOMPARE(m_bench->picture().pixel(20, 15), QColor(Qt::darkGreen).rgb());
    options.ground = Qt::darkBlue;
    options.viewport = QRectF(10, 5, 20, 10);
    m_painter->paint(empty, nullptr, options);
    const QImage image = m_bench->picture();
    QCOMPARE(image.pixel(10, 5), QColor(Qt::darkBlue).rgb());
    QCOMPARE(image.pixel(29, 14), QColor(Qt::darkBlue).rgb());
    QCOMPARE(image.pixel(30, 14), QColor(Qt::darkGreen).rgb());
    QCOMPARE(image.pixel(29, 15), QColor(Qt::darkGreen).rgb());
    PicturePainter notCreated;
    notCreated.paint(empty, nullptr, options);
  }

  /// Every pixel a square of its own colour, the right way up, nothing beside it.
  void nearestIsExact() {
    FrameTexture texture;
    QCOMPARE(texture.upload(frameBy(13, 9, busy)), std::string());
    m_bench->target({130, 90}, Qt::magenta);
    PaintOptions options = squareOptions({130, 90}, QRectF(7, 5, 13 * 8, 9 * 8));
    options.sampling = Sampling::Nearest;
    m_painter->paint(texture, nullptr, options);
    const QImage image = m_bench->picture();
    for (int y = 0; y < 90; ++y) {
      for (int x = 0; x < 130; ++x) {
        const bool inside = x >= 7 && x < 7 + 104 && y >= 5 && y < 5 + 72;
        const QRgb expected = inside ? busy((x - 7) / 8, (y - 5) / 8) : QColor(Qt::magenta).rgb();
        QVERIFY2(image.pixel(x, y) == expected, qPrintable(QString("at %1, %2").arg(x).arg(y)));
      }
    }
  }

  void actualSizeIsExactInBoth() {
    FrameTexture texture;
    QCOMPARE(texture.upload(frameBy(50, 40, busy)), std::string());
    for (const Sampling sampling : {Sampling::Nearest, Sampling::Smooth}) {
      m_bench->target({60, 50});
      PaintOptions options = squareOptions({60, 50}, QRectF(3, 4, 50, 40));
      options.sampling = sampling;
      m_painter->paint(texture, nullptr, options);
      const QImage image = m_bench->picture();
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 50; ++x) {
          QVERIFY(distance(image.pixel(x + 3, y + 4), busy(x, y)) <= 1);
        }
      }
    }
  }

  /// Against all 16 taps in doubles, on a smooth picture and on pure noise, where the corners left out weigh most.
  /// Nearest and bilinear are shown to miss the same bounds by far.
  void smoothIsCatmullRom() {
    const ColourAt soft = [](int x, int y) {
      return qRgb(128 + static_cast<int>(100 * std::sin(x * 0.9)),
                  128 + static_cast<int>(90 * std::cos(y * 0.7 + x * 0.3)), (x * 11 + y * 5) % 256);
    };
    struct Case {
      ColourAt colour;
      int largest;
      double mean;
    };
    for (const Case& shown : {Case{soft, 6, 1.0}, Case{busy, 12, 2.0}}) {
      FrameTexture texture;
      QCOMPARE(texture.upload(frameBy(16, 12, shown.colour)), std::string());
      const double scale = 11.3;
      m_bench->target({200, 150});
      const PaintOptions options = squareOptions({200, 150}, QRectF(4, 6, 16 * scale, 12 * scale));
      m_painter->paint(texture, nullptr, options);
      const QImage image = m_bench->picture();
      int largest = 0;
      double sum = 0.0;
      double nearestSum = 0.0;
      int count = 0;
      for (int y = 7; y < 6 + static_cast<int>(12 * scale) - 1; ++y) {
        for (int x = 5; x < 4 + static_cast<int>(16 * scale) - 1; ++x) {
          const double u = (x + 0.5 - 4.0) / scale;
          const double v = (y + 0.5 - 6.0) / scale;
          const QRgb expected = catmullRom(shown.colour, 16, 12, u, v);
          const int off = distance(image.pixel(x, y), expected);
          largest = std::max(largest, off);
          sum += off;
          nearestSum += distance(shown.colour(static_cast<int>(u), static_cast<int>(v)), expected);
          ++count;
        }
      }
      qInfo("off by %d at most, %.2f in the mean; nearest would be off by %.1f", largest, sum / count,
            nearestSum / count);
      QVERIFY(largest <= shown.largest);
      QVERIFY(sum / count <= shown.mean);
      QVERIFY(nearestSum / count > 5.0 * shown.mean);
    }
  }

  /// A pattern finer than the screen becomes its mean, in both ways of sampling, and again after the next upload.
  void reducedIsAveraged() {
    FrameTexture texture;
    for (const int bright : {255, 128}) {
      const ColourAt stripes = [bright](int x, int y) {
        return (x + y) % 2 == 0 ? qRgb(bright, bright, bright) : qRgb(0, 0, 0);
      };
      QCOMPARE(texture.upload(frameBy(512, 256, stripes)), std::string());
      for (const Sampling sampling : {Sampling::Nearest, Sampling::Smooth}) {
        m_bench->target({64, 32}, Qt::red);
        PaintOptions options = squareOptions({64, 32}, QRectF(0, 0, 64, 32));
        options.sampling = sampling;
        m_painter->paint(texture, nullptr, options);
        const QImage image = m_bench->picture();
        for (int y = 0; y < 32; ++y) {
          for (int x = 0; x < 64; ++x) {
            const int mean = bright / 2;
            QVERIFY(distance(image.pixel(x, y), qRgb(mean, mean, mean)) <= 3);
          }
        }
      }
    }
  }

  /// At sizes between the levels the picture is the mean of what each screen pixel covers, near enough.
  void reducedLooksRight() {
    const ColourAt soft = [](int x, int y) {
      return qRgb(128 + static_cast<int>(100 * std::sin(x * 0.05)), 128 + static_cast<int>(90 * std::cos(y * 0.07)),
                  128 + static_cast<int>(80 * std::sin((x + y) * 0.03)));
    };
    FrameTexture texture;
    QCOMPARE(texture.upload(frameBy(400, 300, soft)), std::string());
    for (const double scale : {0.9, 0.72, 0.6, 0.5, 0.31, 0.2}) {
      m_bench->target({400, 300});
      const QRectF where(3, 2, 400 * scale, 300 * scale);
      m_painter->paint(texture, nullptr, squareOptions({400, 300}, where));
      const QImage image = m_bench->picture();
      for (int y = 6; y < where.bottom() - 4; ++y) {
        for (int x = 6; x < where.right() - 4; ++x) {
          const QRgb expected =
              soft(static_cast<int>((x + 0.5 - 3.0) / scale), static_cast<int>((y + 0.5 - 2.0) / scale));
          QVERIFY2(distance(image.pixel(x, y), expected) <= 8, qPrintable(QString::number(scale)));
        }
      }
    }
  }

  void splitShowsBoth() {
    FrameTexture current;
    FrameTexture pinned;
    QCOMPARE(current.upload(plainFrame(20, 20, qRgb(10, 20, 200))), std::string());
    QCOMPARE(pinned.upload(plainFrame(5, 5, qRgb(200, 20, 10))), std::string());  // of another model, smaller
    PaintOptions options = squareOptions({120, 120}, QRectF(10, 10, 100, 100));
    options.divider = QColor(250, 240, 230);
    options.dividerWidth = 2.0;
    for (const double split : {0.0, 0.25, 0.5, 1.0}) {
      options.split = split;
      m_bench->target({120, 120});
      m_painter->paint(current, &pinned, options);
      const QImage image = m_bench->picture();
      const int middle = 10 + static_cast<int>(split * 100);
      for (int x = 10; x < 110; ++x) {
        const QRgb expected = std::abs(x + 0.5 - middle) < 1.0 ? qRgb(250, 240, 230)
                              : x < middle                     ? qRgb(200, 20, 10)
                                                               : qRgb(10, 20, 200);
        QVERIFY2(distance(image.pixel(x, 60), expected) <= 1, qPrintable(QString("split %1, x %2").arg(split).arg(x)));
      }
      QCOMPARE(image.pixel(middle, 5), qRgb(0, 0, 0));  // no line beyond the picture
    }
    FrameTexture none;
    options.split = 0.5;
    m_bench->target({120, 120});
    m_painter->paint(current, &none, options);
    QVERIFY(distance(m_bench->picture().pixel(20, 60), qRgb(10, 20, 200)) <= 1);
  }

  /// Four rounded corners take r²(4 − π) pixels away, faded; the straight edges stay sharp.
  void roundedCorners() {
    FrameTexture texture;
    QCOMPARE(texture.upload(plainFrame(8, 8, qRgb(255, 255, 255))), std::string());
    for (const double radius : {4.0, 8.0}) {
      m_bench->target({80, 80});
      PaintOptions options = squareOptions({80, 80}, QRectF(10, 10, 60, 60));
      options.cornerRadius = radius;
      m_painter->paint(texture, nullptr, options);
      const QImage image = m_bench->picture();
      double lit = 0.0;
      int faded = 0;
      for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 80; ++x) {
          lit += qGreen(image.pixel(x, y)) / 255.0;
          faded += qGreen(image.pixel(x, y)) > 8 && qGreen(image.pixel(x, y)) < 247 ? 1 : 0;
        }
      }
      const double taken = 3600.0 - lit;
      const double expected = radius * radius * (4.0 - std::acos(-1.0));
      QVERIFY2(std::abs(taken - expected) < 0.15 * expected + 0.5, qPrintable(QString::number(taken)));
      QVERIFY(faded >= 12 && faded <= 80);
      QVERIFY(qGreen(image.pixel(10, 10)) < 20);
      QCOMPARE(qGreen(image.pixel(10, 40)), 255);
      QCOMPARE(qGreen(image.pixel(9, 40)), 0);
      QCOMPARE(qGreen(image.pixel(40, 69)), 255);
      QCOMPARE(qGreen(image.pixel(40, 70)), 0);
    }
  }

  void checkeredGround() {
    FrameTexture texture;
    QCOMPARE(texture.upload(plainFrame(2, 2, qRgb(0, 255, 0))), std::string());
    m_bench->target({64, 64});
    PaintOptions options = squareOptions({64, 64}, QRectF(32, 32, 16, 16));
    options.ground = QColor(40, 40, 40);
    options.checker = QColor(60, 60, 60);
    options.checkerSize = 8.0;
    m_painter->paint(texture, nullptr, options);
    const QImage image = m_bench->picture();
    QCOMPARE(image.pixel(1, 1), qRgb(40, 40, 40));
    QCOMPARE(image.pixel(7, 7), qRgb(40, 40, 40));
    QCOMPARE(image.pixel(8, 7), qRgb(60, 60, 60));
    QCOMPARE(image.pixel(8, 8), qRgb(40, 40, 40));
    QCOMPARE(image.pixel(40, 40), qRgb(0, 255, 0));
  }

  /// What the readout names is what is seen, wherever the view is dragged and however far it is zoomed in.
  void readoutAgreesWithTheScreen() {
    const std::uint32_t seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    const auto real = [&random](double from, double to) { return std::uniform_real_distribution(from, to)(random); };
    FrameTexture texture;
    QCOMPARE(texture.upload(frameBy(96, 80, busy)), std::string());
    int compared = 0;
    for (int round = 0; round < 40; ++round) {
      render::ViewTransform view;
      view.setViewport(QRectF(20, 10, 300, 220));
      view.setPicture(QSize(96, 80));
      view.zoomAbout({real(20, 320), real(10, 230)}, real(1.0, 30.0));
      view.panBy({real(-200, 200), real(-200, 200)});
      m_bench->target({340, 240}, Qt::magenta);
      PaintOptions options = squareOptions({340, 240}, view.pictureRect());
      options.viewport = view.viewport();
      options.sampling = Sampling::Nearest;
      m_painter->paint(texture, nullptr, options);
      const QImage image = m_bench->picture();
      for (int probe = 0; probe < 200; ++probe) {
        const QPoint place(std::uniform_int_distribution(0, 339)(random),
                           std::uniform_int_distribution(0, 239)(random));
        const QPointF middle = QPointF(place) + QPointF(0.5, 0.5);
        const QPointF exact = view.toPicture(middle);
        // At the very border of two pixels float and double may choose differently.
        const double toBorder =
            std::min(std::abs(exact.x() - std::round(exact.x())), std::abs(exact.y() - std::round(exact.y())));
        // And a pixel of the screen that the picture's own edge runs through is mixed with the ground.
        const double edge = 0.6 / view.scale();
        if (toBorder * view.scale() < 0.1 ||
            !QRectF(QPointF(0, 0), QSizeF(96, 80)).adjusted(edge, edge, -edge, -edge).contains(exact)) {
          continue;
        }
        const auto pixel = view.pixelAt(middle);
        const QRgb expected = pixel ? busy(pixel->x(), pixel->y()) : QColor(Qt::magenta).rgb();
        QCOMPARE(image.pixel(place), expected);
        ++compared;
      }
    }
    QVERIFY(compared > 1000);
  }

  void shaderErrorsAreSentences() {
    render::ShaderProgram program;
    QVERIFY(program.create("quad.vert", "nowhere.frag").find("nowhere.frag is missing") != std::string::npos);
    const std::string error = program.create("quad.vert", "broken.frag");
    QVERIFY2(error.find("broken.frag") != std::string::npos, error.c_str());
    QVERIFY2(error.find("nothingOfThatName") != std::string::npos, error.c_str());  // the driver's own words
    QCOMPARE(program.id(), 0U);
    m_bench->context().doneCurrent();
    QVERIFY(!program.create("quad.vert", "picture.frag").empty());
    QVERIFY(!PicturePainter().create().empty());
    QVERIFY(m_bench->context().makeCurrent(&m_bench->surface()));
  }

 private:
  std::unique_ptr<GlBench> m_bench;
  std::unique_ptr<PicturePainter> m_painter;
};

QTEST_MAIN(PicturePainterTest)
#include "picture_painter_test.moc"
