#include "ui/shell/project_commands.h"

#include "ui/shell/explorer_canvas.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/status_line.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>

namespace loom::ui {
namespace {

constexpr int kAutosaveMs = 5000;

QString folderKey() { return QStringLiteral("projectFolder"); }
QString filter() { return ProjectCommands::tr("Latent Loom projects (*.loom)"); }

}  // namespace

ProjectCommands::ProjectCommands(Explorer& explorer, ExplorerCanvas& canvas, ProjectService& service, StatusLine& status,
                                 MessageBar& message, QWidget& window)
    : m_explorer(explorer), m_canvas(canvas), m_service(service), m_status(status), m_message(message), m_window(window) {
  connect(&m_service, &ProjectService::opened, this, &ProjectCommands::opened);
  connect(&m_service, &ProjectService::failed, this,
          [this](const QString& problem) { m_message.show(MessageBar::Kind::Error, problem); });
  connect(&m_service, &ProjectService::autosaveFailed, this,
          [this](const QString& problem) { m_message.show(MessageBar::Kind::Error, problem); });
  connect(&m_service, &ProjectService::saved, this, [this](const QString& path, const Work& work) {
    m_path = path;
    m_saved = work;
    m_service.clearAutosave();
    QSettings().setValue(folderKey(), QFileInfo(path).absolutePath());
    m_status.tell(tr("saved %1").arg(QFileInfo(path).fileName()));
    Q_EMIT changed();
  });
  connect(&m_explorer, &Explorer::opened, this, [this] {
    if (m_opening) {
      const Waiting now = *std::exchange(m_opening, std::nullopt);
      take(now.work);
    }
  });
  connect(&m_explorer, &Explorer::openFailed, this, [this] { m_opening.reset(); });
  // The state alone is kept with the settings; what is worth keeping from a crash is a film, or a project that was saved.
  connect(&m_explorer, &Explorer::latentChanged, this, &ProjectCommands::refresh);
  connect(&m_explorer, &Explorer::timelineChanged, this, &ProjectCommands::refresh);
  m_autosave.setInterval(kAutosaveMs);
  m_autosave.setSingleShot(true);
  connect(&m_autosave, &QTimer::timeout, this, [this] {
    if (!m_leaving && modified()) {
      m_service.autosave(work(), m_path);
    }
  });
}

Work ProjectCommands::work() const {
  Work work;
  if (const auto& model = m_explorer.openModel()) {
    work.modelPath = QFile::decodeName(model->path().string().c_str());
    work.group = QString::fromStdString(model->group());
  }
  work.latent = m_explorer.latent();
  work.z = m_explorer.z();
  work.timeline = m_explorer.timeline();
  work.layout = m_canvas.layoutState();
  return work;
}

bool ProjectCommands::modified() const {
  if (!m_saved) {
    return !m_explorer.timeline().keyframes.empty();
  }
  return !work().sameAs(*m_saved);
}

void ProjectCommands::refresh() {
  // Comparing costs more than a frame has: the timer does it once things rest.
  if (!m_wasModified && m_saved) {
    m_wasModified = true;
    Q_EMIT changed();
  }
  if (!m_autosave.isActive()) {
    m_autosave.start();
  }
}

void ProjectCommands::save() {
  if (m_path.isEmpty()) {
    saveAs();
  } else {
    m_wasModified = false;
    m_service.save(m_path, work());
  }
}

void ProjectCommands::saveAs() {
  const QString folder = QSettings().value(folderKey()).toString();
  const QString offered = m_path.isEmpty() ? folder + QStringLiteral("/untitled.loom") : m_path;
  QString path = QFileDialog::getSaveFileName(&m_window, tr("Save project"), offered, filter());
  if (path.isEmpty()) {
    return;
  }
  if (!m_service.isProject(path)) {
    path += QStringLiteral(".loom");
  }
  m_wasModified = false;
  m_service.save(path, work());
}

void ProjectCommands::choose() {
  const QString path =
      QFileDialog::getOpenFileName(&m_window, tr("Open project"), QSettings().value(folderKey()).toString(), filter());
  if (!path.isEmpty()) {
    open(path);
  }
}

void ProjectCommands::open(const QString& path) {
  if (mayClose()) {
    QSettings().setValue(folderKey(), QFileInfo(path).absolutePath());
    m_service.open(path);
  }
}

void ProjectCommands::opened(const QString& path, const Work& work, const QString& missing, const QString& sha256) {
  m_path = path;
  m_saved.reset();
  if (!missing.isEmpty()) {
    m_waiting = Waiting{sha256, path, work};
    m_message.show(MessageBar::Kind::Note, missing);
    return;
  }
  const auto& model = m_explorer.openModel();
  const bool open = model && QFile::decodeName(model->path().string().c_str()) == work.modelPath &&
                    QString::fromStdString(model->group()) == work.group;
  if (open || work.modelPath.isEmpty()) {
    take(work);
    return;
  }
  m_opening = Waiting{sha256, path, work};
  m_explorer.open(work.modelPath, model::SavedState{work.latent, work.z, work.group.toStdString()});
}

void ProjectCommands::hashed(const QString& sha256) {
  if (m_waiting && m_waiting->sha256 == sha256) {
    const Waiting now = *std::exchange(m_waiting, std::nullopt);
    m_message.hide();
    take(now.work);
  }
}

void ProjectCommands::take(const Work& work) {
  m_explorer.takeProject(work.timeline);
  if (const auto& model = m_explorer.openModel()) {
    m_explorer.setWalking(false);
    m_explorer.edit(model::fitted(model::exactState({work.latent, work.z, work.group.toStdString()}, model->info()), model->info()),
                    tr("the project's state"));
    m_explorer.undoStack().clear();
    m_explorer.endGesture();
  }
  if (!work.layout.isEmpty()) {
    m_canvas.restoreLayoutState(work.layout);
  }
  if (!work.timeline.keyframes.empty()) {
    m_canvas.showTimeline();
  }
  if (m_recovering.isEmpty()) {
    m_saved = this->work();
  } else {
    m_service.discard(std::exchange(m_recovering, {}));  // it is in the window again, and kept safe from here
    m_service.autosave(this->work(), m_path);
  }
  m_wasModified = m_saved ? false : true;
  m_status.tell(m_path.isEmpty() ? tr("the work is back") : tr("opened %1").arg(QFileInfo(m_path).fileName()));
  Q_EMIT changed();
}

void ProjectCommands::offerLeft() {
  const auto left = m_service.left();
  if (left.empty()) {
    return;
  }
  const LeftWork& newest = left.front();
  const QString when = QLocale().toString(newest.saved, QLocale::ShortFormat);
  auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Bring the work back?"),
                              newest.projectPath.isEmpty()
                                  ? tr("The program ended before the work of %1 was saved.").arg(when)
                                  : tr("The program ended before changes to %1 of %2 were saved.")
                                        .arg(QFileInfo(newest.projectPath).fileName(), when),
                              QMessageBox::NoButton, &m_window);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setTextFormat(Qt::PlainText);
  const QPushButton* back = box->addButton(tr("Bring it back"), QMessageBox::AcceptRole);
  const QPushButton* away = box->addButton(tr("Throw it away"), QMessageBox::DestructiveRole);
  box->addButton(tr("Later"), QMessageBox::RejectRole);
  connect(back, &QPushButton::clicked, this, [this, id = newest.id] {
    m_recovering = id;
    m_service.recover(id);
  });
  connect(away, &QPushButton::clicked, this, [this, left] {
    for (const LeftWork& work : left) {
      m_service.discard(work.id);
    }
  });
  box->open();
}

bool ProjectCommands::mayClose() {
  if (!modified()) {
    return true;
  }
  QMessageBox box(QMessageBox::NoIcon, tr("Save the project?"),
                  m_path.isEmpty() ? tr("The film in the timeline was not saved.")
                                   : tr("%1 has changes that were not saved.").arg(QFileInfo(m_path).fileName()),
                  QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &m_window);
  box.setDefaultButton(QMessageBox::Save);
  const int answer = box.exec();
  if (answer == QMessageBox::Save) {
    save();  // ends after this returned: the window stays, and closes when asked again
    return false;
  }
  return answer == QMessageBox::Discard;
}

void ProjectCommands::closed() {
  m_leaving = true;
  m_service.clearAutosave();
}

}  // namespace loom::ui
