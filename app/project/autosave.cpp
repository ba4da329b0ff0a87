#include "app/project/autosave.h"

#include "app/export/atomic_file.h"
#include "app/export/export_error.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QStandardPaths>
#include <QUuid>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace loom::app {
namespace {

constexpr int kDiscardedDays = 30;

std::filesystem::path nativePath(const QString& path) { return {QFile::encodeName(path).toStdString()}; }

std::unique_ptr<QLockFile> lockAt(const QString& path) {
  auto lock = std::make_unique<QLockFile>(path);
  lock->setStaleLockTime(0);  // stale is what a program left that is gone, however old it is
  return lock;
}

/// The project's path; empty where the file is missing or none of ours.
QString projectPathIn(const QString& path) {
  constexpr qint64 kLongest = 1 << 16;
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) {
    return {};
  }
  const auto object = nlohmann::json::parse(file.read(kLongest).toStdString(), nullptr, false);
  const auto found = object.is_object() ? object.find("project") : object.end();
  return found != object.end() && found->is_string() ? QString::fromStdString(found->get<std::string>()) : QString();
}

void writeProjectPath(const QString& path, const QString& projectPath) {
  const std::string text = nlohmann::json{{"project", projectPath.toStdString()}}.dump();
  FileDraft draft(nativePath(path));
  QFile file(draft.path());
  if (!file.open(QIODevice::WriteOnly) || file.write(text.data(), static_cast<qint64>(text.size())) < 0 ||
      !file.flush()) {
    throw ProjectError(
        (path + QStringLiteral(" cannot be written: ") + file.errorString() + QLatin1Char('.')).toStdString());
  }
  file.close();
  draft.commit();
}

}  // namespace

QString Autosave::defaultFolder() {
  return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/autosave");
}

Autosave::Autosave(QString folder)
    : m_folder(std::move(folder)), m_id(QUuid::createUuid().toString(QUuid::WithoutBraces)) {
  QDir().mkpath(m_folder);
  m_lock = lockAt(pathOf(".lock"));
  if (!m_lock->tryLock(0)) {
    throw ProjectError(
        QStringLiteral("The folder for autosaves, %1, cannot be written to. Check its rights and whether the disk "
                       "is full; until then nothing is saved by itself.")
            .arg(QDir::toNativeSeparators(m_folder))
            .toStdString());
  }
  const QDir discarded(m_folder + QStringLiteral("/discarded"));
  for (const QFileInfo& file : discarded.entryInfoList(QDir::Files)) {
    if (file.lastModified().daysTo(QDateTime::currentDateTime()) > kDiscardedDays) {
      QFile::remove(file.filePath());
    }
  }
}

Autosave::~Autosave() { clear(); }

QString Autosave::pathOf(const char* suffix) const {
  return m_folder + QLatin1Char('/') + m_id + QLatin1String(suffix);
}

void Autosave::save(const Project& project, const QString& projectPath) {
  std::string text = projectToJson(project) + projectPath.toStdString();
  if (m_written == text) {
    return;
  }
  try {
    writeProjectPath(pathOf(".json"), projectPath);
  } catch (const ExportError& error) {
    throw ProjectError(error.what());
  }
  saveProject(nativePath(pathOf(".loom")), project);
  m_written = std::move(text);
}

void Autosave::clear() {
  QFile::remove(pathOf(".loom"));
  QFile::remove(pathOf(".json"));
  m_written.reset();
}

std::vector<LeftProject> Autosave::left() const {
  std::vector<LeftProject> found;
  for (const QFileInfo& file : QDir(m_folder).entryInfoList({QStringLiteral("*.loom")}, QDir::Files)) {
    const QString stem = m_folder + QLatin1Char('/') + file.completeBaseName();
    if (file.completeBaseName() == m_id || !lockAt(stem + QStringLiteral(".lock"))->tryLock(0)) {
      continue;  // ours, or of a program that runs
    }
    found.push_back({file.filePath(), projectPathIn(stem + QStringLiteral(".json")), file.lastModified()});
  }
  std::sort(found.begin(), found.end(), [](const LeftProject& a, const LeftProject& b) { return a.saved > b.saved; });
  return found;
}

Project Autosave::recover(const LeftProject& left) const { return loadProject(nativePath(left.path)); }

void Autosave::discard(const LeftProject& left) {
  const QFileInfo file(left.path);
  const QString aside = m_folder + QStringLiteral("/discarded");
  QDir().mkpath(aside);
  QFile::rename(left.path, aside + QLatin1Char('/') + file.fileName());
  QFile::remove(file.path() + QLatin1Char('/') + file.completeBaseName() + QStringLiteral(".json"));
}

}  // namespace loom::app
