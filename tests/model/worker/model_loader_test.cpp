#include "model/model_loader.h"
#include "tests/model/small_checkpoints.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <mutex>

using namespace loom::model;
using namespace loom::test;

namespace {

/// What became of each job.
class Listener {
 public:
  LoaderListener callbacks() {
    return {[this](std::uint64_t job, double fraction) {
              const std::lock_guard lock(m_mutex);
              m_progress[job] = fraction;
            },
            [this](std::uint64_t job, std::shared_ptr<const OpenedModel> model) {
              const std::lock_guard lock(m_mutex);
              m_models[job] = std::move(model);
              m_ends[job] = "opened";
            },
            [this](std::uint64_t job, const LoadFailure& failure) {
              const std::lock_guard lock(m_mutex);
              m_ends[job] = "failed: " + failure.message;
            },
            [this](std::uint64_t job) {
              const std::lock_guard lock(m_mutex);
              m_ends[job] = "cancelled";
            }};
  }

  QString end(std::uint64_t job) {
    const std::lock_guard lock(m_mutex);
    return QString::fromStdString(m_ends[job]);
  }
  std::shared_ptr<const OpenedModel> model(std::uint64_t job) {
    const std::lock_guard lock(m_mutex);
    return m_models[job];
  }
  double progress(std::uint64_t job) {
    const std::lock_guard lock(m_mutex);
    return m_progress[job];
  }

 private:
  std::mutex m_mutex;
  std::map<std::uint64_t, std::string> m_ends;
  std::map<std::uint64_t, double> m_progress;
  std::map<std::uint64_t, std::shared_ptr<const OpenedModel>> m_models;
};

}  // namespace

class ModelLoaderTest : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;

  std::filesystem::path path(const char* name) { return m_folder.filePath(QLatin1String(name)).toStdString(); }

 private Q_SLOTS:
  void initTestCase() { writeSafetensors(path("good.safetensors"), dcgan(8, {8, 4}, 3)); }

  void aCheckpointIsOpened() {
    Listener listener;
    ModelLoader loader(listener.callbacks());
    const auto job = loader.open(path("good.safetensors"));
    QTRY_COMPARE(listener.end(job), QStringLiteral("opened"));
    QCOMPARE(listener.model(job)->info().width, 16);
    QCOMPARE(listener.progress(job), 1.0);
  }

  void aFailureNamesTheFile() {
    Listener listener;
    ModelLoader loader(listener.callbacks());
    const auto job = loader.open(path("missing.pth"));
    QTRY_VERIFY(!listener.end(job).isEmpty());
    QVERIFY2(listener.end(job).startsWith(QStringLiteral("failed: missing.pth cannot be opened")),
             qPrintable(listener.end(job)));
  }

  /// Each job ends once: opened, or cancelled by the one after it; the last is opened for certain.
  void theNewestWins() {
    Listener listener;
    ModelLoader loader(listener.callbacks());
    std::vector<std::uint64_t> jobs;
    for (int i = 0; i < 50; ++i) {
      jobs.push_back(loader.open(path("good.safetensors")));
    }
    QTRY_COMPARE(listener.end(jobs.back()), QStringLiteral("opened"));
    for (const auto job : jobs) {
      QVERIFY(listener.end(job) == QStringLiteral("opened") || listener.end(job) == QStringLiteral("cancelled"));
    }
  }

  void aJobCanBeCancelled() {
    Listener listener;
    ModelLoader loader(listener.callbacks());
    const auto job = loader.open(path("good.safetensors"));
    loader.cancel();
    QTRY_VERIFY(!listener.end(job).isEmpty());
    const auto next = loader.open(path("good.safetensors"));
    QTRY_COMPARE(listener.end(next), QStringLiteral("opened"));
  }

  void itEndsWithWorkAtHand() {
    Listener listener;
    for (int i = 0; i < 20; ++i) {
      ModelLoader loader(listener.callbacks());
      loader.open(path("good.safetensors"));
    }
  }
};

QTEST_GUILESS_MAIN(ModelLoaderTest)
#include "model_loader_test.moc"
