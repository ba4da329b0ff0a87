// The training behind the window: its worker, and what was seen of it so far. Lives on the UI thread and never waits.
#pragma once

#include "model/training_worker.h"
#include "render/level_of_detail.h"

#include <QObject>
#include <QString>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace loom::ui {

using Curves = std::map<std::string, render::LevelOfDetail>;  ///< by tag: "loss/G"

/// What was seen of the training, for the panel.
struct TrainingFacts {
  enum class State { Idle, Opening, Running, Paused, Done, Failed };
  State state = State::Idle;
  std::string title;    ///< the run's name
  std::string message;  ///< why it failed
  model::TrainingStatus status;
  Curves curves;
  std::vector<std::pair<std::string, Curves>> others;   ///< runs laid over this one, by name
  std::vector<model::RunMark> marks;
  std::vector<std::int64_t> snapshots;                  ///< steps that can be returned to
  std::vector<model::TrainingSheet> film;               ///< sheets over time, the newest last
  model::TrainingMap map;                               ///< of a toy, of the newest sheet
  std::optional<model::DiversityReport> diversity;
  std::uint64_t sheets = 0;                             ///< grows with every sheet
};

class Training : public QObject {
  Q_OBJECT

 public:
  explicit Training(QObject* parent = nullptr);
  ~Training() override;

  const TrainingFacts& facts() const { return m_facts; }
  bool active() const { return m_worker != nullptr; }
  /// RUN/latest.safetensors of the run that is, or was, shown; empty before there is one.
  QString latestPath() const;
  QString runPath() const { return m_run; }

  /// Starts `opener`, which begins a run or goes on with one; a training under way is stopped with a snapshot first.
  void start(model::TrainingWorker::Opener opener, const QString& title);
  /// Ends the training after the step at hand, with a snapshot. It can be resumed from its folder.
  void stop();
  void setPaused(bool paused);
  void stepOnce();
  void set(const std::string& name, const std::string& value);
  void snapshot();
  void rollBack(std::int64_t step);

  /// Lays the curves of the run at `path` over this one's; laid over already, it is read anew. Tells failed() where they
  /// cannot be read.
  void compareWith(const QString& path);
  void compareWithNone();

 Q_SIGNALS:
  void changed();  ///< facts() are others
  void started();
  void latestWritten(const QString& path);
  /// A sentence for people; `fatal`: the training is at its end.
  void failed(const QString& message, bool fatal);
  void ended(const QString& run);

 private:
  void take(const std::vector<model::StepReport>& reports);
  void takeSheet(model::TrainingSheet sheet, model::TrainingMap map);
  void readHistory();

  TrainingFacts m_facts;
  QString m_run;
  std::uint64_t m_job = 0;  // events of a former worker are void
  std::unique_ptr<model::TrainingWorker> m_worker;
};

}  // namespace loom::ui
