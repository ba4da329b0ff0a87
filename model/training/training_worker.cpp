#include "model/training_worker.h"

#include "model/worker/thread_priority.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace loom::model {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBetweenReports(50);
constexpr std::chrono::milliseconds kBetweenSheets(1500);
constexpr int kSheetCount = 16;
constexpr int kMapSide = 48;

}  // namespace

class TrainingWorker::Thread {
 public:
  using Command = std::function<void(TrainingSession&)>;

  Thread(Opener opener, TrainingListener listener) : m_opener(std::move(opener)), m_listener(std::move(listener)) {
    m_thread = std::jthread([this](std::stop_token stop) { run(stop); });
  }
  ~Thread() {
    m_thread.request_stop();
    m_wake.notify_all();
  }

  void post(Command command) {
    {
      const std::lock_guard lock(m_mutex);
      m_commands.push_back(std::move(command));
    }
    m_wake.notify_all();
  }
  void setPaused(bool paused) {
    {
      const std::lock_guard lock(m_mutex);
      m_paused = paused;
    }
    post([this, paused](TrainingSession& session) { session.mark(paused ? "pause" : "resume"); tellMark(session, paused ? "pause" : "resume"); });
  }
  void stepOnce() {
    {
      const std::lock_guard lock(m_mutex);
      ++m_single;
    }
    m_wake.notify_all();
  }
  void requestStop() {
    m_thread.request_stop();
    m_wake.notify_all();
  }
  void tellMark(TrainingSession& session, const std::string& text, const char* tag = "command") const {
    if (m_listener.mark) {
      RunMark mark;
      mark.step = session.step();
      mark.tag = tag;
      mark.text = text;
      m_listener.mark(mark);
    }
  }
  const TrainingListener& listener() const { return m_listener; }

 private:
  void run(const std::stop_token& stop) {
    lowerThreadPriority();
    std::unique_ptr<TrainingSession> session;
    try {
      session = m_opener(stop);
      if (m_listener.started) {
        m_listener.started(session->run().path(), statusOf(*session));
      }
      tellSheet(*session);
      while (!stop.stop_requested()) {
        takeCommands(*session);
        if (!waitForStep(*session, stop)) {
          continue;
        }
        advance(*session);
      }
      flushReports(*session);
      session->mark("stop");
      session->snapshot();
      if (m_listener.ended) {
        m_listener.ended();
      }
    } catch (const std::exception& error) {
      if (stop.stop_requested() && !session) {
        if (m_listener.ended) {
          m_listener.ended();
        }
      } else if (m_listener.failed) {
        m_listener.failed(error.what());
      }
    }
  }

  void takeCommands(TrainingSession& session) {
    std::deque<Command> commands;
    {
      const std::lock_guard lock(m_mutex);
      commands.swap(m_commands);
    }
    for (const Command& command : commands) {
      try {
        command(session);
      } catch (const std::exception& error) {
        if (m_listener.commandFailed) {
          m_listener.commandFailed(error.what());
        }
      }
    }
    if (!commands.empty()) {
      flushReports(session);
    }
  }

  /// True where a step is to be made now; false after a wait that a command, or the end of it, interrupted.
  bool waitForStep(TrainingSession& session, const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    const bool over = m_broken || session.step() >= session.settings().steps;
    if (!over && (!m_paused || m_single > 0)) {
      if (m_paused) {
        --m_single;
      }
      return true;
    }
    m_single = 0;
    if (over && !m_toldOver) {
      m_toldOver = true;
      lock.unlock();
      if (!m_broken) {
        session.snapshot();
        tellLatest();
      }
      flushReports(session);
      tellSheet(session);
      return false;
    }
    m_wake.wait(lock, stop, [&] { return !m_commands.empty() || (!over && (!m_paused || m_single > 0)); });
    return false;
  }

