#include "ui/session/training.h"

#include "model/training_scalars.h"

#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace loom::ui {
namespace {

using State = TrainingFacts::State;

constexpr std::size_t kLongestFilm = 240;  // sheets; every second one goes where it is reached

}  // namespace

Training::Training(QObject* parent) : QObject(parent) {}
Training::~Training() = default;

QString Training::latestPath() const { return m_run.isEmpty() ? QString() : m_run + QStringLiteral("/latest.safetensors"); }

void Training::start(model::TrainingWorker::Opener opener, const QString& title) {
  m_worker.reset();
  TrainingFacts facts;
  facts.others = std::move(m_facts.others);
  facts.state = State::Opening;
  m_facts = std::move(facts);
  m_facts.title = title.toStdString();
  m_run.clear();
  const std::uint64_t job = ++m_job;
  // Everything that the worker tells comes over to this thread, where nobody asks for it once another one was started.
  const auto queued = [this, job](auto act) {
    QMetaObject::invokeMethod(
        this,
        [this, job, act = std::move(act)]() mutable {
          if (job == m_job) {
            act();
            Q_EMIT changed();
          }
        },
        Qt::QueuedConnection);
  };
  model::TrainingListener listener;
  listener.started = [this, queued](const std::filesystem::path& run, const model::TrainingStatus& status) {
    queued([this, run, status] {
      m_run = QString::fromStdString(run.string());
      m_facts.status = status;
      m_facts.state = State::Running;
      readHistory();
      Q_EMIT started();
    });
  };
  listener.reports = [this, queued](std::vector<model::StepReport> reports) {
    queued([this, reports = std::move(reports)] { take(reports); });
  };
  listener.status = [this, queued](const model::TrainingStatus& status) {
    queued([this, status] {
      m_facts.status = status;
      m_facts.state = status.done ? State::Done : status.paused ? State::Paused : State::Running;
    });
  };
  listener.sheet = [this, queued](model::TrainingSheet sheet, model::TrainingMap map) {
    queued([this, sheet = std::move(sheet), map = std::move(map)]() mutable { takeSheet(std::move(sheet), std::move(map)); });
  };
  listener.diversity = [this, queued](const model::DiversityReport& report) {
    queued([this, report] {
      m_facts.diversity = report;
      for (const auto& [tag, value] : model::scalarsOf(report)) {
        m_facts.curves[tag].append(report.step, static_cast<float>(value));
      }
    });
  };
  listener.mark = [this, queued](const model::RunMark& mark) {
    queued([this, mark] {
      m_facts.marks.push_back(mark);
      if (mark.tag == "snapshot") {
        m_facts.snapshots.push_back(mark.step);
      }
    });
  };
  listener.rolledBack = [this, queued](std::int64_t step) {
    queued([this, step] {
      for (auto& [tag, curve] : m_facts.curves) {
        curve.truncateFrom(step + 1);
      }
      std::erase_if(m_facts.snapshots, [step](std::int64_t at) { return at > step; });
      std::erase_if(m_facts.film, [step](const model::TrainingSheet& sheet) { return sheet.step > step; });
    });
  };
  listener.latestWritten = [this, queued] { queued([this] { Q_EMIT latestWritten(latestPath()); }); };
  listener.commandFailed = [this, queued](const std::string& message) {
    queued([this, message] { Q_EMIT failed(QString::fromStdString(message), false); });
  };
  listener.failed = [this, queued](const std::string& message) {
    queued([this, message] {
      m_facts.state = State::Failed;
      m_facts.message = message;
      m_worker.reset();
      Q_EMIT failed(QString::fromStdString(message), true);
    });
  };
  listener.ended = [this, queued] {
    queued([this] {
      m_facts.state = State::Done;
      m_worker.reset();
      Q_EMIT ended(m_run);
    });
  };
  m_worker = std::make_unique<model::TrainingWorker>(std::move(opener), std::move(listener));
  Q_EMIT changed();
}

void Training::stop() {
  if (m_worker) {
    m_worker->stop();
  }
}

void Training::setPaused(bool paused) {
  if (m_worker) {
    paused ? m_worker->pause() : m_worker->resume();
  }
}

void Training::stepOnce() {
  if (m_worker) {
    m_worker->stepOnce();
  }
}

void Training::set(const std::string& name, const std::string& value) {
  if (m_worker) {
    m_worker->set(name, value);
  }
}

void Training::snapshot() {
  if (m_worker) {
    m_worker->snapshot();
  }
}

void Training::rollBack(std::int64_t step) {
  if (m_worker) {
    m_worker->rollBack(step);
  }
}

void Training::compareWith(const QString& path) {
  try {
    Curves curves;
    for (const model::ScalarSeries& series : model::readHistory(path.toStdString()).scalars) {
      for (const model::ScalarPoint& point : series.points) {
        curves[series.tag].append(point.step, point.value);
      }
    }
    if (curves.empty()) {
      throw model::RunError(path.toStdString() + " holds no curves: choose the folder of a run, with its events.");
    }
    const std::string name = QFileInfo(path).fileName().toStdString();
    std::erase_if(m_facts.others, [&](const auto& other) { return other.first == name; });
    m_facts.others.emplace_back(name, std::move(curves));
    Q_EMIT changed();
  } catch (const model::RunError& error) {
    Q_EMIT failed(QString::fromStdString(error.what()), false);
  }
}

void Training::compareWithNone() {
  m_facts.others.clear();
  Q_EMIT changed();
}

void Training::take(const std::vector<model::StepReport>& reports) {
  for (const model::StepReport& report : reports) {
    for (const auto& [tag, value] : model::scalarsOf(report, m_facts.status.settings)) {
      m_facts.curves[tag].append(report.step, static_cast<float>(value));
    }
  }
}

void Training::takeSheet(model::TrainingSheet sheet, model::TrainingMap map) {
  m_facts.map = std::move(map);
  ++m_facts.sheets;
  auto& film = m_facts.film;
  if (!film.empty() && film.back().step == sheet.step) {
    film.back() = std::move(sheet);
    return;
  }
  film.push_back(std::move(sheet));
  if (film.size() > kLongestFilm) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < film.size(); i += 2) {
      film[kept++] = std::move(film[i]);
    }
    film.resize(kept);
  }
}

/// What the run's events tell of its earlier starts.
void Training::readHistory() {
  try {
    const model::RunHistory history = model::readHistory(m_run.toStdString());
    for (const model::ScalarSeries& series : history.scalars) {
      auto& curve = m_facts.curves[series.tag];
      for (const model::ScalarPoint& point : series.points) {
        curve.append(point.step, point.value);
      }
    }
    for (const model::RunMark& mark : history.marks) {
      m_facts.marks.push_back(mark);
      if (mark.tag == "snapshot") {
        m_facts.snapshots.push_back(mark.step);
      }
    }
  } catch (const model::RunError&) {
    // A run that has no events yet has no history.
  }
  if (m_facts.snapshots.empty()) {
    m_facts.snapshots.push_back(m_facts.status.step);
  }
}

}  // namespace loom::ui
