#include "app/commands/plain_text.h"

#include <QTest>

using loom::app::plainText;

namespace {

class TestPlainText : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void keepsText() {
    QCOMPARE(plainText("f\u00e4ces \u65e5\u672c \U0001f600.pth"),
             std::string("f\u00e4ces \u65e5\u672c \U0001f600.pth"));
    QCOMPARE(plainText(""), std::string());
  }

  void disarmsTheRest() {
    QCOMPARE(plainText("a\x1b[31mb\nc\rd\te\x7f"), std::string("a\\x1b[31mb\\x0ac\\x0dd\\x09e\\x7f"));
    QCOMPARE(plainText("\xc2\x9b"
                       "1m"),
             std::string("\\xc2\\x9b1m"));  // the C1 form of the escape
    QCOMPARE(plainText("\xff\xc3"), std::string("\\xff\\xc3"));
    QCOMPARE(plainText("\xed\xa0\x80"), std::string("\\xed\\xa0\\x80"));  // a lone surrogate
    QCOMPARE(plainText("\xc0\xaf"), std::string("\\xc0\\xaf"));           // a slash, overlong
    QCOMPARE(plainText(std::string("\0", 1)), std::string("\\x00"));
  }

  void cutsWhatIsLong() {
    QCOMPARE(plainText(std::string(10, 'x'), 10), std::string(10, 'x'));
    QCOMPARE(plainText(std::string(11, 'x'), 10), std::string(10, 'x') + "…");
  }
};

}  // namespace

QTEST_APPLESS_MAIN(TestPlainText)
#include "test_plain_text.moc"
