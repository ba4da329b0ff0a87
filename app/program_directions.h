// The program behind directions: searches on a thread of their own, and what is kept for the open model.
#pragma once

#include "app/background_jobs.h"
#include "app/directions/direction_library.h"
#include "app/directions/direction_search.h"
#include "ui/session/direction_service.h"

#include <QTimer>

#include <functional>

namespace loom::app {

class ProgramDirections : public ui::DirectionService {
  Q_OBJECT

 public:
  /// `galleryFolder`: where `fromTag` looks; empty: the user's own gallery.
  explicit ProgramDirections(QString galleryFolder);
  ~ProgramDirections() override;

  void setModel(const Model& model) override;
  const std::vector<ui::KeptDirection>& kept() const override { return m_kept; }
  void find(const ui::FindDirections& wanted) override;
  void between(const model::LatentState& from, const model::LatentState& to) override;
  void fromTag(const QString& tag) override;
  void load(const QString& path) override;
  void cancel() override { m_jobs.cancel(); }
  void rename(const std::string& id, const QString& name) override;
  void setLayers(const std::string& id, int first, int last) override;
  void move(const std::string& id, int by) override;
  void remove(const std::string& id) override;

 private:
  using Search =
      std::function<FoundDirections(const model::OpenedModel&, const SearchControl&, const std::stop_token&)>;
  /// Runs `search` for the open model on the thread of the jobs; what it finds is kept.
  void start(const QString& what, Search search);
  /// What was found for `model` is kept from now on.
  void add(const Model& model, const std::vector<KeptDirection>& found);
  ui::KeptDirection* at(const std::string& id);
  /// Changes what lies beside the model, in turn, and shows what is there then.
  void store(std::function<DirectionList(const DirectionLibrary&)> change);
  void show(const DirectionList& list);
  void storeLayers();

  QString m_galleryFolder;
  Model m_model;
  std::vector<ui::KeptDirection> m_kept;
  std::map<std::string, std::pair<int, int>> m_newLayers;  // id → layers that were chosen and are not written yet
  QTimer m_layersRest;
  BackgroundJobs m_jobs;
  BackgroundJobs m_store;
};

}  // namespace loom::app
