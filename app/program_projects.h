// The program behind project files: the window's work to and from .loom, checkpoints by hash, autosave.
#pragma once

#include "app/background_jobs.h"
#include "app/known_checkpoints.h"
#include "app/project/autosave.h"
#include "ui/session/project_service.h"

#include <memory>

namespace loom::app {

class ProgramProjects : public ui::ProjectService {
  Q_OBJECT

 public:
  /// `known`: where checkpoints were seen; outlives this. `autosaveFolder` empty: the user's own.
  ProgramProjects(KnownCheckpoints& known, QString autosaveFolder);
  ~ProgramProjects() override;

  void save(const QString& path, const ui::Work& work) override;
  void open(const QString& path) override;
  bool isProject(const QString& path) const override;
  void autosave(const ui::Work& work, const QString& projectPath) override;
  void clearAutosave() override;
  std::vector<ui::LeftWork> left() const override;
  void recover(const QString& id) override;
  void discard(const QString& id) override;

 private:
  void tellOpened(const QString& path, const Project& project, const QString& folder);
  Autosave* autosaver();

  KnownCheckpoints& m_known;
  QString m_autosaveFolder;
  std::unique_ptr<Autosave> m_autosave;  // made at the first need
  bool m_autosaveBroken = false;
  BackgroundJobs m_jobs;
};

}  // namespace loom::app
