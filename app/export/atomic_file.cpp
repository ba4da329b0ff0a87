#include "app/export/atomic_file.h"

#include "app/export/export_error.h"

#include <QFile>
#include <QTemporaryDir>

#include <system_error>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

fs::path behindLinks(const fs::path& target) {
  std::error_code error;
  const fs::path resolved = fs::is_symlink(target, error) ? fs::weakly_canonical(target, error) : target;
  return error || resolved.empty() ? target : resolved;
}

}  // namespace

FileDraft::FileDraft(const fs::path& target) : m_target(behindLinks(target)) {
  const QString pattern = QString::fromStdU16String((m_target.parent_path() / ".latent-loom-XXXXXX").u16string());
  m_folder = std::make_unique<QTemporaryDir>(pattern);
  if (!m_folder->isValid()) {
    throw ExportError(target.string() + " cannot be written: " + m_folder->errorString().toStdString() + ".");
  }
  m_path = fs::path(m_folder->path().toStdU16String()) / ("draft" + m_target.extension().string());
}

FileDraft::~FileDraft() = default;

void FileDraft::commit() {
  std::error_code error;
  if (const fs::file_status old = fs::status(m_target, error); fs::exists(old)) {
    fs::permissions(m_path, old.permissions(), error);  // where that is not allowed, the new file's own rights will do
  }
  fs::rename(m_path, m_target, error);
  if (error) {
    throw ExportError(m_target.string() + " cannot be written: " + error.message() + ".");
  }
}

}  // namespace loom::app
