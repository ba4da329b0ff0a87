// Data that cannot be trained with, or not as they are: a clear word each.
#include "app/data/training_pictures.h"
#include "tests/app/data/made_data.h"
#include "tests/refusal.h"

#include <QImageWriter>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;
using namespace loom::test;

class BrokenPicturesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }
  void cleanup() { m_folder.reset(); }

  void nothingToTrainWith() {
    QCOMPARE(said(), name() + " is not there.");
    std::filesystem::create_directories(path());
    QCOMPARE(said(), name() + " holds no pictures.");
    write(path() / "notes.txt", "text");
    QCOMPARE(said(), name() + " holds no pictures, but 1 other files.");
    write(path() / "1.png", "text");
    QCOMPARE(said(), name() +
                         " holds no picture that can be read. The first of 1, 1.png: it is no picture in a format "
                         "that can be read here.");
    write(path() / "2.png", evenPicture(8, 8, qRgb(0, 0, 0)));
    QCOMPARE(said(), name() +
                         " holds a single picture that can be read (1 cannot). A training needs many, hundreds at "
                         "least.");
    write(path() / "text.zip", "text");
    QCOMPARE(refusal<DataError>([&] { openTrainingData(path() / "text.zip"); }),
             (path() / "text.zip").string() +
                 " is no data set: it is neither a folder of pictures, a zip of them, nor "
                 "one of MNIST's idx files.");
    QCOMPARE(said({.resolution = 3}), "Data can be resized to 4 to 2048 pixels a side, not 3.");
    QCOMPARE(said({.channels = 2}), "Data have 1 or 3 channels, not 2.");
  }

  void brokenPicturesAreLeftOutByName() {
    QImage noise(64, 64, QImage::Format_RGB32);
    for (int i = 0; i < 64 * 64; ++i) {
      noise.setPixel(i % 64, i / 64, static_cast<uint>(i) * 2654435761U);
    }
    const QByteArray jpeg = encoded(noise, "jpg");
    const QByteArray png = encoded(noise, "png");
    QByteArray flipped = png;
    flipped[png.size() / 2] = static_cast<char>(flipped[png.size() / 2] ^ 0x55);
    writeFolder(path(), {{"01.png", png},
                         {"02.jpg", jpeg},
                         {"03-cut.jpg", jpeg.left(jpeg.size() / 2)},
                         {"04-cut.png", png.left(png.size() / 2)},
                         {"05-flipped.png", flipped},
                         {"06-empty.png", ""},
                         {"07-text.jpg", "no picture"},
                         {"08-trailing.jpg", jpeg + "more"},
                         {"09-no-end.jpg", jpeg.left(jpeg.size() - 2)}});
    const OpenedData opened = lookOverData(path());
    QCOMPARE(opened.data->info().count, 3);
    std::vector<std::string> names;
    for (const auto& broken : opened.survey.unreadable) {
      names.push_back(broken.name);
      QVERIFY(!broken.reason.empty() && !broken.reason.ends_with('.'));
    }
    QCOMPARE(names, (std::vector<std::string>{"03-cut.jpg", "04-cut.png", "05-flipped.png", "06-empty.png",
                                              "07-text.jpg", "09-no-end.jpg"}));
    QCOMPARE(opened.survey.unreadable[0].reason, "it is cut short");
    QCOMPARE(opened.survey.unreadable[3].reason, "it is empty");
    // Without them the data are the same, and so is their fingerprint.
    for (const std::string& broken : names) {
      std::filesystem::remove(path() / broken);
    }
    QCOMPARE(openTrainingData(path())->info().fingerprint, opened.data->info().fingerprint);
  }

  /// The end of a JPEG is its own: not that of the thumbnail within, and after every scan of a progressive one.
  void theEndOfAJpeg() {
    const QByteArray plain = evenPicture(64, 64, qRgb(9, 9, 9), QImage::Format_RGB32, "jpg");
    const QByteArray small = evenPicture(8, 8, 0, QImage::Format_RGB32, "jpg");
    QByteArray thumbnail("\xff\xe1", 2);
    thumbnail += static_cast<char>((small.size() + 2) >> 8);
    thumbnail += static_cast<char>(small.size() + 2);
    const QByteArray withThumbnail = plain.left(2) + thumbnail + small + plain.mid(2);
    QByteArray progressive;
    QBuffer buffer(&progressive);
    QImageWriter writer(&buffer, "jpg");
    writer.setProgressiveScanWrite(true);
    QImage noise(64, 64, QImage::Format_RGB32);
    for (int i = 0; i < 64 * 64; ++i) {
      noise.setPixel(i % 64, i / 64, static_cast<uint>(i) * 2654435761U);
    }
    QVERIFY(writer.write(noise));
    QVERIFY(progressive.count("\xff\xda") > 1);
    writeFolder(path(), {{"1.jpg", withThumbnail},
                         {"2.jpg", progressive},
                         {"3-cut.jpg", withThumbnail.chopped(100)},
                         {"4-cut.jpg", progressive.left(progressive.lastIndexOf("\xff\xda") + 30)}});
    const OpenedData opened = lookOverData(path());
    QCOMPARE(opened.data->info().count, 2);
    QCOMPARE(opened.survey.unreadable.size(), 2U);
    for (const auto& broken : opened.survey.unreadable) {
      QVERIFY(broken.name.ends_with("-cut.jpg"));
      QCOMPARE(broken.reason, "it is cut short");
    }
  }

  void hugePicturesTakeNoMemory() {
    QByteArray huge = evenPicture(8, 8, qRgb(0, 0, 0));
    huge.replace(16, 8, bigEndian({1U << 30U, 1U << 30U}));
    huge.replace(
        29, 4,
        bigEndian({static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(huge.constData()) + 12, 17))}));
    writeFolder(path(), {{"1.png", evenPicture(8, 8, 0)}, {"2.png", evenPicture(8, 8, 1)}, {"3.png", huge}});
    const OpenedData opened = lookOverData(path());
    QCOMPARE(opened.data->info().count, 2);
    QCOMPARE(opened.survey.unreadable.at(0).name, "3.png");
  }

  void zipBombsAreNotUnpacked() {
    writeZip(
        zip(),
        {{"1.png", evenPicture(8, 8, 0)}, {"2.png", evenPicture(8, 8, 1)}, {"bomb.png", QByteArray(300 << 20, '\0')}});
    QVERIFY(std::filesystem::file_size(zip()) < 1'000'000);
    const OpenedData opened = lookOverData(zip());
    QCOMPARE(opened.data->info().count, 2);
    QCOMPARE(opened.survey.unreadable.at(0).reason, "it would take 300 MiB unpacked, more than any picture");
  }

  /// A zip cut or damaged at many places: never a crash, and never a wrong pixel.
  void damagedZips() {
    writeZip(zip(), {{"1.png", evenPicture(8, 8, qRgb(1, 1, 1))},
                     {"2.png", evenPicture(8, 8, qRgb(2, 2, 2))},
                     {"3.png", evenPicture(8, 8, qRgb(3, 3, 3))}});
    QFile file(QString::fromStdString(zip()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray whole = file.readAll();
    for (int place = 0; place < whole.size(); place += 3) {
      QByteArray damaged = whole;
      damaged[place] = static_cast<char>(damaged[place] ^ 0x11);
      for (const QByteArray& bytes : {damaged, whole.left(place)}) {
        write(zip(), bytes);
        try {
          const auto data = openTrainingData(zip(), {.threads = 1});
          std::vector<std::uint8_t> pixels(3 * 64);
          for (std::int64_t i = 0; i < data->info().count; ++i) {
            data->read(i, pixels.data());
            QVERIFY(pixels[0] >= 1 && pixels[0] <= 3);
          }
        } catch (const DataError& error) {
          QVERIFY(std::string(error.what()).find(zip()) != std::string::npos);
        }
      }
    }
  }

  void labelsThatDoNotMatch() {
    const auto pictures = path() / "train-images-idx3-ubyte";
    const auto labels = path() / "train-labels-idx1-ubyte";
    write(pictures, idxPictures(6));
    write(labels, idxLabels(5));
    const auto says = [&] { return refusal<DataError>([&] { openTrainingData(pictures); }); };
    QCOMPARE(says(), labels.string() + " does not match its pictures: it has 5 labels for 6 pictures.");
    write(labels, idxLabels(6).chopped(1));
    QCOMPARE(says(), labels.string() + " is cut short: it holds 5 of the 6 bytes that it tells of.");
    write(labels, idxLabels(6) + "x");
    QCOMPARE(says(), labels.string() + " holds more bytes than it tells of.");
    write(labels, idxPictures(1));
    QCOMPARE(says(), labels.string() + " is no idx file of labels.");
    write(labels, idxLabels(6));
    QCOMPARE(says(), "");
    QCOMPARE(
        refusal<DataError>([&] { openTrainingData(labels); }),
        labels.string() + " holds the labels alone. Open the file of the pictures; the labels are found beside it.");
  }

  void brokenIdxFiles() {
    const auto pictures = path() / "images.gz";
    const auto says = [&](const QByteArray& bytes) {
      write(pictures, bytes);
      return refusal<DataError>([&] { openTrainingData(pictures); });
    };
    const std::string file = pictures.string();
    QCOMPARE(says(idxPictures(3).chopped(10)),
             file + " is cut short: it holds 2342 of the 2352 bytes that it tells of.");
    QCOMPARE(says(idxPictures(3).left(10)), file + " is cut short.");
    QCOMPARE(says(bigEndian({0x803, 0xFFFFFFFF, 4000, 4000})),
             file + " tells of 4294967295 pictures of 4000 × 4000 pixels, more than are read.");
    QCOMPARE(says(bigEndian({0x803, 5, 0, 28})), file + " tells of pictures of 28 × 0 pixels.");
    QCOMPARE(says(bigEndian({0x803, 100000, 100, 100})),
             file + " is cut short: it holds 0 of the 1000000000 bytes that it tells of.");
    const QByteArray packed = gzipped(idxPictures(100));
    QVERIFY(says(packed.chopped(20)).starts_with(file + " is "));
    QByteArray damaged = packed;
    damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // its checksum
    QCOMPARE(says(damaged), file + " is damaged.");
    QCOMPARE(says(packed), "");
  }

  void brokenDatasetJson() {
    const auto says = [&](const QByteArray& json) {
      writeZip(zip(), {{"a.png", evenPicture(8, 8, 0)}, {"b.png", evenPicture(8, 8, 1)}, {"dataset.json", json}});
      const std::string text = refusal<DataError>([&] { openTrainingData(zip()); });
      return text.starts_with(zip() + ": its dataset.json ") ? text.substr(zip().size() + 19) : text;
    };
    QCOMPARE(says("{"), "is damaged.");
    QCOMPARE(says("[]"), "is damaged.");
    QCOMPARE(says(R"({"labels": {"a.png": 1}})"), "has labels of an unknown kind.");
    QCOMPARE(says(R"({"labels": [["a.png"]]})"), "has labels of an unknown kind.");
    QCOMPARE(says(R"({"labels": [["a.png", [0.5, 0.5]]]})"), "has a label that is no class: [0.5,0.5] of a.png.");
    QCOMPARE(says(R"({"labels": [["a.png", -1]]})"), "has a label that is no class: -1 of a.png.");
    QCOMPARE(says(R"({"labels": [["a.png", 1]]})"), "has 1 labels for 2 pictures; there is none for b.png.");
    QCOMPARE(says(R"({"labels": []})"), "has 0 labels for 2 pictures; there is none for a.png and 1 more.");
  }

 private:
  std::string said(const DataOptions& options = {}) const {
    return refusal<DataError>([&] { openTrainingData(path(), options); });
  }
  std::filesystem::path path() const { return std::filesystem::path(m_folder->path().toStdString()) / "data"; }
  std::string name() const { return path().string(); }
  std::string zip() const { return path().string() + ".zip"; }
  std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(BrokenPicturesTest)
#include "test_broken_pictures.moc"
