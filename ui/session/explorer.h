// The session behind the window: the open model, where the hand stands, undo, the walk, and the two workers.
//
// Lives on the UI thread and never waits. Panels edit a draft of `latent()` and hand it in with `edit`; a changed state
// becomes a request to the generation worker; frames, loads and failures come back as signals.
#pragma once

#include "model/generation_worker.h"
#include "model/model_loader.h"
#include "model/timeline.h"
#include "ui/session/input_pictures.h"
#include "ui/session/random_walk.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QThreadPool>
#include <QTimer>
#include <QUndoStack>

#include <functional>
#include <memory>
#include <optional>

namespace loom::ui {

class Explorer : public QObject {
  Q_OBJECT

 public:
  explicit Explorer(QObject* parent = nullptr);
  ~Explorer() override;

  /// The open model; null before the first.
  const std::shared_ptr<const model::OpenedModel>& openModel() const { return m_model; }
  const model::LatentState& latent() const { return m_latent; }
  /// z at `latent()`; empty without a model.
  const std::vector<float>& z() const { return m_z; }
  /// The same without the state's directions: what the sliders of z show.
  const std::vector<float>& baseZ() const { return m_baseZ; }
  /// These small pictures of the open model are wanted, see GenerationWorker::setPreviews; signals tell of each.
  void askPreviews(std::vector<model::PreviewRequest> requests, int side) {
    m_worker->setPreviews(std::move(requests), side);
  }
  QUndoStack& undoStack() { return m_undo; }

  /// Starts to open a checkpoint; a load under way is cancelled. Where `state` is given, the model starts there. The
  /// model that is open stays until the new one is ready, and stays for good where that fails.
  /// The network of the file that is taken is the state's, or `options`'.
  void open(const QString& path, std::optional<model::SavedState> state = std::nullopt,
            model::OpenOptions options = {});
  /// Opens the same file again, with the trust that it was given: another of its networks.
  void takeGroup(const QString& group);
  /// Opens the same network again by other layers.
  void takeLayout(const model::ChainLayout& layout);
  /// Opens the same network again as a stack of layers, whatever it was known as.
  void readLayers();
  void cancelOpen();
  bool opening() const { return m_job != 0; }
  QString openingPath() const { return m_openingPath; }

  /// Moves to `state`. Edits of one gesture (a drag, a typed value) are one step of undo; `what` names it in the menu.
  void edit(const model::LatentState& state, const QString& what);
  /// The film in the making; it stays when another model is opened.
  const model::Timeline& timeline() const { return *m_timeline; }
  /// Changes the film, undoable as `edit`.
  void editTimeline(const model::Timeline& timeline, const QString& what);
  /// Seconds from the film's beginning: where it is looked at.
  double playhead() const { return m_playhead; }
  /// Goes to that place of the film; the state is the film's. One step of undo while the hand does not let go.
  void scrub(double seconds);
  bool playing() const { return m_playTimer.isActive(); }
  /// Plays from the playhead on, from the beginning where it stood at the end; a film that is no loop stops at its end.
  void setPlaying(bool on);
  /// Film, state and playhead as a project brings them; nothing of before can be undone.
  void takeProject(const model::Timeline& timeline);

  /// The hand has let go: the next edit begins a new step of undo.
  void endGesture() { ++m_gesture; }

  void takeSeed(std::uint32_t seed);
  void shuffleSeed();
  void stepSeed(int by);  ///< wraps around at 0 and 2³²−1
  void resetEdits();      ///< takes all edits that are not locked back, the blend and the pad too

  /// Whether the open model changes pictures. It always has one: what was given to the model before, else the last
  /// picture of that model, else one that is drawn in code.
  bool takesPicture() const;
  /// The picture that is changed; null where the model takes none, or while it is read from the disk.
  const InputSource* input() const;
  /// One step of undo. Without effect where the model takes none.
  void takeInput(InputSource source);
  /// Reads the picture on a thread of its own, then takes it; what goes wrong is told by `inputFailed`.
  void openInput(const QString& path);
  /// The last picture of the model that was open before this one.
  bool hasFormerPicture() const { return m_formerFrame.has_value(); }
  void takeFormerPicture();

  RandomWalk& walk() { return m_walk; }
  bool walking() const { return m_walkTimer.isActive(); }
  void setWalking(bool on);

  /// Asks for the picture at `latent()` again, as after a failure.
  void requestFrame();
  /// Stamp of the newest request: the frame that carries it shows `latent()`.
  std::uint64_t newestGeneration() const { return m_generation; }
  bool rendering() const { return m_worker->busy(); }

 Q_SIGNALS:
  void opened();  ///< `openModel()` is another one; frames of the old are void
  void openingChanged();
  void openProgress(double fraction);
  void openFailed(const QString& path, const QString& message);
  /// After openFailed, of a network that is neither known nor a stack of layers.
  void layersNotUnderstood(const QString& path, const loom::model::ChainFindings& findings);
  /// The file holds a program: it opens once `open` is called again with OpenOptions::trust.
  void trustNeeded(const QString& path, const QString& message);
  void latentChanged();
  void timelineChanged();
  void playingChanged(bool on);
  void walkingChanged(bool on);
  void frameReady(const loom::model::Frame& frame);
  void previewCame(const loom::model::Preview& preview);
  void previewFailed(std::uint64_t id);
  void frameFailed(const QString& message);
  /// A picture to change could not be had; a sentence. What was changed before stays, or another stands in.
  void inputFailed(const QString& message);

 private:
  class EditCommand;

  void openAgain(model::OpenOptions options);
  void apply(const model::LatentState& state);
  void advancePlay();
  void finishOpening();
  void takeModel(std::shared_ptr<const model::OpenedModel> opened);
  void takeFrame(const model::Frame& frame);
  void advanceWalk();
  /// Sees to it that the picture which `latent()` names is there, now or soon.
  void findInput();
  model::InputPicture standInInput(int side);
  void readInput(const QString& path, std::function<void(std::optional<InputSource>, const QString&)> then);

  std::shared_ptr<const model::OpenedModel> m_model;
  model::LatentState m_latent;
  std::vector<float> m_z;
  std::vector<float> m_baseZ;
  model::Shared<model::Timeline> m_timeline{model::Timeline()};
  double m_playhead = 0.0;
  QTimer m_playTimer;
  QElapsedTimer m_playClock;  // since the last step
  QUndoStack m_undo;
  int m_gesture = 0;

  std::uint64_t m_job = 0;  // of the load under way; 0: none
  QString m_openingPath;
  std::optional<model::SavedState> m_stateAfterOpening;

  std::uint64_t m_generation = 0;
  std::uint64_t m_shownGeneration = 0;

  InputPictures m_inputs;
  std::optional<model::Frame> m_lastFrame;    // of the open model
  std::optional<model::Frame> m_formerFrame;  // the last of the model before
  QThreadPool m_inputReader;

  RandomWalk m_walk;
  QTimer m_walkTimer;

  std::unique_ptr<model::GenerationWorker> m_worker;
  std::unique_ptr<model::ModelLoader> m_loader;
};

}  // namespace loom::ui
