#include "app/commands/progress_line.h"

#include <QTest>

#include <sstream>

using namespace loom::app;

namespace {

class TestProgressLine : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void showsAfterASecondOnATerminalAndClears() {
    std::ostringstream out;
    std::ostringstream err;
    {
      ProgressLine line({out, err, true});
      line.show("Picture 1 of 2");
      QCOMPARE(err.str(), std::string());
      QTest::qSleep(1050);
      line.show("Picture 2 of 2");
      line.show("Picture 3 of 2");  // too soon after the last
      QTest::qSleep(110);
      line.show("Opening", 0.506);
      QCOMPARE(err.str(), std::string("\rPicture 2 of 2\x1b[K\rOpening 50 %\x1b[K"));
    }
    QVERIFY(err.str().ends_with("\r\x1b[K"));
    QCOMPARE(out.str(), std::string());
  }

  void staysSilentElsewhere() {
    std::ostringstream out;
    std::ostringstream err;
    {
      ProgressLine line({out, err, false});
      QTest::qSleep(1050);
      line.show("Picture 2 of 2");
    }
    QCOMPARE(err.str(), std::string());
  }
};

}  // namespace

QTEST_APPLESS_MAIN(TestProgressLine)
#include "test_progress_line.moc"
