// What is done where a GPU's memory is full, without a GPU: the order of the steps, and that the work is whole at the
// end.
#include "model/device/device_memory.h"

#include <QTest>

#include <limits>
#include <string>
#include <vector>

using loom::model::DeviceMemoryFull;
using loom::model::workInMemory;

namespace {

/// A device that holds so many pieces at once, fewer while its cache is full, and says what it was told to do.
struct PaperDevice {
  std::size_t holds = 8;
  std::size_t cached = 0;  // pieces' worth of memory that a dropped cache gives back
  bool onCpu = false;
  std::vector<std::size_t> made = {};
  std::string diary = {};

  void work(std::size_t first, std::size_t size) {
    diary += std::to_string(first) + "+" + std::to_string(size);
    if (!onCpu && size + cached > holds) {
      diary += "! ";
      throw DeviceMemoryFull();
    }
    diary += " ";
    for (std::size_t i = 0; i < size; ++i) {
      made.push_back(first + i);
    }
  }

  void run(std::size_t count, std::size_t& most) {
    workInMemory(count, most, [&](std::size_t first, std::size_t size) { work(first, size); },
                 {[&] {
                    cached = 0;
                    diary += "drop ";
                  },
                  [&] {
                    onCpu = true;
                    diary += "cpu ";
                  }});
  }
};

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

}  // namespace

class DeviceMemoryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void steps_data() {
    QTest::addColumn<int>("holds");
    QTest::addColumn<int>("cached");
    QTest::addColumn<int>("count");
    QTest::addColumn<QString>("diary");
    QTest::addColumn<int>("most");  // −1: no limit came to be known
    QTest::newRow("room enough") << 8 << 0 << 8 << "0+8 " << -1;
    QTest::newRow("nothing to do") << 0 << 0 << 0 << "" << -1;
    QTest::newRow("the cache was in the way") << 8 << 5 << 8 << "0+8! drop 0+8 " << -1;
    QTest::newRow("half of it at once") << 4 << 0 << 8 << "0+8! drop 0+8! drop 0+4 4+4 " << 4;
    QTest::newRow("a quarter, a rest") << 2 << 0 << 7 << "0+7! drop 0+7! drop 0+3! drop 0+1 1+1 2+1 3+1 4+1 5+1 6+1 "
                                       << 1;
    QTest::newRow("one is too much") << 0 << 0 << 1 << "0+1! drop 0+1! drop cpu 0+1 " << -1;
    QTest::newRow("even one of four") << 0 << 0 << 4 << "0+4! drop 0+4! drop 0+2! drop 0+1! drop cpu 0+4 " << -1;
  }
  void steps() {
    QFETCH(int, holds);
    QFETCH(int, cached);
    QFETCH(int, count);
    QFETCH(QString, diary);
    QFETCH(int, most);
    PaperDevice device{static_cast<std::size_t>(holds), static_cast<std::size_t>(cached), false, {}, {}};
    std::size_t known = kAll;
    device.run(static_cast<std::size_t>(count), known);
    QCOMPARE(QString::fromStdString(device.diary), diary);
    QCOMPARE(known, most < 0 ? kAll : static_cast<std::size_t>(most));
    QCOMPARE(device.made.size(), static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < device.made.size(); ++i) {
      QCOMPARE(device.made[i], i);
    }
  }

  /// The next call does not try again what was too much.
  void itIsRemembered() {
    PaperDevice device{.holds = 4};
    std::size_t known = kAll;
    device.run(8, known);
    device.diary.clear();
    device.run(8, known);
    QCOMPARE(device.diary, std::string("0+4 4+4 "));
  }

  /// Memory that gets scarce in the middle: what was made before stays.
  void lessAndLess() {
    PaperDevice device{.holds = 4};
    std::size_t known = 4;
    workInMemory(12, known,
                 [&](std::size_t first, std::size_t size) {
                   device.holds = first >= 8 ? 0 : first >= 4 ? 2 : 4;
                   device.work(first, size);
                 },
                 {[&] { device.diary += "drop "; },
                  [&] {
                    device.onCpu = true;
                    device.diary += "cpu ";
                  }});
    QCOMPARE(device.diary, std::string("0+4 4+4! drop 4+4! drop 4+2 6+2 8+2! drop 8+2! drop 8+1! drop cpu 8+4 "));
    QCOMPARE(device.made.size(), std::size_t{12});
  }

  void otherExceptionsPass() {
    PaperDevice device{.holds = 0};
    std::size_t known = kAll;
    const auto never = [] { QFAIL("nothing was full"); };
    QVERIFY_EXCEPTION_THROWN(
        workInMemory(1, known, [](std::size_t, std::size_t) { throw std::invalid_argument("x"); }, {never, never}),
        std::invalid_argument);
    // A CPU that cannot take over says why; one that is full itself is no GPU.
    QVERIFY_EXCEPTION_THROWN(workInMemory(1, known, [&](std::size_t f, std::size_t s) { device.work(f, s); },
                                          {[] {}, [] { throw std::runtime_error("the file is gone"); }}),
                             std::runtime_error);
    int calls = 0;
    QVERIFY_EXCEPTION_THROWN(workInMemory(1, known,
                                          [&](std::size_t, std::size_t) {
                                            ++calls;
                                            throw DeviceMemoryFull();
                                          },
                                          {[] {}, [] {}}),
                             DeviceMemoryFull);
    QCOMPARE(calls, 3);
  }
};

QTEST_APPLESS_MAIN(DeviceMemoryTest)
#include "device_memory_test.moc"
