#include "app/data/training_pictures.h"
#include "tests/app/data/made_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace loom::app;
using namespace loom::test;

namespace {

std::vector<std::uint8_t> pixelsOf(const loom::model::TrainingData& data, std::int64_t index) {
  const auto& info = data.info();
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(info.channels * info.resolution * info.resolution));
  data.read(index, pixels.data());
  return pixels;
}

std::vector<int> labelsOf(const loom::model::TrainingData& data) {
  std::vector<int> labels;
  for (std::int64_t i = 0; i < data.info().count; ++i) {
    labels.push_back(data.label(i));
  }
  return labels;
}

/// The red of each picture's first pixel.
std::vector<int> firstPixels(const loom::model::TrainingData& data) {
  std::vector<int> values;
  for (std::int64_t i = 0; i < data.info().count; ++i) {
    values.push_back(pixelsOf(data, i).front());
  }
  return values;
}

using Names = std::vector<std::string>;

Files animals() {
  return {{"dogs/10.png", evenPicture(20, 20, qRgb(10, 0, 0))},
          {"dogs/2.png", evenPicture(20, 20, qRgb(2, 0, 0))},
          {"Cats/1.png", evenPicture(20, 30, qRgb(1, 0, 0))},
          {"Cats/.hidden.png", "nothing"},
          {"Cats/notes.txt", "text"}};
}

}  // namespace

class TrainingPicturesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }
  void cleanup() { m_folder.reset(); }

  void aFolderWithClasses() {
    writeFolder(path(), animals());
    const OpenedData opened = lookOverData(path());
    const auto& info = opened.data->info();
    QCOMPARE(info.count, 3);
    QCOMPARE(info.resolution, 16);
    QCOMPARE(info.channels, 3);
    QCOMPARE(info.path, path().string());
    QCOMPARE(info.classNames, (Names{"Cats", "dogs"}));
    QCOMPARE(labelsOf(*opened.data), (std::vector<int>{0, 1, 1}));
    QCOMPARE(firstPixels(*opened.data), (std::vector<int>{1, 2, 10}));  // "2" before "10"
    QCOMPARE(opened.survey.kind, "folder of pictures");
    QCOMPARE(opened.survey.pictures, 3);
    QCOMPARE(opened.survey.otherFiles, 1);
    QCOMPARE(opened.survey.sizes.size(), 2U);
    QCOMPARE(opened.survey.sizes[0].count, 2);
    QCOMPARE(opened.survey.sizes[0].height, 20);
    QCOMPARE(opened.survey.classes[1].name, "dogs");
    QCOMPARE(opened.survey.classes[1].count, 2);
    QVERIFY(opened.survey.unreadable.empty());
    QCOMPARE(opened.survey.contactSheet.size(), QSize(48, 16));
    QCOMPARE(opened.survey.contactSheet.pixelColor(40, 8).red(), 10);
  }

  void aZipIsAsItsFolder() {
    writeFolder(path(), animals());
    auto files = animals();
    files.push_back({"__MACOSX/dogs/._2.png", "nothing"});
    const auto zip = path().string() + ".zip";
    writeZip(zip, files);
    const auto ofFolder = openTrainingData(path());
    const OpenedData ofZip = lookOverData(zip);
    QCOMPARE(ofZip.survey.kind, "zip of pictures");
    QCOMPARE(ofZip.data->info().classNames, ofFolder->info().classNames);
    QCOMPARE(ofZip.data->info().fingerprint, ofFolder->info().fingerprint);
    QCOMPARE(firstPixels(*ofZip.data), firstPixels(*ofFolder));
    // Everything in one folder more is the same data.
    for (auto& file : files) {
      file.first = "animals/" + file.first;
    }
    writeZip(zip, files);
    QCOMPARE(openTrainingData(zip)->info().classNames, (Names{"Cats", "dogs"}));
  }

  void noClassesWithoutSubfolders() {
    writeFolder(path(), {{"b.png", evenPicture(9, 9, qRgb(2, 0, 0))}, {"A.png", evenPicture(9, 9, qRgb(1, 0, 0))}});
    auto data = openTrainingData(path());
    QVERIFY(data->info().classNames.empty());
    QCOMPARE(labelsOf(*data), (std::vector<int>{-1, -1}));
    QCOMPARE(firstPixels(*data), (std::vector<int>{1, 2}));
    QCOMPARE(data->info().resolution, 8);
    write(path() / "more" / "c.png", evenPicture(9, 9, qRgb(3, 0, 0)));
    const OpenedData mixed = lookOverData(path());
    QVERIFY(mixed.data->info().classNames.empty());
    QCOMPARE(mixed.survey.notes,
             (Names{"Some pictures lie in subfolders and some do not, so the subfolders are not taken as classes."}));
  }

  void linksThatLeadBackEnd() {
    writeFolder(path(), animals());
    std::filesystem::create_directory_symlink(path(), path() / "dogs" / "again");
    QCOMPARE(openTrainingData(path())->info().count, 3);
  }

  void nvidiasDataset() {
    Files files{{"00000/img00000000.png", evenPicture(8, 8, qRgb(1, 0, 0))},
                {"00000/img00000001.png", evenPicture(8, 8, qRgb(2, 0, 0))},
                {"00001/img00000002.png", evenPicture(8, 8, qRgb(3, 0, 0))}};
    const auto zip = path().string() + ".zip";
    const auto open = [&](const QByteArray& json) {
      auto all = files;
      all.push_back({"dataset.json", json});
      writeZip(zip, all);
      return lookOverData(zip);
    };
    OpenedData opened = open(R"({"labels": [["00000/img00000001.png", 3], ["00000/img00000000.png", 1],
                                            ["00001/img00000002.png", 0]]})");
    QCOMPARE(opened.survey.kind, "NVIDIA dataset (zip)");
    QCOMPARE(labelsOf(*opened.data), (std::vector<int>{1, 3, 0}));
    QCOMPARE(opened.data->info().classNames, (Names{"0", "1", "2", "3"}));
    QCOMPARE(opened.survey.classes[2].count, 0);
    QCOMPARE(opened.survey.otherFiles, 0);
    opened = open(R"({"labels": [["00000/img00000000.png", [0, 1]], ["00000/img00000001.png", [1.0, 0.0]],
                                 ["00001/img00000002.png", [0, 1]], ["gone.png", [0, 1]]]})");
    QCOMPARE(labelsOf(*opened.data), (std::vector<int>{1, 0, 1}));
    QCOMPARE(opened.survey.notes, (Names{"dataset.json has labels for 1 pictures that are not there."}));
    QVERIFY(open(R"({"labels": null})").data->info().classNames.empty());
    files.push_back({"dataset.json", R"({"labels": null})"});
    writeFolder(path(), files);
    opened = lookOverData(path());
    QCOMPARE(opened.survey.kind, "NVIDIA dataset (folder)");
    QVERIFY(opened.data->info().classNames.empty());
  }

  void mnist() {
    writeFolder(path(), {{"train-images-idx3-ubyte.gz", gzipped(idxPictures(7))},
                         {"train-labels-idx1-ubyte", idxLabels(7)},
                         {"t10k-images-idx3-ubyte", idxPictures(5)},
                         {"t10k-labels-idx1-ubyte.gz", gzipped(idxLabels(5))}});
    OpenedData opened = lookOverData(path());  // the training part of the folder
    QCOMPARE(opened.survey.kind, "idx file");
    QCOMPARE(opened.data->info().count, 7);
    QCOMPARE(opened.data->info().channels, 1);
    QCOMPARE(opened.data->info().resolution, 16);
    QCOMPARE(labelsOf(*opened.data), (std::vector<int>{0, 1, 2, 0, 1, 2, 0}));
    QCOMPARE(opened.data->info().classNames, (Names{"0", "1", "2"}));
    QCOMPARE(opened.survey.grey, 7);
    opened = lookOverData(path() / "t10k-images-idx3-ubyte", {.resolution = 32, .channels = 3});
    QCOMPARE(pixelsOf(*opened.data, 4), std::vector<std::uint8_t>(3 * 32 * 32, 4));
    QCOMPARE(labelsOf(*opened.data), (std::vector<int>{0, 1, 2, 0, 1}));
    QCOMPARE(opened.survey.smaller, 5);
    std::filesystem::remove(path() / "t10k-labels-idx1-ubyte.gz");
    opened = lookOverData(path() / "t10k-images-idx3-ubyte");
    QVERIFY(opened.data->info().classNames.empty());
    QCOMPARE(opened.survey.notes.size(), 1U);
  }

  void mixedSizesAndModes() {
    writeFolder(path(), {{"1.png", evenPicture(16, 16, qRgb(1, 1, 1), QImage::Format_Grayscale8)},
                         {"2.png", evenPicture(40, 20, qRgba(0, 0, 0, 0), QImage::Format_ARGB32)},
                         {"3.jpg", evenPicture(33, 70, qRgb(200, 0, 0), QImage::Format_RGB32, "jpg")},
                         {"4.bmp", evenPicture(5, 5, qRgb(4, 0, 0), QImage::Format_RGB32, "bmp")},
                         {"5.PNG", evenPicture(64, 64, qRgb(51, 0, 0), QImage::Format_Indexed8)}});
    const OpenedData opened = lookOverData(path());
    QCOMPARE(opened.data->info().count, 5);
    QCOMPARE(opened.data->info().channels, 3);
    QCOMPARE(opened.data->info().resolution, 16);  // the median short side is 20
    QCOMPARE(opened.survey.grey, 1);
    QCOMPARE(opened.survey.transparent, 1);
    QCOMPARE(opened.survey.smaller, 1);
    QCOMPARE(opened.survey.sizes.size(), 5U);
    const auto first = firstPixels(*opened.data);
    QCOMPARE(first[0], 1);
    QCOMPARE(first[1], 255);
    QVERIFY(std::abs(first[2] - 200) < 6);
    QCOMPARE(first[3], 4);
    QCOMPARE(first[4], 51);
  }

  void theFingerprintTellsData() {
    writeFolder(path(), animals());
    const auto fingerprint = [&](const DataOptions& options = {}) {
      return openTrainingData(path(), options)->info().fingerprint;
    };
    const std::string before = fingerprint();
    QCOMPARE(fingerprint({.cacheBytes = 0, .threads = 3}), before);
    QVERIFY(fingerprint({.resolution = 8}) != before);
    QVERIFY(fingerprint({.channels = 1}) != before);
    write(path() / "notes.txt", "no picture");
    QCOMPARE(fingerprint(), before);
    write(path() / "dogs" / "2.png", evenPicture(20, 20, qRgb(3, 0, 0)));
    const std::string changed = fingerprint();
    QVERIFY(changed != before);
    std::filesystem::rename(path() / "dogs" / "2.png", path() / "Cats" / "2.png");
    QVERIFY(fingerprint() != changed);
  }

  void theCacheIsNoDifference() {
    Files files;
    for (int i = 0; i < 40; ++i) {
      files.push_back({std::to_string(i) + ".png", evenPicture(12, 12, qRgb(i, 2 * i, 3 * i))});
    }
    writeFolder(path(), files);
    const auto cached = openTrainingData(path(), {.resolution = 8});
    const auto plain = openTrainingData(path(), {.resolution = 8, .cacheBytes = 0});
    const auto some = openTrainingData(path(), {.resolution = 8, .cacheBytes = 10 * 3 * 64});
    std::filesystem::remove(path() / "0.png");
    std::vector<std::jthread> threads;
    std::atomic<int> wrong = 0;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 1; i < 40; ++i) {
          const auto expected = pixelsOf(*cached, i);
          wrong += expected != pixelsOf(*plain, i) || expected != pixelsOf(*some, i) ? 1 : 0;
          wrong += expected[0] != i ? 1 : 0;
        }
      });
    }
    threads.clear();
    QCOMPARE(wrong.load(), 0);
    QCOMPARE(pixelsOf(*cached, 0)[0], 0);  // from memory
    QVERIFY_EXCEPTION_THROWN(pixelsOf(*plain, 0), DataError);
  }

  void progressGoesOnAndCanBeCancelled() {
    Files files;
    for (int i = 0; i < 30; ++i) {
      files.push_back({std::to_string(i) + ".png", evenPicture(300, 300, qRgb(i, 0, 0))});
    }
    const auto zip = path().string() + ".zip";
    writeZip(zip, files);
    std::vector<double> told;
    lookOverData(zip, {}, {.progress = [&](double fraction) { told.push_back(fraction); }, .stop = {}});
    QVERIFY(std::is_sorted(told.begin(), told.end()));
    QCOMPARE(told.back(), 1.0);
    std::stop_source stop;
    QVERIFY_EXCEPTION_THROWN(
        lookOverData(zip, {}, {.progress = [&](double) { stop.request_stop(); }, .stop = stop.get_token()}),
        DataCancelled);
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(lookOverData(zip, {}, {.progress = {}, .stop = stop.get_token()}), DataCancelled);
  }

 private:
  std::filesystem::path path() const { return std::filesystem::path(m_folder->path().toStdString()) / "data"; }
  std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TrainingPicturesTest)
#include "test_training_pictures.moc"
