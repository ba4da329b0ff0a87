// Memory of large tensors: it is the same the next time, it is counted, and it goes back to the system.
#include "model/worker/kept_memory.h"

#include "model/free_memory.h"

#include <torch/torch.h>

#include <QTest>

#include <limits>

using namespace loom::model;

namespace {

constexpr std::int64_t kFloats = 1 << 20;  // 4 MiB

}  // namespace

class KeptMemoryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    keepTensorMemory();
    giveBackTensorMemory();
  }

  void theNextTensorLiesWhereTheLastOneDid() {
    torch::Tensor first = torch::empty({kFloats});
    const void* place = first.data_ptr();
    QCOMPARE(tensorMemory().kept, std::size_t{0});
    first = torch::Tensor();
    QVERIFY(tensorMemory().kept >= kFloats * sizeof(float));
    const torch::Tensor smaller = torch::empty({kFloats * 3 / 4});
    QCOMPARE(smaller.data_ptr(), place);
    const torch::Tensor other = torch::empty({kFloats});
    QVERIFY(other.data_ptr() != place);
  }

  void aMuchSmallerOneDoesNot() {
    torch::Tensor first = torch::empty({kFloats});
    const void* place = first.data_ptr();
    first = torch::Tensor();
    QVERIFY(torch::empty({kFloats / 3}).data_ptr() != place);
  }

  void whatIsUsedIsCounted() {
    const std::size_t before = markTensorMemory();
    {
      const torch::Tensor a = torch::empty({kFloats});
      const torch::Tensor b = torch::empty({kFloats});
    }
    QCOMPARE(tensorMemory().used, before);
    const std::size_t most = tensorMemory().most - before;
    QVERIFY(most >= 2 * kFloats * sizeof(float) && most < 3 * kFloats * sizeof(float));
    QCOMPARE(markTensorMemory(), before);
    QCOMPARE(tensorMemory().most, before);
  }

  void itIsGivenBack() {
    { const torch::Tensor a = torch::zeros({kFloats}); }
    QVERIFY(tensorMemory().kept > 0);
    giveBackTensorMemory();
    QCOMPARE(tensorMemory().kept, std::size_t{0});
  }

  void smallOnesAndThoseOfBeforeAreLeftAlone() {
    const std::size_t before = tensorMemory().used;
    torch::Tensor small = torch::zeros({16});
    QCOMPARE(tensorMemory().used, before);
    small = torch::Tensor();
    QCOMPARE(tensorMemory().kept, std::size_t{0});
  }

  void asManyAsFit() {
    constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();
    QCOMPARE(mostInMemory(8e9, 500'000'000), std::size_t{4});
    QCOMPARE(mostInMemory(1e9, 500'000'000), std::size_t{1});
    QCOMPARE(mostInMemory(0.0, 500'000'000), kUnbounded);
    QCOMPARE(mostInMemory(8e9, 0), kUnbounded);
    QVERIFY(freeMemory() > 0.0);
  }
};

QTEST_APPLESS_MAIN(KeptMemoryTest)
#include "kept_memory_test.moc"
