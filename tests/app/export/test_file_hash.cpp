#include "app/export/export_error.h"
#include "app/export/file_hash.h"

#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;

namespace {

class TestFileHash : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  std::filesystem::path fileWith(const QString& name, const QByteArray& bytes) {
    QFile file(m_folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
      qFatal("the test cannot write its file");
    }
    return m_folder.filePath(name).toStdString();
  }

 private Q_SLOTS:
  void equalsTheKnownValues() {
    QCOMPARE(sha256OfFile(fileWith("empty", {})).value(),
             std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    QCOMPARE(sha256OfFile(fileWith("abc", "abc")).value(),
             std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  }

  void readsInChunksAndTellsProgress() {
    const QByteArray bytes(10'000'001, 'x');
    const auto path = fileWith("large", bytes);
    std::vector<double> fractions;
    const auto hash = sha256OfFile(path, {}, [&](double fraction) { fractions.push_back(fraction); });
    QCOMPARE(hash.value(), QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().toStdString());
    QVERIFY(fractions.size() >= 3);
    QVERIFY(std::is_sorted(fractions.begin(), fractions.end()));
    QCOMPARE(fractions.back(), 1.0);

    fractions.clear();
    QCOMPARE(sha256OfFile(path, {}, [&](double fraction) { fractions.push_back(fraction); }), hash);
    QVERIFY2(fractions.empty(), "the second time it was read again");
  }

  void seesThatAFileChanged() {
    const auto path = fileWith("changing", "one");
    const auto first = sha256OfFile(path);
    fileWith("changing", "three");
    QVERIFY(sha256OfFile(path) != first);
    // The same size: only the time of change tells.
    const auto second = sha256OfFile(path);
    fileWith("changing", "seven");
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(2));
    QVERIFY(sha256OfFile(path) != second);
  }

  void stops() {
    const auto path = fileWith("stopped", QByteArray(9'000'000, 'y'));
    std::stop_source stop;
    int chunks = 0;
    const auto hash = sha256OfFile(path, stop.get_token(), [&](double) {
      ++chunks;
      stop.request_stop();
    });
    QVERIFY(!hash);
    QCOMPARE(chunks, 1);
    QVERIFY2(sha256OfFile(path).has_value(), "the broken run was remembered");
  }

  void refusesWhatIsNoFile() {
    QVERIFY_EXCEPTION_THROWN(sha256OfFile(m_folder.filePath("missing").toStdString()), ExportError);
    QVERIFY_EXCEPTION_THROWN(sha256OfFile(m_folder.path().toStdString()), ExportError);
    QVERIFY_EXCEPTION_THROWN(sha256OfFile("/dev/zero"), ExportError);
  }
};

}  // namespace

QTEST_APPLESS_MAIN(TestFileHash)
#include "test_file_hash.moc"
