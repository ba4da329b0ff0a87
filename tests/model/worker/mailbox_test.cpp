#include "model/worker/latest_mailbox.h"

#include <QTest>

#include <algorithm>
#include <thread>
#include <vector>

using loom::model::LatestMailbox;

class MailboxTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theNewestWins() {
    LatestMailbox<int> box;
    std::atomic<bool> working{false};
    QVERIFY(!box.put(1));
    QCOMPARE(box.put(2), std::optional(1));
    QCOMPARE(box.take(working), std::optional(2));
    QVERIFY(working);
    QVERIFY(!box.take(working));
    QVERIFY(!working);
  }

  void whatIsPutBackGivesWayToWhatIsNewer() {
    LatestMailbox<int> box;
    std::atomic<bool> working{false};
    box.putBack(1);
    QCOMPARE(box.take(working), std::optional(1));
    box.put(2);
    box.putBack(1);
    QCOMPARE(box.take(working), std::optional(2));
  }

  void aStopEndsTheWait() {
    LatestMailbox<int> box;
    std::jthread reader([&](const std::stop_token& stop) { QVERIFY(!box.waitUntil(stop, [](bool waits) { return waits; })); });
    reader.request_stop();
    reader.join();
  }

  void aPokeLetsTheConditionBeSeen() {
    LatestMailbox<int> box;
    std::atomic<bool> ready{false};
    std::atomic<bool> through{false};
    std::jthread reader([&](const std::stop_token& stop) { through = box.waitUntil(stop, [&](bool waits) { return waits && ready.load(); }); });
    box.put(1);
    ready = true;
    box.poke();
    QTRY_VERIFY(through);
  }

  /// Whatever the timing: values come in order, none twice, the last one for certain.
  void nothingIsLostButWhatWasReplaced() {
    constexpr int kLast = 20000;
    LatestMailbox<int> box;
    std::atomic<bool> working{false};
    std::vector<int> seen;
    std::jthread reader([&](const std::stop_token& stop) {
      while (box.waitUntil(stop, [](bool waits) { return waits; })) {
        seen.push_back(*box.take(working));
        if (seen.back() == kLast) {
          return;
        }
      }
    });
    for (int i = 1; i <= kLast; ++i) {
      box.put(i);
    }
    reader.join();
    QCOMPARE(seen.back(), kLast);
    QVERIFY(std::is_sorted(seen.begin(), seen.end()));
    QVERIFY(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  }
};

QTEST_GUILESS_MAIN(MailboxTest)
#include "mailbox_test.moc"
