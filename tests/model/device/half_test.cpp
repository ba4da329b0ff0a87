// Half precision in storage: every value there is, and where rounding turns.
#include "model/device/host_device.h"

#include <QTest>

#include <cmath>
#include <limits>

using loom::model::ceilDivided;
using loom::model::floorDivided;
using loom::model::Half;
using loom::model::load;
using loom::model::store;

namespace {

constexpr std::uint32_t kInfinite = 0x7C00;

/// By the definition of binary16.
double valueOf(std::uint32_t bits) {
  const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
  const int exponent = static_cast<int>(bits >> 10U & 0x1FU);
  const int mantissa = static_cast<int>(bits & 0x3FFU);
  return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25));
}

std::uint32_t stored(float value) {
  Half half;
  store(value, half);
  return half.bits;
}

}  // namespace

class HalfTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyValue() {
    for (std::uint32_t bits = 0; bits <= 0xFFFFU; ++bits) {
      const float value = load(Half{static_cast<std::uint16_t>(bits)});
      if ((bits & 0x7FFFU) > kInfinite) {
        QVERIFY(std::isnan(value));
        QVERIFY((stored(value) & 0x7FFFU) > kInfinite);
        continue;
      }
      if ((bits & 0x7FFFU) == kInfinite) {
        QVERIFY(std::isinf(value) && std::signbit(value) == ((bits & 0x8000U) != 0));
      } else {
        QCOMPARE(static_cast<double>(value), valueOf(bits));
      }
      QCOMPARE(stored(value), bits);  // zero keeps its sign, too
    }
  }

  void roundsToTheNearest() {
    constexpr float kUp = std::numeric_limits<float>::infinity();
    for (std::uint32_t bits = 0; bits < kInfinite; ++bits) {
      // The exact middle of two neighbours is a float32; it goes to the even one. The last neighbour would be 65536.
      const auto middle =
          static_cast<float>((valueOf(bits) + (bits + 1 == kInfinite ? 65536.0 : valueOf(bits + 1))) / 2.0);
      QCOMPARE(stored(middle), bits + (bits & 1U));
      QCOMPARE(stored(-middle), (bits + (bits & 1U)) | 0x8000U);
      QCOMPARE(stored(std::nextafter(middle, -kUp)), bits);
      QCOMPARE(stored(std::nextafter(middle, kUp)), bits + 1);
    }
    QCOMPARE(stored(std::numeric_limits<float>::max()), kInfinite);
    QCOMPARE(stored(std::numeric_limits<float>::denorm_min()), 0U);
  }

  void divisionsOfAnySign() {
    for (int b = 1; b <= 5; ++b) {
      for (int a = -40; a <= 40; ++a) {
        QCOMPARE(ceilDivided(a, b), static_cast<int>(std::ceil(static_cast<double>(a) / b)));
        QCOMPARE(floorDivided(a, b), static_cast<int>(std::floor(static_cast<double>(a) / b)));
      }
    }
  }
};

QTEST_APPLESS_MAIN(HalfTest)
#include "half_test.moc"