  void advance(TrainingSession& session) {
    m_toldOver = false;
    const StepReport report = session.advance();
    m_reports.push_back(report);
    constexpr double kRecent = 0.05;
    m_perStep = m_perStep > 0.0 ? (1.0 - kRecent) * m_perStep + kRecent * report.seconds : report.seconds;
    m_broken = !report.finite;
    for (const Alarm& alarm : session.takeAlarms()) {
      tellMark(session, alarm.words, "health");
    }
    if (report.finite && report.step % session.settings().snapshotEvery == 0) {
      tellMark(session, "step " + std::to_string(report.step), "snapshot");
    }
    if (report.finite && (report.step % session.settings().snapshotEvery == 0 || report.step % session.settings().samplesEvery == 0)) {
      tellLatest();
      if (m_listener.diversity) {
        m_listener.diversity(session.diversity());
      }
    }
    const auto now = Clock::now();
    if (now - m_lastReports >= kBetweenReports || m_broken) {
      flushReports(session);
    }
    if (now - m_lastSheet >= kBetweenSheets) {
      tellSheet(session);
    }
  }

  void flushReports(TrainingSession& session) {
    m_lastReports = Clock::now();
    if (m_listener.reports && !m_reports.empty()) {
      m_listener.reports(std::exchange(m_reports, {}));
    }
    m_reports.clear();
    if (m_listener.status) {
      m_listener.status(statusOf(session));
    }
  }

  void tellSheet(TrainingSession& session) {
    if (m_listener.sheet) {
      m_listener.sheet(session.sheet(kSheetCount), session.map(kMapSide));
    }
    m_lastSheet = Clock::now();
  }
  void tellLatest() const {
    if (m_listener.latestWritten) {
      m_listener.latestWritten();
    }
  }

  TrainingStatus statusOf(const TrainingSession& session) {
    TrainingStatus status;
    status.step = session.step();
    status.steps = session.settings().steps;
    {
      const std::lock_guard lock(m_mutex);
      status.paused = m_paused;
    }
    status.done = m_broken || status.step >= status.steps;
    status.stepsPerSecond = m_perStep > 0.0 ? 1.0 / m_perStep : 0.0;
    status.secondsSpent = session.secondsSpent();
    status.health = session.health().summary();
    status.alarms = session.health().standing();
    status.settings = session.settings();
    return status;
  }

  Opener m_opener;
  TrainingListener m_listener;
  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  std::deque<Command> m_commands;
  bool m_paused = false;
  int m_single = 0;
  // Of the worker's thread alone:
  std::vector<StepReport> m_reports;
  double m_perStep = 0.0;
  bool m_broken = false;
  bool m_toldOver = false;
  Clock::time_point m_lastReports{};
  Clock::time_point m_lastSheet{};
  std::jthread m_thread;

  friend class TrainingWorker;
};

TrainingWorker::TrainingWorker(Opener opener, TrainingListener listener)
    : m_thread(std::make_unique<Thread>(std::move(opener), std::move(listener))) {}
TrainingWorker::~TrainingWorker() = default;

void TrainingWorker::pause() { m_thread->setPaused(true); }
void TrainingWorker::resume() { m_thread->setPaused(false); }
void TrainingWorker::stepOnce() { m_thread->stepOnce(); }
void TrainingWorker::stop() { m_thread->requestStop(); }

void TrainingWorker::set(const std::string& name, const std::string& value) {
  m_thread->post([this, name, value](TrainingSession& session) {
    session.set(name, value);
    m_thread->tellMark(session, name + " " + value);
  });
}

void TrainingWorker::snapshot() {
  m_thread->post([this](TrainingSession& session) {
    session.snapshot();
    m_thread->tellMark(session, "step " + std::to_string(session.step()), "snapshot");
    m_thread->tellLatest();
  });
}

void TrainingWorker::rollBack(std::int64_t step) {
  m_thread->post([this, step](TrainingSession& session) {
    session.rollBack(step);
    m_thread->m_broken = false;
    if (m_thread->listener().rolledBack) {
      m_thread->listener().rolledBack(step);
    }
    m_thread->tellMark(session, "roll back to step " + std::to_string(step));
    m_thread->tellSheet(session);
  });
}

}  // namespace loom::model
