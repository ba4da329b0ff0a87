#include "model/generation_worker.h"

#include "model/worker/latest_mailbox.h"
#include "model/worker/thread_priority.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace loom::model {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

class GenerationWorker::Thread {
 public:
  explicit Thread(WorkerListener listener)
      : m_listener(std::move(listener)), m_thread([this](const std::stop_token& stop) { run(stop); }) {}

  void setModel(std::shared_ptr<const OpenedModel> model) {
    {
      const std::lock_guard lock(m_modelMutex);
      std::swap(m_model, model);
      m_modelChanges.fetch_add(1);
    }
    m_mailbox.poke();
    // The old model may be freed here, by whoever lets go last; not under the lock.
  }

  void request(RenderRequest request) { m_mailbox.put(std::move(request)); }
  bool busy() const { return m_working.load() || m_mailbox.waiting(); }

 private:
  struct Assignment {
    std::shared_ptr<const OpenedModel> model;
    std::uint64_t change = 0;
  };

  Assignment assignment() const {
    const std::lock_guard lock(m_modelMutex);
    return {m_model, m_modelChanges.load()};
  }

  void run(const std::stop_token& stop) {
    lowerThreadPriority();
    while (!stop.stop_requested()) {
      const Assignment now = assignment();
      // Without a model a request stays in the box until setModel pokes.
      if (!m_mailbox.waitUntil(stop, [&] { return m_modelChanges.load() != now.change || now.model != nullptr; })) {
        continue;
      }
      if (m_modelChanges.load() != now.change) {
        continue;
      }
      if (auto request = m_mailbox.take(m_working)) {
        answer(*request, now, stop);
        m_working.store(false);
      }
    }
  }

  /// True once the frame that began at `start` is not worth finishing. A newer request alone ends it only while little
  /// of it is done, and never twice in a row: else a hand that moves without pause would see no picture at all.
  bool givenUp(const Assignment& now, const std::stop_token& stop, Clock::time_point start) const {
    if (stop.stop_requested() || m_modelChanges.load() != now.change) {
      return true;
    }
    return m_mailbox.waiting() && !m_gaveUpLast && secondsSince(start) < 0.25 * m_typicalSeconds;
  }

  void answer(const RenderRequest& request, const Assignment& now, const std::stop_token& stop) {
    const auto start = Clock::now();
    try {
      Frame frame = now.model->render(
          request.latent, request.generation, [&] { return givenUp(now, stop, start); }, request.picture.get());
      m_typicalSeconds = secondsSince(start);
      m_gaveUpLast = false;
      m_listener.frame(std::move(frame));
    } catch (const Interrupted&) {
      m_gaveUpLast = true;
      if (m_modelChanges.load() != now.change) {
        m_gaveUpLast = false;
        m_mailbox.putBack(request);  // the new model answers it, unless a newer one came
      }
    } catch (const std::exception& error) {
      m_gaveUpLast = false;
      m_listener.failure({now.model->id(), request.generation, error.what()});
    }
  }

  WorkerListener m_listener;
  LatestMailbox<RenderRequest> m_mailbox;
  mutable std::mutex m_modelMutex;
  std::shared_ptr<const OpenedModel> m_model;  // guarded by m_modelMutex
  std::atomic<std::uint64_t> m_modelChanges{0};
  std::atomic<bool> m_working{false};
  double m_typicalSeconds = 0.0;  // of a whole frame; worker thread only
  bool m_gaveUpLast = false;      // worker thread only
  std::jthread m_thread;          // last: stops and joins before the rest goes
};

GenerationWorker::GenerationWorker(WorkerListener listener)
    : m_thread(std::make_unique<Thread>(std::move(listener))) {}

GenerationWorker::~GenerationWorker() = default;

void GenerationWorker::setModel(std::shared_ptr<const OpenedModel> model) { m_thread->setModel(std::move(model)); }
void GenerationWorker::request(RenderRequest request) { m_thread->request(std::move(request)); }
bool GenerationWorker::busy() const { return m_thread->busy(); }

}  // namespace loom::model
