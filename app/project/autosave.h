// The project on the disk while it is being worked on, and again after a crash.
//
// Each running program has one file in FOLDER (the user's data folder): UUID.loom with UUID.json (which project it is
// of) and UUID.lock (by whom, see QLockFile). A program that ends well takes them away; one that crashes leaves them,
// and the next start finds files whose program is gone.
#pragma once

#include "app/project/project.h"

#include <QDateTime>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QLockFile;

namespace loom::app {

/// What a program that is gone left.
struct LeftProject {
  QString path;         ///< of the autosave
  QString projectPath;  ///< of the project that it is of; empty: never saved
  QDateTime saved;      ///< when it was autosaved
};

class Autosave {
 public:
  /// Where the user's own autosaves lie: AppDataLocation/autosave.
  static QString defaultFolder();

  /// Throws ProjectError where the folder cannot be written to.
  explicit Autosave(QString folder);
  /// Takes this program's file away: it ended well.
  ~Autosave();
  Autosave(const Autosave&) = delete;
  Autosave& operator=(const Autosave&) = delete;

  /// Writes the project, whole or not at all; one that is as it was written last is left alone. `projectPath`: where it
  /// was saved last, may be empty. Throws ProjectError.
  void save(const Project& project, const QString& projectPath);
  /// The project is safe elsewhere (it was saved, or nobody wants it): nothing is to be offered after a crash.
  void clear();

  /// What other programs left that are gone, the newest first.
  std::vector<LeftProject> left() const;
  /// The project that was left. It stays on the disk until it is discarded. Throws ProjectError.
  Project recover(const LeftProject& left) const;
  /// It is not offered again: the file is moved into FOLDER/discarded and deleted there after 30 days.
  void discard(const LeftProject& left);

 private:
  QString pathOf(const char* suffix) const;

  QString m_folder;
  QString m_id;
  std::unique_ptr<QLockFile> m_lock;
  std::optional<std::string> m_written;
};

}  // namespace loom::app
