#include "model/generation_worker.h"
#include "tests/model/small_checkpoints.h"
#include "tests/model/style_checkpoints.h"

#include <QTemporaryDir>
#include <QDeadlineTimer>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace loom::model;
using namespace loom::test;

namespace {

/// Collects what the worker says.
class Listener {
 public:
  WorkerListener callbacks() {
    return {[this](Frame frame) { add(m_frames, std::move(frame)); },
            [this](RenderFailure failure) { add(m_failures, std::move(failure)); }};
  }

  /// Waits until a frame of `generation` or a later one came.
  std::optional<Frame> waitFor(std::uint64_t generation) {
    std::unique_lock lock(m_mutex);
    const bool came = m_changed.wait_for(lock, std::chrono::seconds(30), [&] {
      return !m_frames.empty() && m_frames.back().generation >= generation;
    });
    return came ? std::optional(m_frames.back()) : std::nullopt;
  }

  std::vector<Frame> frames() {
    const std::lock_guard lock(m_mutex);
    return m_frames;
  }

 private:
  template <typename T>
  void add(std::vector<T>& into, T value) {
    const std::lock_guard lock(m_mutex);
    into.push_back(std::move(value));
    m_changed.notify_all();
  }

  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<Frame> m_frames;
  std::vector<RenderFailure> m_failures;
};

RenderRequest request(std::uint64_t generation) {
  RenderRequest made;
  made.generation = generation;
  made.latent.seed = static_cast<std::uint32_t>(generation);
  return made;
}

}  // namespace

class GenerationWorkerTest : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;
  std::shared_ptr<const OpenedModel> m_small;
  std::shared_ptr<const OpenedModel> m_slow;

  std::shared_ptr<const OpenedModel> make(const char* name, const NamedTensors& tensors) {
    const std::filesystem::path path = m_folder.filePath(QLatin1String(name)).toStdString();
    writeSafetensors(path, tensors);
    return OpenedModel::open(path);
  }

 private Q_SLOTS:
  void initTestCase() {
    m_small = make("small.safetensors", dcgan(8, {8, 4}, 3));
    m_slow = make("slow.safetensors", dcgan(8, {96, 64, 48, 32, 24}, 3));
  }

  /// Of a network that takes long, sooner and lesser pictures may come first; the last is the exact one.
  void theExactPictureComesLast() {
    const auto net = randomStylegan2(128, 16384);
    const std::filesystem::path path = m_folder.filePath(QStringLiteral("style.safetensors")).toStdString();
    writeSafetensors(path, net.tensors, net.metadata);
    const auto model = OpenedModel::open(path);
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.setModel(model);
    constexpr std::uint64_t kRequests = 4;
    for (std::uint64_t i = 1; i <= kRequests; ++i) {
      worker.request(request(i));
      QVERIFY(listener.waitFor(i));
      QTRY_VERIFY_WITH_TIMEOUT(!worker.busy(), 30000);
    }
    const std::vector<Frame> frames = listener.frames();
    std::uint64_t generation = 0;
    Quality last = Quality::Exact;
    for (const Frame& frame : frames) {
      QVERIFY(frame.width == 128 && frame.height == 128);
      if (frame.generation != generation) {
        QCOMPARE(frame.generation, generation + 1);
        QVERIFY(last == Quality::Exact);  // nothing newer waited
        generation = frame.generation;
      } else {
        QVERIFY(frame.quality > last);
      }
      last = frame.quality;
    }
    QVERIFY(generation == kRequests && last == Quality::Exact);
    QVERIFY(frames.front().quality == Quality::Exact);  // nothing was known of how long it takes
    const Frame expected = model->render(request(kRequests).latent);
    const int bytes = 4 * expected.width * expected.height;
    QVERIFY(std::equal(expected.pixels.data, expected.pixels.data + bytes, frames.back().pixels.data));
  }

  void aRequestIsAnsweredWithItsStamp() {
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.setModel(m_small);
    worker.request(request(5));
    const auto frame = listener.waitFor(5);
    QVERIFY(frame);
    QCOMPARE(frame->generation, std::uint64_t{5});
    QCOMPARE(frame->model, m_small->id());
    QCOMPARE(frame->latent.seed, 5U);
    QCOMPARE(frame->width, 16);
    QTRY_VERIFY(!worker.busy());
  }

  void aRequestWaitsForAModel() {
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.request(request(1));
    QVERIFY(worker.busy());
    QVERIFY(listener.frames().empty());
    worker.setModel(m_small);
    QVERIFY(listener.waitFor(1));
  }

  /// A flood of requests: far fewer frames, in order, and the last one for certain.
  void theNewestWins() {
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.setModel(m_slow);
    constexpr std::uint64_t kLast = 5000;
    for (std::uint64_t i = 1; i <= kLast; ++i) {
      worker.request(request(i));
    }
    QVERIFY(listener.waitFor(kLast));
    const auto frames = listener.frames();
    QCOMPARE(frames.back().generation, kLast);
    QVERIFY(frames.size() < kLast / 2);
    QVERIFY(std::is_sorted(frames.begin(), frames.end(),
                           [](const Frame& a, const Frame& b) { return a.generation < b.generation; }));
  }

  /// The hand moves without pause, faster than frames are made: frames come all the same.
  void aRestlessHandIsNotStarved() {
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.setModel(m_slow);
    worker.request(request(1));
    QVERIFY(listener.waitFor(1));
    std::uint64_t generation = 1;
    const QDeadlineTimer patience(30000);  // ends a starved run; a machine that is merely busy does not fail
    while (listener.frames().size() < 6 && !patience.hasExpired()) {
      worker.request(request(++generation));
      std::this_thread::yield();
    }
    QVERIFY(listener.frames().size() >= 6);
  }

  void anotherModelAnswersTheRequestThatWaits() {
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.setModel(m_slow);
    worker.request(request(1));
    worker.setModel(m_small);
    worker.request(request(2));
    const auto frame = listener.waitFor(2);
    QVERIFY(frame);
    QCOMPARE(frame->model, m_small->id());
  }

  void theModelCanBeTakenAway() {
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.setModel(m_slow);
    worker.request(request(1));
    worker.setModel(nullptr);
    worker.setModel(m_small);
    worker.request(request(2));
    QVERIFY(listener.waitFor(2));
    QCOMPARE(listener.frames().back().model, m_small->id());
  }

  void theSamePictureComesTwice() {
    Listener listener;
    GenerationWorker worker(listener.callbacks());
    worker.setModel(m_small);
    worker.request({1, {}});
    const auto first = listener.waitFor(1);
    worker.request({2, {}});
    const auto second = listener.waitFor(2);
    QVERIFY(first && second);
    QVERIFY(std::equal(first->pixels.data, first->pixels.data + 16 * 16 * 4, second->pixels.data));
  }

  void itEndsWithWorkAtHand() {
    Listener listener;
    for (int i = 0; i < 20; ++i) {
      GenerationWorker worker(listener.callbacks());
      worker.setModel(m_slow);
      worker.request(request(1));
    }
  }
};

QTEST_GUILESS_MAIN(GenerationWorkerTest)
#include "generation_worker_test.moc"
