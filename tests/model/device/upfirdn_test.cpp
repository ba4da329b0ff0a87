// upfirdn2d against its definition, written out: zeros put between, padded, filtered, thinned.
#include "model/device/upfirdn.h"
#include "tests/model/device/by_definition.h"

#include <QTest>

using namespace loom;
using namespace loom::test;

namespace {

struct Case {
  int count = 1, channels = 1, height = 5, width = 5;
  int rows = 4, columns = 4;
  int upX = 1, upY = 1, downX = 1, downY = 1;
  Padding pad{};
  bool flip = false;
  bool channelsLast = false;
  bool half = false;
  bool unfiltered = false;
};

}  // namespace

Q_DECLARE_METATYPE(Case)

class UpfirdnTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsItsDefinition_data() {
    QTest::addColumn<Case>("c");
    QTest::newRow("a filter that just fits") << Case{.height = 4, .width = 4};
    QTest::newRow("one pixel") << Case{.height = 1, .width = 1, .pad = {3, 3, 3, 3}};
    QTest::newRow("one pixel, twice the size")
        << Case{.height = 1, .width = 1, .upX = 2, .upY = 2, .pad = {2, 1, 2, 1}};
    QTest::newRow("upsample2d") << Case{
        .count = 2, .channels = 3, .height = 7, .width = 6, .upX = 2, .upY = 2, .pad = {2, 1, 2, 1}};
    QTest::newRow("downsample2d") << Case{
        .count = 2, .channels = 3, .height = 9, .width = 8, .downX = 2, .downY = 2, .pad = {1, 1, 1, 1}};
    QTest::newRow("by 4, odd") << Case{
        .height = 5, .width = 3, .rows = 7, .columns = 5, .upX = 4, .upY = 4, .pad = {3, 5, 4, 2}};
    QTest::newRow("down by 4, a rest") << Case{
        .height = 14, .width = 17, .rows = 3, .columns = 3, .downX = 4, .downY = 4};
    QTest::newRow("3 up, 2 down") << Case{.height = 6,
                                          .width = 5,
                                          .rows = 5,
                                          .columns = 6,
                                          .upX = 3,
                                          .upY = 3,
                                          .downX = 2,
                                          .downY = 2,
                                          .pad = {2, 2, 1, 3}};
    QTest::newRow("sides unlike") << Case{.height = 6,
                                          .width = 9,
                                          .rows = 1,
                                          .columns = 5,
                                          .upX = 2,
                                          .upY = 1,
                                          .downX = 1,
                                          .downY = 3,
                                          .pad = {4, 0, 0, 1}};
    QTest::newRow("cut on all sides") << Case{.height = 12, .width = 11, .upX = 2, .upY = 2, .pad = {-3, -2, -5, -1}};
    QTest::newRow("cut here, padded there") << Case{.height = 8, .width = 8, .pad = {-2, 5, 3, -1}};
    QTest::newRow("cut to one") << Case{.height = 8, .width = 8, .pad = {-2, -2, -2, -2}};
    QTest::newRow("padded beyond the filter")
        << Case{.height = 2, .width = 2, .rows = 3, .columns = 3, .pad = {9, 8, 7, 6}};
    QTest::newRow("correlation") << Case{
        .height = 6, .width = 6, .upX = 2, .upY = 2, .pad = {1, 2, 2, 1}, .flip = true};
    QTest::newRow("no filter") << Case{
        .height = 6, .width = 5, .rows = 1, .columns = 1, .upX = 2, .downY = 2, .unfiltered = true};
    QTest::newRow("channels last") << Case{.count = 2,
                                           .channels = 5,
                                           .height = 6,
                                           .width = 7,
                                           .upX = 2,
                                           .upY = 2,
                                           .pad = {2, 1, 2, 1},
                                           .channelsLast = true};
    QTest::newRow("half, planes") << Case{
        .count = 2, .channels = 3, .height = 6, .width = 7, .pad = {1, 1, 1, 1}, .half = true};
    QTest::newRow("half, channels last") << Case{
        .count = 3, .channels = 4, .height = 6, .width = 7, .pad = {1, 1, 1, 1}, .channelsLast = true, .half = true};
  }
  void equalsItsDefinition() {
    QFETCH(Case, c);
    QRandomGenerator random(11);
    const LoomElement element = c.half ? LOOM_HALF : LOOM_FLOAT;
    const auto taps = c.unfiltered ? std::vector<float>{1.0F} : someFloats(random, c.rows * c.columns);
    Stored input(c.count, c.channels, c.height, c.width, c.channelsLast, element);
    input.fill(random);
    const int height = loomUpfirdnSize(c.height, c.upY, c.downY, c.pad.top, c.pad.bottom, c.rows);
    const int width = loomUpfirdnSize(c.width, c.upX, c.downX, c.pad.left, c.pad.right, c.columns);
    Stored output(c.count, c.channels, height, width, c.channelsLast, element);
    constexpr double kGain = 4.0;
    model::upfirdnHost({input.shape(), output.shape(), element, input.data(), output.data(),
                        c.unfiltered ? nullptr : taps.data(), c.rows, c.columns, c.flip, c.upX, c.upY, c.downX, c.downY,
                        c.pad.left, c.pad.right, c.pad.top, c.pad.bottom, static_cast<float>(kGain)});

    const Pictures expected =
        filtered(spread(input.read(), c.upX, c.upY, c.pad), {c.rows, c.columns, {taps.begin(), taps.end()}}, c.flip,
                 c.downX, c.downY, kGain);
    QCOMPARE(height, expected.height);
    QCOMPARE(width, expected.width);
    QVERIFY(difference(output.read(), expected) <= tolerance(element));
  }

  void sizes() {
    QCOMPARE(loomUpfirdnSize(4, 1, 1, 0, 0, 5), 0);  // the filter does not fit in
    QCOMPARE(loomUpfirdnSize(4, 1, 1, 0, 1, 5), 1);
    QCOMPARE(loomUpfirdnSize(4, 2, 1, -9, 0, 1), 0);
    QCOMPARE(loomUpfirdnSize(5, 1, 2, 0, 0, 1), 3);
    QCOMPARE(loomUpfirdnSize(6, 1, 2, 0, 0, 1), 3);
    QCOMPARE(loomUpfirdnSize(6, 1, 4, 0, 0, 2), 2);
  }
};

QTEST_APPLESS_MAIN(UpfirdnTest)
#include "upfirdn_test.moc"
