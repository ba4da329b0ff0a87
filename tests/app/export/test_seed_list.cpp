#include "app/export/seed_list.h"

#include <QTest>

using namespace loom::app;

namespace {

using Seeds = std::vector<std::uint32_t>;

class TestSeedList : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void readsNumbersAndRanges() {
    QCOMPARE(seedsFromText("7"), Seeds{7});
    QCOMPARE(seedsFromText("0-3,70"), (Seeds{0, 1, 2, 3, 70}));
    QCOMPARE(seedsFromText(" 5 , 2 - 3 ,5"), (Seeds{5, 2, 3, 5}));
    QCOMPARE(seedsFromText("4294967294-4294967295"), (Seeds{4294967294u, 4294967295u}));
  }

  void refuses_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("clause");
    QTest::newRow("nothing") << ""
                             << "'' is not a seed";
    QTest::newRow("blank") << " "
                           << "is not a seed";
    QTest::newRow("word") << "all"
                          << "'all' is not a seed";
    QTest::newRow("comma at the end") << "1,2,"
                                      << "'' is not a seed";
    QTest::newRow("open range") << "3-"
                                << "'' is not a seed";
    QTest::newRow("negative") << "-3"
                              << "'' is not a seed";
    QTest::newRow("fraction") << "1.5"
                              << "'1.5' is not a seed";
    QTest::newRow("plus") << "+1"
                          << "'+1' is not a seed";
    QTest::newRow("three ends") << "1-2-3"
                                << "'2-3' is not a seed";
    QTest::newRow("backwards") << "9-3"
                               << "the range '9-3' runs backwards";
    QTest::newRow("too large") << "4294967296"
                               << "is above 4294967295";
    QTest::newRow("too many") << "0-4294967295"
                              << "more than 1000000 seeds";
    QTest::newRow("too many together") << "0-999999,5"
                                       << "more than 1000000 seeds";
  }
  void refuses() {
    QFETCH(QString, text);
    QFETCH(QString, clause);
    try {
      seedsFromText(text.toStdString());
      QFAIL("it was taken");
    } catch (const SeedListError& error) {
      QVERIFY2(QString(error.what()).contains(clause), error.what());
    }
  }

  void writesTheShortestText() {
    QCOMPARE(seedsToText({}), std::string());
    QCOMPARE(seedsToText({7}), std::string("7"));
    QCOMPARE(seedsToText({0, 1, 2, 3, 70, 8, 9}), std::string("0-3,70,8,9"));
    const Seeds wrapped{4294967295u, 0, 1, 2, 2};
    QCOMPARE(seedsToText(wrapped), std::string("4294967295,0-2,2"));
    QCOMPARE(seedsFromText(seedsToText(wrapped)), wrapped);
  }
};

}  // namespace

QTEST_APPLESS_MAIN(TestSeedList)
#include "test_seed_list.moc"
