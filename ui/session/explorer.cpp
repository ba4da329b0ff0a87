#include "ui/session/explorer.h"

#include <QFile>
#include <QRandomGenerator>
#include <QUndoCommand>

#include <algorithm>
#include <cmath>

namespace loom::ui {
namespace {

constexpr int kWalkIntervalMs = 16;
constexpr int kUndoLimit = 1000;

}  // namespace

/// From one state to another. Edits of one gesture melt into one command.
class Explorer::EditCommand : public QUndoCommand {
 public:
  EditCommand(Explorer& explorer, model::LatentState after, model::Shared<model::Timeline> film, const QString& what)
      : QUndoCommand(what), m_explorer(explorer), m_before(explorer.m_latent), m_after(std::move(after)),
        m_filmBefore(explorer.m_timeline), m_filmAfter(std::move(film)), m_gesture(explorer.m_gesture) {}

  void undo() override { go(m_before, m_filmBefore); }
  void redo() override { go(m_after, m_filmAfter); }
  int id() const override { return 1; }

  bool mergeWith(const QUndoCommand* other) override {
    const auto* next = static_cast<const EditCommand*>(other);
    if (next->m_gesture != m_gesture) {
      return false;
    }
    m_after = next->m_after;
    m_filmAfter = next->m_filmAfter;
    return true;
  }

 private:
  void go(const model::LatentState& state, const model::Shared<model::Timeline>& film) {
    if (m_explorer.m_timeline != film) {
      m_explorer.m_timeline = film;
      Q_EMIT m_explorer.timelineChanged();
    }
    if (m_explorer.m_latent != state) {
      m_explorer.apply(state);
    }
  }

