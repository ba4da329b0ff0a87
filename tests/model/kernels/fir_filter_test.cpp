// The separable filter with what comes behind it, against its definition, in double.
#include "model/kernels/fir_filter.h"

#include "tests/model/kernels/each_processor.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace loom::model;

class FirFilterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalsItsDefinition_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("down");
    QTest::addColumn<int>("across");
    QTest::addColumn<int>("before");
    QTest::addColumn<int>("after");
    QTest::newRow("StyleGAN2's blur") << 1 << 17 << 17 << 32 << 4 << 4 << 1 << 1;
    QTest::newRow("channels left over") << 2 << 9 << 13 << 21 << 4 << 4 << 1 << 2;
    QTest::newRow("bands of rows") << 1 << 131 << 3 << 5 << 4 << 2 << 1 << 1;
    QTest::newRow("cut") << 1 << 12 << 14 << 16 << 3 << 3 << -2 << -1;
    QTest::newRow("more zeros than taps") << 1 << 2 << 3 << 7 << 2 << 2 << 5 << 4;
    QTest::newRow("one pixel, one tap") << 3 << 1 << 1 << 1 << 1 << 1 << 0 << 0;
    QTest::newRow("nothing left") << 1 << 2 << 2 << 4 << 4 << 4 << 0 << 0;
  }
  void equalsItsDefinition() {
    QFETCH(int, count);
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, channels);
    QFETCH(int, down);
    QFETCH(int, across);
    QFETCH(int, before);
    QFETCH(int, after);
    QRandomGenerator random(5);
    const auto noise = [&](int size) {
      std::vector<float> values(static_cast<std::size_t>(size));
      std::generate(values.begin(), values.end(),
                    [&] { return static_cast<float>(random.generateDouble() * 2.0 - 1.0); });
      return values;
    };
    const int outHeight = firOutput(height, before, after, down);
    const int outWidth = firOutput(width, before, after, across);
    const std::vector<float> input = noise(count * height * width * channels);
    const std::vector<float> scale = noise(count * channels);
    const std::vector<float> bias = noise(channels);
    const std::vector<float> added = noise(outHeight * outWidth);
    FirCall call;
    call.input = input.data();
    call.count = count;
    call.height = height;
    call.width = width;
    call.channels = channels;
    call.down = noise(down);
    call.across = noise(across);
    call.before = before;
    call.after = after;
    call.finish = {scale.data(), bias.data(), added.data(), false, 0.3F, 0.9F};
    for (const loom::test::Processor& processor : loom::test::processors()) {
      const loom::test::As as(processor);
      std::vector<float> output(static_cast<std::size_t>(count * outHeight * outWidth * channels), NAN);
      call.output = output.data();
      firFilter(call, loom::test::inTurn());
      for (int i = 0; i < static_cast<int>(output.size()); ++i) {
        const int c = i % channels;
        const int x = i / channels % outWidth;
        const int y = i / channels / outWidth % outHeight;
        const int n = i / channels / outWidth / outHeight;
        double sum = 0.0;
        for (int a = 0; a < down; ++a) {
          for (int b = 0; b < across; ++b) {
            const int row = y - before + a;
            const int column = x - before + b;
            if (row >= 0 && column >= 0 && row < height && column < width) {
              sum += static_cast<double>(
                         input[static_cast<std::size_t>(((n * height + row) * width + column) * channels + c)]) *
                     call.down[static_cast<std::size_t>(a)] * call.across[static_cast<std::size_t>(b)];
            }
          }
        }
        sum = sum * scale[static_cast<std::size_t>(n * channels + c)] + bias[static_cast<std::size_t>(c)] +
              added[static_cast<std::size_t>(y * outWidth + x)];
        sum = std::clamp(sum < 0.0 ? sum * 0.3 : sum, -0.9, 0.9);
        const double apart = std::abs(sum - output[static_cast<std::size_t>(i)]);
        QVERIFY2(apart <= 1e-5, qPrintable(QStringLiteral("%1: value %2 is off by %3")
                                               .arg(QString::fromStdString(processor.name))
                                               .arg(i)
                                               .arg(apart)));
      }
    }
  }
};

QTEST_APPLESS_MAIN(FirFilterTest)
#include "fir_filter_test.moc"
