#include "app/export/background_writes.h"
#include "app/export/export_error.h"

#include <QTest>

#include <atomic>
#include <latch>
#include <semaphore>
#include <thread>

using loom::app::BackgroundWrites;

class TestBackgroundWrites : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void allAreDone() {
    std::atomic<int> done = 0;
    BackgroundWrites writes;
    for (int i = 0; i < 200; ++i) {
      writes.start(1000, [&] { ++done; });
    }
    writes.finish();
    QCOMPARE(done.load(), 200);
    writes.start(1000, [&] { ++done; });  // and it can go on
    writes.finish();
    QCOMPARE(done.load(), 201);
  }

  void theOneThatGivesIsNotWaitedFor() {
    std::latch begun(1);
    std::binary_semaphore mayEnd(0);
    BackgroundWrites writes;
    writes.start(1, [&] {
      begun.count_down();
      mayEnd.acquire();
    });
    begun.wait();  // it runs while we are here
    mayEnd.release();
    writes.finish();
  }

  void memoryIsBounded() {
    constexpr std::size_t kEach = 200u << 20;
    std::atomic<std::size_t> used = 0;
    std::atomic<std::size_t> most = 0;
    BackgroundWrites writes;
    for (int i = 0; i < 30; ++i) {
      writes.start(kEach, [&] {
        const std::size_t now = used += kEach;
        std::size_t before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        std::this_thread::yield();
        used -= kEach;
      });
    }
    writes.finish();
    QVERIFY2(most <= (512u << 20), qPrintable(QString::number(most >> 20)));
    bool alone = false;
    writes.start(std::size_t{8} << 30, [&] { alone = true; });  // larger than all there may be: alone
    writes.finish();
    QVERIFY(alone);
  }

  void theFirstFailureIsTold() {
    BackgroundWrites writes;
    writes.start(1, [] { throw loom::app::ExportError("a full disk"); });
    try {
      for (int i = 0; i < 100'000; ++i) {  // one of the next calls tells it, and takes no more
        writes.start(1, [] {});
      }
      QFAIL("nothing was told");
    } catch (const loom::app::ExportError& error) {
      QCOMPARE(error.what(), "a full disk");
    }
    QVERIFY_EXCEPTION_THROWN(writes.finish(), loom::app::ExportError);
  }

  /// Whoever leaves, be it by an exception, leaves nothing running that would look at what is gone.
  void whoeverLeavesWaits() {
    std::atomic<int> done = 0;
    {
      BackgroundWrites writes;
      for (int i = 0; i < 3; ++i) {
        writes.start(1, [&] { ++done; });
      }
    }
    QCOMPARE(done.load(), 3);
  }
};

QTEST_GUILESS_MAIN(TestBackgroundWrites)
#include "test_background_writes.moc"
