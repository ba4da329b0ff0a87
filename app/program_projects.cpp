#include "app/program_projects.h"

#include "app/directions/direction_library.h"
#include "app/export/file_hash.h"

#include <QFile>
#include <QFileInfo>

namespace loom::app {
namespace {

std::filesystem::path nativePath(const QString& path) { return {QFile::encodeName(path).toStdString()}; }

/// Throws ExportError where the checkpoint cannot be read; nothing where it was stopped.
std::optional<Project> projectOf(const ui::Work& work, const std::stop_token& stop) {
  Project project;
  if (!work.modelPath.isEmpty()) {
    const auto sha256 = sha256OfFile(nativePath(work.modelPath), stop);
    if (!sha256) {
      return std::nullopt;
    }
    project.models.push_back({*sha256, work.modelPath.toStdString(), QFileInfo(work.modelPath).fileName().toStdString(),
                              work.group.toStdString()});
    project.model = 0;
    const std::filesystem::path kept = DirectionLibrary({nativePath(work.modelPath), *sha256, {}, 0}).besideModel();
    if (std::error_code ignored; std::filesystem::exists(kept, ignored)) {
      project.directions.push_back(kept.filename().string());
    }
  }
  project.state = {work.latent, work.z};
  project.timeline.loop = work.timeline.loop;
  project.timeline.interpolation = model::nameOf(work.timeline.interpolation);
  for (const model::Keyframe& keyframe : work.timeline.keyframes) {
    project.timeline.keyframes.push_back({keyframe.seconds, model::nameOf(keyframe.easing), 0, {keyframe.state, {}}});
  }
  project.layout = work.layout.toStdString();
  return project;
}

ui::Work workOf(const Project& project) {
  ui::Work work;
  if (project.model >= 0) {
    work.group = QString::fromStdString(project.models[static_cast<std::size_t>(project.model)].group);
  }
  work.latent = project.state.latent;
  work.z = project.state.z;
  work.timeline.loop = project.timeline.loop;
  work.timeline.interpolation =
      model::interpolationNamed(project.timeline.interpolation).value_or(model::Interpolation::Slerp);
  for (const ProjectKeyframe& keyframe : project.timeline.keyframes) {
    work.timeline.keyframes.push_back(
        {keyframe.seconds, model::easingNamed(keyframe.easing).value_or(model::Easing::Linear), keyframe.state.latent});
  }
  work.layout = QByteArray::fromStdString(project.layout);
  return work;
}

}  // namespace

ProgramProjects::ProgramProjects(KnownCheckpoints& known, QString autosaveFolder)
    : m_known(known),
      m_autosaveFolder(autosaveFolder.isEmpty() ? Autosave::defaultFolder() : std::move(autosaveFolder)) {}

ProgramProjects::~ProgramProjects() = default;

bool ProgramProjects::isProject(const QString& path) const {
  return path.endsWith(QStringLiteral(".loom"), Qt::CaseInsensitive);
}

void ProgramProjects::save(const QString& path, const ui::Work& work) {
  m_jobs.start([this, path, work](const std::stop_token& stop) {
    QString problem;
    try {
      const auto project = projectOf(work, stop);
      if (!project) {
        return;
      }
      saveProject(nativePath(path), *project);
    } catch (const std::exception& error) {
      problem = QString::fromStdString(error.what());
    }
    QMetaObject::invokeMethod(this, [this, path, work, problem] {
      problem.isEmpty() ? Q_EMIT saved(path, work) : Q_EMIT failed(problem);
    });
  });
}

void ProgramProjects::open(const QString& path) {
  try {
    tellOpened(path, loadProject(nativePath(path)), QFileInfo(path).absolutePath());
  } catch (const std::exception& error) {
    Q_EMIT failed(QString::fromStdString(error.what()));
  }
}

void ProgramProjects::tellOpened(const QString& path, const Project& project, const QString& folder) {
  ui::Work work = workOf(project);
  if (project.model < 0) {
    Q_EMIT opened(path, work, {}, {});
    return;
  }
  const ProjectModel& wanted = project.models[static_cast<std::size_t>(project.model)];
  const QString sha256 = QString::fromStdString(wanted.sha256);
  work.modelPath = m_known.find(sha256);
  if (!work.modelPath.isEmpty()) {
    Q_EMIT opened(path, work, {}, sha256);
    return;
  }
  // Where it was, or beside the project under its name; taken only with its hash, which costs a reading of the file.
  m_jobs.start([this, path, work, wanted, folder, sha256](const std::stop_token& stop) {
    ui::Work found = work;
    for (const QString& place : {QString::fromStdString(wanted.path),
                                 folder + QLatin1Char('/') + QString::fromStdString(wanted.name)}) {
      try {
        const auto hash = QFileInfo(place).isFile() ? sha256OfFile(nativePath(place), stop) : std::nullopt;
        if (hash && *hash == wanted.sha256) {
          found.modelPath = place;
          break;
        }
      } catch (const std::exception&) {
        // As if it were not there.
      }
    }
    const QString missing =
        found.modelPath.isEmpty()
            ? tr("This project works with %1, which is not at hand. Open that checkpoint and the work comes back by "
                 "itself.\nIt was last seen at %2\nSHA-256 of the checkpoint: %3")
                  .arg(QString::fromStdString(wanted.name), QString::fromStdString(wanted.path), sha256)
            : QString();
    QMetaObject::invokeMethod(this, [this, path, found, missing, sha256] { Q_EMIT opened(path, found, missing, sha256); });
  });
}

Autosave* ProgramProjects::autosaver() {
  if (!m_autosave && !m_autosaveBroken) {
    try {
      m_autosave = std::make_unique<Autosave>(m_autosaveFolder);
    } catch (const ProjectError& error) {
      m_autosaveBroken = true;
      Q_EMIT autosaveFailed(QString::fromStdString(error.what()));
    }
  }
  return m_autosave.get();
}

void ProgramProjects::autosave(const ui::Work& work, const QString& projectPath) {
  if (Autosave* safe = autosaver()) {
    m_jobs.start([this, safe, work, projectPath](const std::stop_token& stop) {
      try {
        if (const auto project = projectOf(work, stop)) {
          safe->save(*project, projectPath);
        }
      } catch (const std::exception& error) {
        const QString message = QString::fromStdString(error.what());
        QMetaObject::invokeMethod(this, [this, message] {
          if (!std::exchange(m_autosaveBroken, true)) {
            Q_EMIT autosaveFailed(message);
          }
        });
      }
    });
  }
}

void ProgramProjects::clearAutosave() {
  if (Autosave* safe = m_autosave.get()) {
    m_jobs.start([safe](const std::stop_token&) { safe->clear(); });
  }
}

std::vector<ui::LeftWork> ProgramProjects::left() const {
  std::vector<ui::LeftWork> all;
  if (Autosave* safe = const_cast<ProgramProjects*>(this)->autosaver()) {
    for (const LeftProject& left : safe->left()) {
      all.push_back({left.path, left.projectPath, left.saved});
    }
  }
  return all;
}

void ProgramProjects::recover(const QString& id) {
  try {
    const Project project = m_autosave->recover({id, {}, {}});
    QString projectPath;
    for (const LeftProject& left : m_autosave->left()) {
      projectPath = left.path == id ? left.projectPath : projectPath;
    }
    tellOpened(projectPath, project, QFileInfo(projectPath).absolutePath());
  } catch (const std::exception& error) {
    Q_EMIT failed(QString::fromStdString(error.what()));
  }
}

void ProgramProjects::discard(const QString& id) {
  if (Autosave* safe = autosaver()) {
    safe->discard({id, {}, {}});
  }
}

}  // namespace loom::app
