#include "model/model_loader.h"

#include "model/worker/latest_mailbox.h"
#include "model/worker/thread_priority.h"

#include <mutex>
#include <thread>

namespace loom::model {

class ModelLoader::Thread {
 public:
  explicit Thread(LoaderListener listener)
      : m_listener(std::move(listener)), m_thread([this](const std::stop_token& stop) { run(stop); }) {}

  ~Thread() { cancel(); }

  std::uint64_t open(std::filesystem::path path, OpenOptions options) {
    std::stop_source stop;
    std::uint64_t id = 0;
    {
      const std::lock_guard lock(m_mutex);
      m_stop.request_stop();
      m_stop = stop;
      id = ++m_lastJob;
    }
    if (auto replaced = m_mailbox.put({id, std::move(path), std::move(options), stop.get_token()})) {
      m_listener.cancelled(replaced->id);  // it had not even begun
    }
    return id;
  }

  void cancel() {
    const std::lock_guard lock(m_mutex);
    m_stop.request_stop();
  }

 private:
  struct Job {
    std::uint64_t id = 0;
    std::filesystem::path path;
    OpenOptions options;
    std::stop_token stop;
  };

  void run(const std::stop_token& stop) {
    lowerThreadPriority();
    std::atomic<bool> working{false};
    while (m_mailbox.waitUntil(stop, [](bool waits) { return waits; })) {
      if (const auto job = m_mailbox.take(working)) {
        work(*job);
      }
    }
  }

  void work(const Job& job) {
    try {
      ReadControl control;
      control.stop = job.stop;
      control.progress = [&](double fraction) { m_listener.progress(job.id, fraction); };
      auto model = OpenedModel::open(job.path, control, job.options);
      if (job.stop.stop_requested()) {
        m_listener.cancelled(job.id);
      } else {
        m_listener.opened(job.id, std::move(model));
      }
    } catch (const std::exception& error) {
      if (job.stop.stop_requested()) {
        m_listener.cancelled(job.id);
      } else {
        LoadFailure failure{error.what(), dynamic_cast<const TrustNeeded*>(&error) != nullptr};
        if (const auto* unknown = dynamic_cast<const UnknownNetwork*>(&error)) {
          failure.findings = unknown->findings();
        }
        m_listener.failed(job.id, std::move(failure));
      }
    }
  }

  LoaderListener m_listener;
  LatestMailbox<Job> m_mailbox;
  std::mutex m_mutex;
  std::stop_source m_stop;      // of the newest job; guarded by m_mutex
  std::uint64_t m_lastJob = 0;  // guarded by m_mutex
  std::jthread m_thread;        // last: stops and joins before the rest goes
};

ModelLoader::ModelLoader(LoaderListener listener) : m_thread(std::make_unique<Thread>(std::move(listener))) {}
ModelLoader::~ModelLoader() = default;

std::uint64_t ModelLoader::open(std::filesystem::path path, OpenOptions options) {
  return m_thread->open(std::move(path), std::move(options));
}
void ModelLoader::cancel() { m_thread->cancel(); }

}  // namespace loom::model
