#include "model/run/tf_events.h"
#include "model/run/masked_crc32c.h"
#include "tests/model/run/run_files_made.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <random>

using namespace loom::model;
using namespace loom::test;

namespace {

const std::filesystem::path kData = LOOM_TEST_DATA "/run";

std::string expectedBytes() {
  const std::string png = bytesOfFile(kData / "expected/picture.png");
  return versionRecord(1700000000.5) + scalarRecord(1700000001.5, 1, "loss/G", 0.625F) +
         scalarRecord(1700000200.5, 200, "loss/G", -std::numeric_limits<float>::infinity()) +
         textRecord(1700000000.5 + static_cast<double>(1LL << 40), 1LL << 40, "command", "Grüße: pause") +
         pictureRecord(1700000007.5, 7, "samples", 3, 2, asBytes(png)) + restartRecord(1700000000.5, 5);
}

}  // namespace

class TfEventsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// RFC 3720, appendix B.4; the mask as tensorflow/core/lib/hash/crc32c_test.cc relates both.
  void checksumsAreTheStandards() {
    QCOMPARE(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    QCOMPARE(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
    QCOMPARE(crc32c("123456789"), 0xE3069283U);
    const std::uint32_t masked = maskedCrc32c("123456789") - 0xA282EAD8U;
    QCOMPARE((masked >> 17U) | (masked << 15U), 0xE3069283U);
  }

  /// tests/data/run/make_event_files.py made them with TensorBoard's own messages.
  void theBytesAreTensorBoards() {
    QCOMPARE(QByteArray::fromStdString(expectedBytes()),
             QByteArray::fromStdString(bytesOfFile(kData / "expected/events.out.tfevents.1700000000.latent-loom")));
  }

  void whatIsWrittenIsRead() {
    QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "tfevents";
    writeFile(path, expectedBytes());
    EventFileReader reader(path);
    QCOMPARE(reader.next()->fileVersion, "brain.Event:2");
    auto event = reader.next();
    QCOMPARE(event->step, 1);
    QCOMPARE(event->wallTime, 1700000001.5);
    QCOMPARE(event->values.at(0).tag, "loss/G");
    QCOMPARE(event->values.at(0).scalar, 0.625F);
    QVERIFY(std::isinf(reader.next()->values.at(0).scalar));
    event = reader.next();
    QCOMPARE(event->step, 1LL << 40);
    QVERIFY(event->values.at(0).kind == EventValue::Kind::Text);
    QCOMPARE(std::string(event->values.at(0).bytes), "Grüße: pause");
    event = reader.next();
    QVERIFY(event->values.at(0).kind == EventValue::Kind::Picture);
    QCOMPARE(event->values.at(0).width, 3);
    QCOMPARE(event->values.at(0).height, 2);
    QCOMPARE(std::string(event->values.at(0).bytes), bytesOfFile(kData / "expected/picture.png"));
    QVERIFY(reader.next()->restart);
    QVERIFY(!reader.next());
    QVERIFY(!reader.broken());
  }

  void pytorchsFilesAreRead() {
    const RunHistory history = readHistory(kData / "pytorch");
    QCOMPARE(pointsOf(history, "loss/G"), "0:1.5 10:1.4 20:1.3 30:1.2 40:1.1");
    QCOMPARE(pointsOf(history, "loss/D"), "10:nan 20:0.25");
    QCOMPARE(seriesOf(history, "loss/G")->points[1].wallTime, 1700000010.0);
    QCOMPARE(history.scalars.size(), 2U);
    int texts = 0;
    int pictures = 0;
    for (EventFileReader reader(kData / "pytorch/events.out.tfevents.1700000000.pytorch");
         const auto event = reader.next();) {
      for (const EventValue& value : event->values) {
        if (value.kind == EventValue::Kind::Text) {
          ++texts;
          QCOMPARE(std::string(value.bytes), "learning-rate-d 0.0004");
        } else if (value.kind == EventValue::Kind::Picture) {
          ++pictures;
          QCOMPARE(value.width, 4);
          QVERIFY(value.bytes.substr(1, 3) == "PNG");
        }
      }
    }
    QCOMPARE(texts, 1);
    QCOMPARE(pictures, 1);
  }

  void tensorflow2sFilesAreRead() {
    const RunHistory history = readHistory(kData / "tensorflow2");
    QCOMPARE(pointsOf(history, "epoch_loss"), "1:0.75 2:0.5 3:0.25 4:7");
    QCOMPARE(pointsOf(history, "half"), "3:-1.5");
    QCOMPARE(history.scalars.size(), 2U);  // a vector is no scalar
    EventFileReader reader(kData / "tensorflow2/events.out.tfevents.1700000000.tensorflow2");
    for (int i = 0; i < 5; ++i) {
      QVERIFY(reader.next());
    }
    const auto picture = reader.next();
    QVERIFY(picture->values.at(0).kind == EventValue::Kind::Picture);
    QCOMPARE(picture->values.at(0).width, 3);
    QCOMPARE(picture->values.at(0).height, 2);
  }

  /// Cut at every byte: what is whole before the cut is there, and appending the rest brings the rest.
  void aTornTailIsLeftOut() {
    QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "tfevents";
    const std::string whole = bytesOfFile(kData / "tensorflow2/events.out.tfevents.1700000000.tensorflow2");
    std::vector<std::uint64_t> ends;
    for (EventFileReader reader(kData / "tensorflow2/events.out.tfevents.1700000000.tensorflow2"); reader.next();) {
      ends.push_back(reader.position());
    }
    QCOMPARE(ends.back(), whole.size());
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      writeFile(path, whole.substr(0, cut));
      EventFileReader reader(path);
      std::size_t count = 0;
      while (reader.next()) {
        ++count;
      }
      QCOMPARE(count, static_cast<std::size_t>(
                          std::count_if(ends.begin(), ends.end(), [&](std::uint64_t end) { return end <= cut; })));
      QVERIFY(!reader.broken());
      if (cut % 5 == 0) {
        writeFile(path, whole);
        while (reader.next()) {
          ++count;
        }
        QCOMPARE(count, ends.size());
      }
    }
  }

  /// Any byte wrong: nothing is invented. A damaged record is passed over, a damaged length ends the file.
  void aWrongByteCostsItsRecordAlone() {
    QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "tfevents";
    const std::string whole = expectedBytes();
    const std::size_t all = 6;
    for (std::size_t place = 0; place < whole.size(); ++place) {
      std::string damaged = whole;
      damaged[place] = static_cast<char>(damaged[place] ^ 0x41);
      writeFile(path, damaged);
      EventFileReader reader(path);
      std::size_t count = 0;
      while (reader.next()) {
        ++count;
      }
      QVERIFY(count < all);
      QVERIFY(reader.broken() || count == all - 1);
    }
  }

  /// Checksums right, contents nonsense.
  void hostileMessagesAreBorne() {
    QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "tfevents";
    const std::string record = bytesOfFile(kData / "tensorflow2/events.out.tfevents.1700000000.tensorflow2");
    const auto framed = [](const std::string& message) {
      const auto little = [](std::uint64_t value, int width) {
        std::string bytes;
        for (int i = 0; i < width; ++i, value >>= 8U) {
          bytes += static_cast<char>(value);
        }
        return bytes;
      };
      const std::string length = little(message.size(), 8);
      return length + little(maskedCrc32c(length), 4) + message + little(maskedCrc32c(message), 4);
    };
    std::mt19937 random(1);
    std::string bytes;
    for (int i = 0; i < 20000; ++i) {
      std::string message = record.substr(random() % record.size(), random() % 60);
      for (int flips = static_cast<int>(random() % 4); flips > 0 && !message.empty(); --flips) {
        message[random() % message.size()] = static_cast<char>(random());
      }
      bytes += framed(message);
    }
    bytes += scalarRecord(1, 2, "after", 3);
    writeFile(path, bytes);
    QCOMPARE(pointsOf(readHistory(folder.path().toStdString()), "after"), "2:3");
  }

  void aHugeLengthTakesNoMemory() {
    QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "tfevents";
    std::string length(8, '\x7f');
    const std::uint32_t crc = maskedCrc32c(length);
    writeFile(path, length + std::string(reinterpret_cast<const char*>(&crc), 4) + std::string(100, 'x'));
    EventFileReader reader(path);
    QVERIFY(!reader.next());
    QVERIFY(reader.broken());
  }

  void manyEventsAreReadQuickly() {
    QTemporaryDir folder;
    std::string bytes = versionRecord(1);
    constexpr int kCount = 300000;
    for (int step = 0; step < kCount; ++step) {
      bytes += scalarRecord(1, step, step % 2 == 0 ? "loss/G" : "loss/D", static_cast<float>(step));
    }
    writeFile(std::filesystem::path(folder.path().toStdString()) / "tfevents", bytes);
    QElapsedTimer timer;
    timer.start();
    const RunHistory history = readHistory(folder.path().toStdString());
    QCOMPARE(seriesOf(history, "loss/G")->points.size() + seriesOf(history, "loss/D")->points.size(),
             static_cast<std::size_t>(kCount));
    QVERIFY2(timer.elapsed() < 10000, qPrintable(QString::number(timer.elapsed())));
    qInfo("%d events in %lld ms", kCount, timer.elapsed());
  }
};

QTEST_APPLESS_MAIN(TfEventsTest)
#include "tf_events_test.moc"
