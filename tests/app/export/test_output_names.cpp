#include "app/export/output_names.h"

#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;

namespace {

std::vector<PictureNumber> seeds(const std::vector<std::uint32_t>& list) {
  std::vector<PictureNumber> numbers;
  for (const std::uint32_t seed : list) {
    numbers.push_back({numbers.size(), seed});
  }
  return numbers;
}

std::vector<PictureNumber> inputs(std::size_t count) {
  std::vector<PictureNumber> numbers(count);
  for (std::size_t i = 0; i < count; ++i) {
    numbers[i].index = i;
  }
  return numbers;
}

QStringList names(const std::string& pattern, const std::vector<PictureNumber>& numbers) {
  QStringList list;
  for (const auto& name : outputNames(pattern, numbers)) {
    list += QString::fromStdString(name.string());
  }
  return list;
}

class TestOutputNames : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void fillsNumbersIn() {
    QCOMPARE(names("a.png", seeds({7})), QStringList{"a.png"});
    QCOMPARE(names("a{seed}.jpg", seeds({7, 12345})), (QStringList{"a7.jpg", "a12345.jpg"}));
    QCOMPARE(names("{index}-{seed}.tif", seeds({9, 9})), (QStringList{"0-9.tif", "1-9.tif"}));
    QCOMPARE(names("a%d.png", seeds({7, 8})), (QStringList{"a7.png", "a8.png"}));
    QCOMPARE(names("d/%04d.png", seeds({7, 12345})), (QStringList{"d/0007.png", "d/12345.png"}));
    QCOMPARE(names("%02d.png", inputs(2)), (QStringList{"00.png", "01.png"}));
    QCOMPARE(names("100%.png", seeds({1})), QStringList{"100%.png"});
    QCOMPARE(names("%s%5d.png", seeds({1})), QStringList{"%s%5d.png"});
  }

  void namesFilesInFolders() {
    const QTemporaryDir folder;
    const std::string there = folder.path().toStdString();
    QCOMPARE(names(there, seeds({3, 70})),
             (QStringList{folder.filePath("seed0003.png"), folder.filePath("seed0070.png")}));
    QCOMPARE(names("new/", inputs(1)), QStringList{"new/input0000.png"});
    QVERIFY(isNewFolder(there + "/new/"));
    QVERIFY(!isNewFolder(there + "/"));
    QVERIFY(!isNewFolder(there + "/new"));
    QVERIFY(!isNewFolder(""));
  }

  void twoPicturesWantTwoNames() {
    QVERIFY_EXCEPTION_THROWN(names("a.png", seeds({1, 2})), OutputNameError);
    QVERIFY_EXCEPTION_THROWN(names("a.png", inputs(2)), OutputNameError);
    QVERIFY_EXCEPTION_THROWN(names("{seed}.png", inputs(1)), OutputNameError);
    // The same seed twice is the same picture.
    QCOMPARE(names("{seed}.png", seeds({4, 4})), (QStringList{"4.png", "4.png"}));
  }
};

}  // namespace

QTEST_APPLESS_MAIN(TestOutputNames)
#include "test_output_names.moc"