  Explorer& m_explorer;
  model::LatentState m_before;
  model::LatentState m_after;
  model::Shared<model::Timeline> m_filmBefore;
  model::Shared<model::Timeline> m_filmAfter;
  int m_gesture;
};

Explorer::Explorer(QObject* parent) : QObject(parent) {
  m_undo.setUndoLimit(kUndoLimit);
  m_walkTimer.setInterval(kWalkIntervalMs);
  m_walkTimer.setTimerType(Qt::PreciseTimer);
  connect(&m_walkTimer, &QTimer::timeout, this, &Explorer::advanceWalk);
  m_playTimer.setInterval(kWalkIntervalMs);
  m_playTimer.setTimerType(Qt::PreciseTimer);
  connect(&m_playTimer, &QTimer::timeout, this, &Explorer::advancePlay);

  // The workers speak on their own threads: every word is handed over by a queued call.
  const auto queued = [this](auto&& call) { QMetaObject::invokeMethod(this, std::move(call), Qt::QueuedConnection); };
  m_worker = std::make_unique<model::GenerationWorker>(model::WorkerListener{
      [this, queued](model::Frame frame) { queued([this, frame = std::move(frame)] { takeFrame(frame); }); },
      [this, queued](model::RenderFailure failure) {
        queued([this, failure = std::move(failure)] {
          if (m_model && failure.model == m_model->id() && failure.generation == m_generation) {
            Q_EMIT frameFailed(QString::fromStdString(failure.message));
          }
        });
      },
      [this, queued](model::Preview preview) {
        queued([this, preview = std::move(preview)] {
          if (m_model && preview.frame.model == m_model->id()) {
            Q_EMIT previewCame(preview);
          }
        });
      },
      [this, queued](std::uint64_t id, const std::string&) { queued([this, id] { Q_EMIT previewFailed(id); }); }});
  m_loader = std::make_unique<model::ModelLoader>(model::LoaderListener{
      [this, queued](std::uint64_t job, double fraction) {
        queued([this, job, fraction] {
          if (job == m_job) {
            Q_EMIT openProgress(fraction);
          }
        });
      },
      [this, queued](std::uint64_t job, std::shared_ptr<const model::OpenedModel> opened) {
        queued([this, job, opened = std::move(opened)] {
          if (job == m_job) {
            takeModel(opened);
          }
        });
      },
      [this, queued](std::uint64_t job, model::LoadFailure failure) {
        queued([this, job, failure = std::move(failure)] {
          if (job == m_job) {
            const QString path = m_openingPath;
            finishOpening();
            const QString message = QString::fromStdString(failure.message);
            failure.needsTrust ? Q_EMIT trustNeeded(path, message) : Q_EMIT openFailed(path, message);
            if (failure.findings) {
              Q_EMIT layersNotUnderstood(path, *failure.findings);
            }
          }
        });
      },
      [this, queued](std::uint64_t job) {
        queued([this, job] {
          if (job == m_job) {
            finishOpening();
          }
        });
      }});
}

Explorer::~Explorer() {
  // Threads first: what they still hand over is dropped with this object's event queue.
  m_inputReader.waitForDone();
  m_loader.reset();
  m_worker.reset();
}

void Explorer::open(const QString& path, std::optional<model::SavedState> state, model::OpenOptions options) {
  if (state && options.group.empty()) {
    options.group = state->group;
  }
  m_openingPath = path;
  m_stateAfterOpening = std::move(state);
  m_job = m_loader->open(std::filesystem::path(QFile::encodeName(path).toStdString()), std::move(options));
  Q_EMIT openingChanged();
}

void Explorer::takeGroup(const QString& group) {
  if (m_model && m_model->group() != group.toStdString()) {
    model::OpenOptions options;
    options.group = group.toStdString();
    options.trust = m_model->info().runsProgram;
    open(QFile::decodeName(m_model->path().string().c_str()), std::nullopt, options);
  }
}

void Explorer::openAgain(model::OpenOptions options) {
  if (m_model) {
    options.group = m_model->group();
    open(QFile::decodeName(m_model->path().string().c_str()), std::nullopt, std::move(options));
  }
}

void Explorer::takeLayout(const model::ChainLayout& layout) {
  model::OpenOptions options;
  options.layout = layout;
  openAgain(std::move(options));
}

void Explorer::readLayers() {
  model::OpenOptions options;
  options.asChain = true;
  openAgain(std::move(options));
}

void Explorer::cancelOpen() { m_loader->cancel(); }

void Explorer::finishOpening() {
  m_job = 0;
  m_openingPath.clear();
  m_stateAfterOpening.reset();
  Q_EMIT openingChanged();
}

void Explorer::takeModel(std::shared_ptr<const model::OpenedModel> opened) {
  // Another network of the same file, or the file trained further: the hand stays where it was. In another model's space
  // its edits and locks mean nothing; the seed alone is kept.
  const bool sameFile = m_model && m_model->path() == opened->path();
  if (m_lastFrame) {
    m_formerFrame = std::exchange(m_lastFrame, std::nullopt);
  }
  m_model = std::move(opened);
  const auto state = m_stateAfterOpening;
  finishOpening();
  // Undo leads through the latent space of one model: positions of another one mean nothing here.
  m_undo.clear();
  endGesture();
  m_worker->setModel(m_model);
  Q_EMIT this->opened();
  const auto& info = m_model->info();
  if (state) {
    apply(model::fitted(model::exactState(*state, info), info));
  } else {
    model::LatentState anew;
    anew.input = m_latent.input;  // models that change pictures are compared with the same one
    apply(sameFile ? model::fitted(m_latent, info) : model::withSeed(anew, m_latent.seed));
  }
}

void Explorer::edit(const model::LatentState& state, const QString& what) {
  if (state != m_latent) {
    m_undo.push(new EditCommand(*this, state, m_timeline, what));
  }
}

void Explorer::editTimeline(const model::Timeline& timeline, const QString& what) {
  if (timeline != *m_timeline) {
    m_undo.push(new EditCommand(*this, m_latent, timeline, what));
  }
}

void Explorer::scrub(double seconds) {
  m_playhead = std::clamp(seconds, 0.0, std::max(0.0, model::durationOf(*m_timeline)));
  if (m_model && !m_timeline->keyframes.empty()) {
    edit(model::fitted(model::stateAt(*m_timeline, m_playhead, m_model->info()), m_model->info()), tr("scrub the film"));
  }
  Q_EMIT timelineChanged();
}

void Explorer::setPlaying(bool on) {
  if (on == playing() || (on && model::durationOf(*m_timeline) <= 0.0)) {
    return;
  }
  endGesture();
  if (on) {
    setWalking(false);
    if (!m_timeline->loop && m_playhead >= model::durationOf(*m_timeline)) {
      m_playhead = 0.0;
    }
    m_playClock.start();
    m_playTimer.start();
  } else {
    m_playTimer.stop();
  }
  Q_EMIT playingChanged(on);
}

void Explorer::advancePlay() {
  const double duration = model::durationOf(*m_timeline);
  double next = m_playhead + static_cast<double>(m_playClock.restart()) / 1000.0;
  if (m_timeline->loop && duration > 0.0) {
    next = std::fmod(next, duration);
  }
  scrub(next);
  if (!m_timeline->loop && next >= duration) {
    setPlaying(false);
  }
}

void Explorer::takeProject(const model::Timeline& timeline) {
  setPlaying(false);
  m_undo.clear();
  endGesture();
  m_timeline = timeline;
  m_playhead = 0.0;
  Q_EMIT timelineChanged();
}

void Explorer::apply(const model::LatentState& state) {
  m_latent = state;
  if (takesPicture()) {
    findInput();
  }
  m_z = m_model ? model::resolveZ(m_latent, m_model->info()) : std::vector<float>();
  m_baseZ = m_model ? model::resolveBaseZ(m_latent, m_model->info()) : std::vector<float>();
  requestFrame();
  Q_EMIT latentChanged();
}

void Explorer::requestFrame() {
  if (!m_model) {
    return;
  }
  std::shared_ptr<const model::FloatTensor> picture;
  if (takesPicture()) {
    picture = m_inputs.tensor(m_latent.input, m_model->info());
    if (!picture) {
      return;  // it is being read
    }
  }
  m_worker->request({++m_generation, m_latent, std::move(picture)});
}

void Explorer::takeFrame(const model::Frame& frame) {
  if (!m_model || frame.model != m_model->id() || frame.generation < m_shownGeneration) {
    return;
  }
  m_shownGeneration = frame.generation;
  m_lastFrame = frame;
  Q_EMIT frameReady(frame);
}

void Explorer::takeSeed(std::uint32_t seed) {
  endGesture();
  edit(model::withSeed(m_latent, seed), tr("seed %1").arg(seed));
  endGesture();
}

void Explorer::shuffleSeed() { takeSeed(QRandomGenerator::global()->generate() % 1000000U); }

void Explorer::stepSeed(int by) { takeSeed(m_latent.seed + static_cast<std::uint32_t>(by)); }

void Explorer::resetEdits() {
  endGesture();
  edit(model::withSeed(m_latent, m_latent.seed), tr("reset"));
  endGesture();
}

void Explorer::setWalking(bool on) {
  if (on == walking()) {
    return;
  }
  endGesture();
  if (on) {
    setPlaying(false);
    m_walk.start();
    m_walkTimer.start();
  } else {
    m_walkTimer.stop();
  }
  Q_EMIT walkingChanged(on);
}

void Explorer::advanceWalk() {
  if (m_model) {
    edit(m_walk.advance(m_latent), tr("walk"));
  }
}

}  // namespace loom::ui
