// `latent-loom dataset` and `latent-loom inspect`.
#include "tests/app/commands/tiny_model.h"

#include <nlohmann/json.hpp>

#include <QDir>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include <zip.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace loom;
using namespace loom::app;

namespace {

constexpr const char* kConditional = LOOM_TEST_DATA "/oracle/stylegan2-ada-cond/network.pkl";  // 5 classes, 16 pixels

class TestDatasetCommand : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  QString file(const QString& name) const { return m_folder->filePath(name); }

  static nlohmann::json json(const QString& path) {
    std::ifstream stream(path.toStdString());
    return nlohmann::json::parse(stream, nullptr, false);
  }
  static QByteArray text(const QString& path) {
    QFile source(path);
    return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
  }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void everyClassIsThere() {
    const QString out = file("set");
    const auto result = latentLoom({"dataset", kConditional, "--count", "3", "--per-class", "--seed", "7", "-o", out});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const auto labels = json(out + "/dataset.json")["labels"];
    QCOMPARE(labels.size(), std::size_t{15});
    for (std::size_t i = 0; i < labels.size(); ++i) {
      QCOMPARE(labels[i][1].get<int>(), static_cast<int>(i / 3));
      QCOMPARE(QImage(out + '/' + QString::fromStdString(labels[i][0].get<std::string>())).size(), QSize(16, 16));
    }
    // Each is the picture that `generate` makes of its seed and class.
    QCOMPARE(latentLoom({"generate", kConditional, "--seeds", "11", "--class", "1", "-o", file("one.png")}).code, 0);
    QCOMPARE(QImage(out + "/00000/img00000004.png"), QImage(file("one.png")));
    const QByteArray page = text(out + "/DATASET.md");
    for (const char* word : {"synthetic", "network.pkl", "StyleGAN2", "7 to 21", "trainedAlgorithmicMedia"}) {
      QVERIFY2(page.contains(word), word);
    }
    QVERIFY(!QFile::exists(out + "/.latent-loom-dataset.json"));
    // The folder is full now: nothing is written over it.
    const auto again = latentLoom({"dataset", kConditional, "--count", "3", "-o", out});
    QCOMPARE(again.code, 1);
    QVERIFY2(again.err.contains("folder of its own"), qPrintable(again.err));
  }

  void interruptedItGoesOn() {
    TinyModel().write(file("tiny.safetensors"));
    constexpr int kCount = 300;
    const QStringList call{"dataset", file("tiny.safetensors"), "--count", QString::number(kCount), "-o"};
    QCOMPARE(latentLoom(call + QStringList{file("whole")}).code, 0);
    // Stopped as soon as some pictures are there.
    std::stop_source stop;
    const std::string some = (file("part") + "/00000/img00000005.png").toStdString();
    const std::jthread watcher([&](const std::stop_token& over) {
      while (!over.stop_requested() && !std::filesystem::exists(some)) {
        std::this_thread::yield();
      }
      stop.request_stop();
    });
    QCOMPARE(latentLoom(call + QStringList{file("part")}, false, stop.get_token()).code, 130);
    QVERIFY(!QFile::exists(file("part") + "/dataset.json"));
    const auto other = latentLoom({"dataset", file("tiny.safetensors"), "--count", "41", "-o", file("part")});
    QCOMPARE(other.code, 1);
    QVERIFY2(other.err.contains("other settings"), qPrintable(other.err));
    QVERIFY2(latentLoom(call + QStringList{file("part")}).code == 0, "it goes on");
    for (int i = 0; i < kCount; ++i) {
      const QString name = QStringLiteral("/00000/img%1.png").arg(i, 8, 10, QLatin1Char('0'));
      QCOMPARE(QImage(file("part") + name), QImage(file("whole") + name));
    }
    QCOMPARE(text(file("part") + "/dataset.json"), text(file("whole") + "/dataset.json"));
    QVERIFY(json(file("whole") + "/dataset.json")["labels"].is_null());
  }

  void aZipHasTheSame() {
    TinyModel().write(file("tiny.safetensors"));
    const auto result = latentLoom({"dataset", file("tiny.safetensors"), "--count", "5", "-o", file("set.zip")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    int code = 0;
    zip_t* archive = zip_open(file("set.zip").toUtf8().constData(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
    QVERIFY(archive);
    QCOMPARE(zip_get_num_entries(archive, 0), zip_int64_t{7});
    QVERIFY(zip_name_locate(archive, "00000/img00000004.png", 0) >= 0);
    QVERIFY(zip_name_locate(archive, "dataset.json", 0) >= 0);
    zip_discard(archive);
    QVERIFY(!QFile::exists(file("set.zip.part")));
    QCOMPARE(latentLoom({"dataset", file("tiny.safetensors"), "--count", "5", "-o", file("set.zip")}).code, 1);
  }

  void whatCannotBeIsTold() {
    TinyModel().write(file("tiny.safetensors"));
    QDir().mkpath(file("real"));
    QFile(file("real") + "/photograph.jpg").open(QIODevice::WriteOnly);
    const auto mixed = latentLoom({"dataset", file("tiny.safetensors"), "--count", "5", "-o", file("real")});
    QCOMPARE(mixed.code, 1);
    QVERIFY2(mixed.err.contains("folder of its own"), qPrintable(mixed.err));
    const auto classless = latentLoom({"dataset", file("tiny.safetensors"), "--count", "5", "--per-class", "-o", file("a")});
    QCOMPARE(classless.code, 1);
    QVERIFY2(classless.err.contains("no classes"), qPrintable(classless.err));
    QCOMPARE(latentLoom({"dataset", file("tiny.safetensors"), "-o", file("a")}).code, 2);
    QVERIFY(!QDir(file("a")).exists());
  }

  void aPictureIsInspected() {
    TinyModel().write(file("tiny.safetensors"));
    QCOMPARE(latentLoom({"generate", file("tiny.safetensors"), "--seeds", "5", "-o", file("a.png")}).code, 0);
    const auto told = latentLoom({"inspect", file("a.png")});
    QCOMPARE(told.code, 0);
    for (const char* word : {"tiny.safetensors", "Seed", "trainedAlgorithmicMedia", "SHA-256"}) {
      QVERIFY2(told.out.contains(QLatin1String(word)), word);
    }
    const auto whole = nlohmann::json::parse(latentLoom({"inspect", file("a.png"), "--json"}).out.toStdString());
    QCOMPARE(whole["provenance"]["state"]["seed"].get<int>(), 5);
    QImage(4, 4, QImage::Format_RGB888).save(file("foreign.png"));
    const auto foreign = latentLoom({"inspect", file("foreign.png")});
    QCOMPARE(foreign.code, 1);
    QVERIFY2(foreign.err.contains("no state of Latent Loom"), qPrintable(foreign.err));
    QVERIFY(latentLoom({"inspect", file("tiny.safetensors")}).err.contains("latent-loom info"));
    QVERIFY(latentLoom({"inspect", file("nowhere.png")}).err.contains("not there"));
    QCOMPARE(latentLoom({"inspect"}).code, 2);
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestDatasetCommand)
#include "test_dataset_command.moc"
