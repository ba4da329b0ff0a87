#include "model/training_batches.h"

#include "tests/refusal.h"

#include <QTest>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>

using namespace loom::model;

namespace {

/// 2 × 2 pixels that tell their picture and their place.
class CountedData : public TrainingData {
 public:
  explicit CountedData(std::int64_t count, std::int64_t broken = -1) : m_broken(broken) {
    m_info.count = count;
    m_info.resolution = 2;
    m_info.channels = 1;
    m_info.classNames = {"even", "odd"};
  }
  const TrainingDataInfo& info() const override { return m_info; }
  int label(std::int64_t index) const override { return static_cast<int>(index % 2); }
  void read(std::int64_t index, std::uint8_t* pixels) const override {
    ++reads;
    if (index == m_broken) {
      throw std::runtime_error("picture " + std::to_string(index) + " is broken.");
    }
    for (int i = 0; i < 4; ++i) {
      pixels[i] = static_cast<std::uint8_t>(4 * index + i);
    }
  }
  mutable std::atomic<int> reads = 0;

 private:
  TrainingDataInfo m_info;
  std::int64_t m_broken;
};

bool same(const TrainingBatch& a, const TrainingBatch& b) {
  return a.number == b.number && a.indices == b.indices && a.pixels == b.pixels && a.labels == b.labels;
}

}  // namespace

class TrainingBatchesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyRoundHoldsEveryPictureOnce() {
    BatchOrder order(10, 4, 7, false);
    std::vector<std::int64_t> sequence;
    for (int number = 0; number < 5; ++number) {
      for (const auto& entry : order.batch(number)) {
        sequence.push_back(entry.index);
        QVERIFY(!entry.mirrored);
      }
    }
    const std::set<std::int64_t> first(sequence.begin(), sequence.begin() + 10);
    const std::set<std::int64_t> second(sequence.begin() + 10, sequence.end());
    QCOMPARE(first.size(), 10U);
    QCOMPARE(second.size(), 10U);
    QVERIFY(!std::equal(sequence.begin(), sequence.begin() + 10, sequence.begin() + 10));
  }

  /// A later version must go on with a run of this one: the order is part of the format.
  void theOrderStaysForEver() {
    BatchOrder order(10, 10, 1, true);
    std::vector<int> indices;
    std::string mirrored;
    for (const auto& entry : order.batch(0)) {
      indices.push_back(static_cast<int>(entry.index));
      mirrored += entry.mirrored ? '1' : '0';
    }
    QCOMPARE(indices, (std::vector<int>{9, 4, 2, 1, 3, 0, 7, 6, 8, 5}));
    QCOMPARE(mirrored, std::string("1100110001"));
  }

  void everyPictureIsAsLikelyAtEveryPlace() {
    constexpr int kCount = 5;
    constexpr int kRounds = 20000;
    int seen[kCount][kCount] = {};
    BatchOrder order(kCount, kCount, 3, true);
    int mirrored = 0;
    for (int round = 0; round < kRounds; ++round) {
      const auto entries = order.batch(round);
      for (int place = 0; place < kCount; ++place) {
        ++seen[place][entries[static_cast<std::size_t>(place)].index];
        mirrored += entries[static_cast<std::size_t>(place)].mirrored ? 1 : 0;
      }
    }
    for (const auto& row : seen) {
      for (const int times : row) {
        QVERIFY2(std::abs(times - kRounds / kCount) < 300, qPrintable(QString::number(times)));  // 5 sigma
      }
    }
    QVERIFY(std::abs(mirrored - kRounds * kCount / 2) < 800);
  }

  void aBatchMayBeLargerThanTheData() {
    BatchOrder order(3, 8, 0, false);
    const auto entries = order.batch(1);
    QCOMPARE(entries.size(), 8U);
    std::set<std::int64_t> round{entries[1].index, entries[2].index, entries[3].index};  // places 9, 10, 11
    QCOMPARE(round.size(), 3U);
  }

  void batchesArePureFunctionsOfTheirNumber() {
    auto data = std::make_shared<CountedData>(50);
    BatchReader ahead(data, {.batch = 8, .seed = 5, .mirror = true, .threads = 3, .ahead = 4});
    BatchReader plain(data, {.batch = 8, .seed = 5, .mirror = true, .threads = 0});
    for (int number = 0; number < 40; ++number) {
      QVERIFY(same(ahead.read(number), plain.read(number)));
    }
    for (const int number : {17, 3, 39, 3, 18, 19}) {  // a roll back, and any order
      QVERIFY(same(ahead.read(number), plain.read(number)));
    }
    BatchReader other(data, {.batch = 8, .seed = 6, .mirror = true, .threads = 0});
    QVERIFY(!same(other.read(0), plain.read(0)));
  }

  void pixelsAndLabelsBelongToTheirIndices() {
    auto data = std::make_shared<CountedData>(20);
    BatchReader reader(data, {.batch = 20, .seed = 1, .mirror = true});
    const TrainingBatch batch = reader.read(3);
    int mirrored = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      const auto first = static_cast<std::uint8_t>(4 * batch.indices[i]);
      const std::vector<std::uint8_t> pixels(batch.pixels.begin() + 4 * i, batch.pixels.begin() + 4 * (i + 1));
      const std::vector<std::uint8_t> straight{first, static_cast<std::uint8_t>(first + 1),
                                               static_cast<std::uint8_t>(first + 2),
                                               static_cast<std::uint8_t>(first + 3)};
      const std::vector<std::uint8_t> turned{straight[1], straight[0], straight[3], straight[2]};
      QVERIFY(pixels == straight || pixels == turned);
      mirrored += pixels == turned ? 1 : 0;
      QCOMPARE(batch.labels[i], batch.indices[i] % 2);
    }
    QVERIFY(mirrored > 2 && mirrored < 18);
  }

  void whatFollowsIsReadAhead() {
    auto data = std::make_shared<CountedData>(100);
    BatchReader reader(data, {.batch = 10, .threads = 2, .ahead = 3});
    reader.read(0);
    QTRY_COMPARE(data->reads.load(), 40);
    reader.read(1);
    QTRY_COMPARE(data->reads.load(), 50);
  }

  void aBrokenPictureIsToldWhereItIsAsked() {
    auto data = std::make_shared<CountedData>(4, 2);
    BatchReader reader(data, {.batch = 1, .seed = 0, .threads = 1});
    int failures = 0;
    for (int number = 0; number < 8; ++number) {
      try {
        reader.read(number);
      } catch (const std::runtime_error& error) {
        QCOMPARE(error.what(), "picture 2 is broken.");
        ++failures;
      }
    }
    QCOMPARE(failures, 2);
  }

  void nothingIsRefused() {
    const auto says = [](std::int64_t count, const BatchOptions& options) {
      return loom::test::refusal<std::runtime_error>(
          [&] { BatchReader(std::make_shared<CountedData>(count), options); });
    };
    QCOMPARE(says(0, {}), "There are no pictures to train with.");
    QCOMPARE(says(5, {.batch = 0}), "A batch takes at least one picture.");
    QCOMPARE(says(5, {.threads = -1}), "Data are read ahead by 0 to 256 threads, 0 to 256 batches.");
    BatchReader reader(std::make_shared<CountedData>(5), {});
    QCOMPARE(loom::test::refusal<std::runtime_error>([&] { reader.read(-1); }), "There is no batch -1.");
  }
};

QTEST_APPLESS_MAIN(TrainingBatchesTest)
#include "training_batches_test.moc"
