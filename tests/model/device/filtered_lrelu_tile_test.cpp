// filtered_lrelu in tiles against its definition, written out. Tiles of every size and blocks of several threads must
// give the same: the seams between tiles and the barriers between stages are what can go wrong.
#include "model/device/filtered_lrelu_tile.h"
#include "tests/model/device/by_definition.h"

#include <QTest>

using namespace loom;
using namespace loom::test;

namespace {

struct Case {
  int up = 2, down = 2, upTaps = 12, downTaps = 12;
  bool square = false;
  Padding pad{9, 8, 9, 8};
  int count = 1, channels = 2, height = 9, width = 11;
  bool lastIn = false, lastOut = false;
  bool halfIn = false, halfOut = false;
  float slope = 0.2F, gain = 1.4142135F, clamp = 0.7F;
};

/// A job with all that it points to.
struct Work {
  explicit Work(const Case& c)
      : input(c.count, c.channels, c.height, c.width, c.lastIn, c.halfIn ? LOOM_HALF : LOOM_FLOAT),
        output(c.count, c.channels,
               loomFilteredLreluSize(c.height, c.up, c.down, c.pad.top, c.pad.bottom, c.upTaps, c.downTaps),
               loomFilteredLreluSize(c.width, c.up, c.down, c.pad.left, c.pad.right, c.upTaps, c.downTaps), c.lastOut,
               c.halfOut ? LOOM_HALF : LOOM_FLOAT) {
    input.fill(random);
    scale = someFloats(random, c.count * c.channels, 0.5, 1.5);
    bias = someFloats(random, c.channels);
    up = c.upTaps > 1 ? someFloats(random, c.upTaps) : std::vector<float>{1.0F};
    down =
        c.downTaps > 1 ? someFloats(random, c.square ? c.downTaps * c.downTaps : c.downTaps) : std::vector<float>{1.0F};
    job = {input.shape(),
           output.shape(),
           input.element(),
           output.element(),
           input.data(),
           output.data(),
           scale.data(),
           bias.data(),
           c.upTaps > 1 ? up.data() : nullptr,
           c.downTaps > 1 ? down.data() : nullptr,
           c.up,
           c.down,
           c.upTaps,
           c.downTaps,
           c.square,
           c.pad.left,
           c.pad.right,
           c.pad.top,
           c.pad.bottom,
           c.slope,
           c.gain,
           c.clamp};
  }

  QRandomGenerator random{3};
  Stored input;
  Stored output;
  std::vector<float> scale, bias, up, down;
  LoomFilteredLrelu job{};
};

Pictures byDefinition(const Case& c, const Work& work) {
  Pictures x = work.input.read();
  x.forEach([&](double& value, int n, int channel, int, int) {
    value = value * static_cast<double>(work.scale[static_cast<std::size_t>(n * c.channels + channel)]) +
            static_cast<double>(work.bias[static_cast<std::size_t>(channel)]);
  });
  Pictures large = filtered(spread(x, c.up, c.up, c.pad), squareOf(work.up), false, 1, 1, c.up * c.up);
  large.forEach([&](double& value, int, int, int, int) {
    value = (value < 0.0 ? value * static_cast<double>(c.slope) : value) * static_cast<double>(c.gain);
    const auto clamp = static_cast<double>(c.clamp);
    value = clamp < 0.0 ? value : std::clamp(value, -clamp, clamp);
  });
  const Filter down =
      c.square ? Filter{c.downTaps, c.downTaps, {work.down.begin(), work.down.end()}} : squareOf(work.down);
  return filtered(large, down, false, c.down, c.down, 1.0);
}

}  // namespace

Q_DECLARE_METATYPE(Case)

class FilteredLreluTileTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsItsDefinition_data() {
    QTest::addColumn<Case>("c");
    QTest::newRow("2 up, 2 down") << Case{};
    QTest::newRow("4 up, 2 down") << Case{.up = 4, .upTaps = 24, .pad = {14, 13, 15, 14}};
    QTest::newRow("square") << Case{.square = true, .pad = {9, 9, 10, 8}};
    QTest::newRow("nothing but the bend") << Case{.up = 1, .down = 1, .upTaps = 1, .downTaps = 1, .pad = {}};
    QTest::newRow("ToRGB cuts") << Case{
        .up = 1, .down = 1, .upTaps = 1, .downTaps = 1, .pad = {-2, -1, -1, -2}, .slope = 1.0F, .gain = 1.0F};
    QTest::newRow("3 up, 2 down, odd taps, cut") << Case{.up = 3, .upTaps = 7, .downTaps = 5, .pad = {-1, 2, -4, -3}};
    QTest::newRow("1 up, 3 down, square")
        << Case{.up = 1, .down = 3, .upTaps = 4, .downTaps = 6, .square = true, .pad = {4, 3, 4, 5}};
    QTest::newRow("4 up, 4 down") << Case{.up = 4, .down = 4, .upTaps = 9, .downTaps = 11, .pad = {5, 6, 7, 8}};
    QTest::newRow("much padding: bias stays out of it")
        << Case{.down = 1, .upTaps = 3, .downTaps = 4, .pad = {30, 21, 20, 31}, .clamp = -1.0F};
    QTest::newRow("one pixel") << Case{.pad = {11, 11, 11, 11}, .height = 1, .width = 1};
    QTest::newRow("one channel, two pictures") << Case{.count = 2, .channels = 1};
    QTest::newRow("larger than a tile") << Case{.channels = 1, .height = 41, .width = 70};
    QTest::newRow("channels last in") << Case{.count = 2, .channels = 5, .lastIn = true};
    QTest::newRow("channels last out") << Case{.count = 2, .channels = 5, .lastOut = true};
    QTest::newRow("half") << Case{.count = 2, .channels = 3, .halfIn = true, .halfOut = true};
    QTest::newRow("half in, float out") << Case{
        .up = 1, .down = 1, .upTaps = 1, .downTaps = 1, .pad = {}, .halfIn = true, .clamp = -1.0F};
    QTest::newRow("float in, half out") << Case{.halfOut = true};
  }
  void equalsItsDefinition() {
    QFETCH(Case, c);
    Work work(c);
    const Pictures expected = byDefinition(c, work);
    QCOMPARE(work.output.shape().height, expected.height);
    QCOMPARE(work.output.shape().width, expected.width);
    constexpr int kSharedFloats = 48 * 1024 / 4;
    for (const auto& [height, width, rows, lanes] :
         {std::array{0, 0, 8, 32}, std::array{1, 1, 1, 1}, std::array{5, 3, 2, 7}, std::array{4, 32, 1, 5}}) {
      const LreluTiling tiling =
          height > 0 ? model::lreluTilingOf(work.job, height, width) : model::lreluTiling(work.job, kSharedFloats);
      Stored output(c.count, c.channels, expected.height, expected.width, c.lastOut, work.output.element());
      work.job.result = output.data();
      model::filteredLreluHost(work.job, tiling, rows, lanes);
      const double apart = difference(output.read(), expected);
      QVERIFY2(
          apart <= tolerance(work.output.element()),
          qPrintable(QStringLiteral("tiles of %1×%2: %3").arg(tiling.tileHeight).arg(tiling.tileWidth).arg(apart)));
    }
  }

  void tilesFitTheMemory() {
    Work work(Case{.up = 4, .upTaps = 24});
    const LreluTiling most = model::lreluTiling(work.job, 1 << 20);
    QCOMPARE(most.tileHeight, 16);
    QCOMPARE(most.tileWidth, 32);
    int before = most.tileHeight * most.tileWidth + 1;
    for (int floats = most.floats; floats > 0; floats -= 97) {
      const LreluTiling tiling = model::lreluTiling(work.job, floats);
      const int pixels = tiling.tileHeight * tiling.tileWidth;
      QVERIFY(pixels <= before);
      QVERIFY(pixels == 0 || tiling.floats <= floats);
      before = pixels;
    }
    QCOMPARE(before, 0);  // in the end the filters alone are too much
  }

 private:
  using LreluTiling = model::LreluTiling;
};

QTEST_APPLESS_MAIN(FilteredLreluTileTest)
#include "filtered_lrelu_tile_test.moc"
