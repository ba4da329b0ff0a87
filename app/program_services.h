// The program behind the window: exports on a thread of their own, hashes, the way from a picture back to its model.
#pragma once

#include "app/background_jobs.h"
#include "app/known_checkpoints.h"
#include "app/program_directions.h"
#include "app/program_gallery.h"
#include "app/program_projects.h"
#include "ui/session/services.h"

namespace loom::app {

class Film;

class ProgramServices : public ui::Services {
  Q_OBJECT

 public:
  /// `galleryFolder` empty: the user's own.
  explicit ProgramServices(const QString& galleryFolder = {});
  ~ProgramServices() override;

  void savePicture(const Model& model, const model::Frame& frame, const ui::PictureRequest& request) override;
  void saveGrid(const Model& model, const ui::GridRequest& request) override;
  void saveBatch(const Model& model, const model::LatentState& look, const ui::BatchRequest& request) override;
  void saveVideo(const Model& model, const model::Timeline& film, const ui::VideoRequest& request) override;
  void makeMap(const Model& model, const model::LatentState& look, bool byPictures) override;
  void cancelMap() override { m_maps.cancel(); }
  void cancelExport() override;
  void pauseVideo(bool paused) override;
  void restore(const QString& picturePath) override;
  bool isPicture(const QString& path) const override;
  void noteOpened(const Model& model) override;
  QString bundledCheckpoint() const override;
  std::vector<ui::Example> examples() const override;
  QString licences() const override;
  void foreseeTraining(const ui::TrainingRequest& request) override;
  void cancelOutlook() override { m_outlooks.cancel(); }
  model::TrainingWorker::Opener trainingOpener(const ui::TrainingRequest& request) override;
  ui::GalleryService& gallery() override { return m_gallery; }
  ui::DirectionService& directions() override { return m_directions; }
  ui::ProjectService& projects() override { return m_projects; }
  QImage imageOf(const model::Frame& frame) const override;

 private:
  /// Runs `work` as an export job; it returns the path written, or nothing where it was cancelled.
  void startExport(const QString& what, std::function<bool(std::stop_token)> work, const QString& path);
  void reportProgress(const QString& what, double fraction);

  /// The state of an entry of the gallery goes the way of a picture's.
  void recalled(const QString& sha256, const QString& modelName, const QString& modelPath, const model::SavedState& state);

  ProgramGallery m_gallery;
  KnownCheckpoints m_known;
  ProgramProjects m_projects;
  ProgramDirections m_directions;
  std::weak_ptr<Film> m_film;  // that is being made
  BackgroundJobs m_exports;
  BackgroundJobs m_maps;
  BackgroundJobs m_hashes;
  BackgroundJobs m_outlooks;
};

}  // namespace loom::app
