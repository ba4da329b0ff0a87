#include "app/background_jobs.h"

namespace loom::app {

BackgroundJobs::BackgroundJobs() { m_pool.setMaxThreadCount(1); }

BackgroundJobs::~BackgroundJobs() {
  cancel();
  m_pool.waitForDone();
}

void BackgroundJobs::start(std::function<void(std::stop_token)> job) {
  const std::lock_guard lock(m_mutex);
  m_pool.start([job = std::move(job), token = m_stop.get_token()] { job(token); });
}

void BackgroundJobs::cancel() {
  const std::lock_guard lock(m_mutex);
  m_stop.request_stop();
  m_stop = std::stop_source();
}

}  // namespace loom::app
