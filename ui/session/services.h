// What the window asks of the program behind it: exports, provenance, examples. app/ answers; tests may stand in.
#pragma once

#include "model/frame.h"
#include "model/opened_model.h"
#include "model/timeline.h"
#include "model/training_worker.h"
#include "ui/session/direction_service.h"
#include "ui/session/gallery_service.h"
#include "ui/session/project_service.h"

#include <QImage>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace loom::ui {

/// How a picture is written. The suffix of `path` chooses PNG, JPEG or TIFF.
struct PictureRequest {
  QString path;
  int scale = 1;          ///< enlargement, 1 to 16
  bool smooth = true;     ///< enlarged smoothly, or pixel by pixel
  int jpegQuality = 95;   ///< 1 to 100
};

/// Pictures side by side on one sheet.
struct GridRequest {
  PictureRequest picture;
  int rows = 8;
  int columns = 8;
  int gap = 2;  ///< pixels between pictures, before enlarging
  std::vector<std::optional<model::LatentState>> cells;  ///< rows × columns, row by row; nothing: stays empty
  std::vector<std::uint32_t> seeds;                      ///< of the cells, where they differ in nothing else
};

/// Many pictures that differ in their seeds alone, each the next one's.
struct BatchRequest {
  /// `path`: a file name with {seed} or {index} in it; of a data set (which is never enlarged) a new folder, or NAME.zip.
  PictureRequest picture;
  bool dataset = false;
  std::uint32_t firstSeed = 0;
  int count = 100;        ///< with `perClass` of each class
  bool perClass = false;  ///< of a data set
};

/// A film of a timeline. The suffix of `path` chooses MP4, WebM, GIF, APNG; without one, a folder of PNG.
struct VideoRequest {
  enum class Quality { Small, Good, Best };
  QString path;
  int framesPerSecond = 30;
  int scale = 1;
  bool smooth = true;
  Quality quality = Quality::Good;
};

/// A training to begin, or (with `resume`, the folder of a run) to go on with.
struct TrainingRequest {
  model::TrainingSettings settings;
  QString data;    ///< folder or file; without effect for a toy
  QString out;     ///< a folder that is not there yet
  QString resume;
};

/// What a look over the data and a few steps tell before a training begins.
struct TrainingOutlook {
  QString data;          ///< what was found, lines for people; empty for a toy
  QStringList warnings;  ///< unreadable files by name, and what else a person should know
  QImage contactSheet;   ///< pictures as the training sees them; null for a toy
  double secondsPerStep = 0.0;
  double bytes = 0.0;      ///< of memory, about
  double freeBytes = 0.0;  ///< 0: unknown
};

struct Example {
  QString title;
  QString path;     ///< of the checkpoint; the file need not be there
  QString missing;  ///< what to do when it is not there; empty where it is
};

class Services : public QObject {
  Q_OBJECT

 public:
  using Model = std::shared_ptr<const model::OpenedModel>;

  /// Each starts a job on a thread of its own and returns at once; the signals tell the rest.
  virtual void savePicture(const Model& model, const model::Frame& frame, const PictureRequest& request) = 0;
  virtual void saveGrid(const Model& model, const GridRequest& request) = 0;
  /// `look`: of every picture, its seed aside.
  virtual void saveBatch(const Model& model, const model::LatentState& look, const BatchRequest& request) = 0;
  virtual void saveVideo(const Model& model, const model::Timeline& film, const VideoRequest& request) = 0;
  /// Places of seeds on a map, by w or by how they look; `mapMade` tells, or `mapFailed` with an empty message where it was
  /// cancelled. Another call makes an earlier one void.
  virtual void makeMap(const Model& model, const model::LatentState& look, bool byPictures) = 0;
  virtual void cancelMap() = 0;
  virtual void cancelExport() = 0;
  /// The film that is being made waits; `videoPaused` tells. Without effect where none is.
  virtual void pauseVideo(bool paused) = 0;

  /// Looks for the state in an exported picture, and for the checkpoint that made it.
  virtual void restore(const QString& picturePath) = 0;
  /// Whether `path` looks like a picture by its suffix; everything else is taken for a checkpoint.
  virtual bool isPicture(const QString& path) const = 0;

  /// Called when a model is open: its hash is taken in the background, so that pictures find it again.
  virtual void noteOpened(const Model& model) = 0;

  virtual QString bundledCheckpoint() const = 0;
  virtual std::vector<Example> examples() const = 0;
  virtual QString licences() const = 0;  ///< text for Help → About

  /// What opens data and run of a training, on the worker's thread.
  virtual model::TrainingWorker::Opener trainingOpener(const TrainingRequest& request) = 0;

  /// Looks over the data of `request` and makes a few steps that are thrown away; trainingForeseen or trainingNotForeseen
  /// tells. Another call, or cancelOutlook, makes an earlier one void.
  virtual void foreseeTraining(const TrainingRequest& request) = 0;
  virtual void cancelOutlook() = 0;

  virtual GalleryService& gallery() = 0;
  virtual ProjectService& projects() = 0;
  virtual DirectionService& directions() = 0;

  /// RGBA8 frame in host memory as an image of its own.
  virtual QImage imageOf(const model::Frame& frame) const = 0;

 Q_SIGNALS:
  void exportProgress(const QString& what, double fraction);
  /// A film is being made (or is no longer), and whether it waits.
  void videoChanged(bool making, bool paused);
  void mapProgress(double fraction);
  void mapMade(std::uint64_t model, const std::vector<std::uint32_t>& seeds, const std::vector<std::pair<float, float>>& places);
  void mapFailed(const QString& message);
  void exportDone(const QString& path);
  void exportFailed(const QString& message);
  void exportCancelled();
  void outlookProgress(const QString& what, double fraction);
  void trainingForeseen(const loom::ui::TrainingOutlook& outlook);
  void trainingNotForeseen(const QString& message);
  /// The picture's state, and the checkpoint it belongs to (found by hash).
  void stateFound(const QString& checkpointPath, const loom::model::SavedState& state);
  /// The picture's state is known, its checkpoint is not at hand: `message` says which one; the state is applied when a
  /// checkpoint with `sha256` is opened.
  void checkpointNeeded(const QString& message, const QString& sha256, const loom::model::SavedState& state);
  /// The picture holds nothing of ours; a model that changes pictures may take it.
  void stateMissing(const QString& picturePath, const QString& message);
  /// What the picture holds is damaged, or it is not there.
  void restoreFailed(const QString& message);
  /// The hash of an opened checkpoint is known now.
  void hashed(std::uint64_t model, const QString& sha256);
};

}  // namespace loom::ui
