// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <memory>

class QTemporaryDir;

namespace loom::app {

/// A file in the making: written at `path()`, in a hidden folder beside the target, so that tools which make temporary
/// files of their own leave nothing either. `commit` moves it over the target by one rename; a draft that is not
/// committed vanishes with all that lies beside it.
class FileDraft {
 public:
  /// A target that is a symbolic link stays one: the file it points to is replaced. Throws ExportError where the folder
  /// cannot be written to.
  explicit FileDraft(const std::filesystem::path& target);
  ~FileDraft();

  const std::filesystem::path& path() const { return m_path; }  ///< has the target's suffix
  /// Keeps the rights of a file that is replaced. Throws ExportError where the rename fails.
  void commit();

 private:
  std::filesystem::path m_target;
  std::unique_ptr<QTemporaryDir> m_folder;
  std::filesystem::path m_path;
};

}  // namespace loom::app
