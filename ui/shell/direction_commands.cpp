#include "ui/shell/direction_commands.h"

#include "ui/shell/explorer_canvas.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/status_line.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

namespace loom::ui {

DirectionCommands::DirectionCommands(Explorer& explorer, ExplorerCanvas& canvas, DirectionService& service,
                                     StatusLine& status, MessageBar& message, QWidget& window)
    : QObject(&window),
      m_explorer(explorer),
      m_canvas(canvas),
      m_service(service),
      m_status(status),
      m_message(message),
      m_window(window) {
  connect(&m_explorer, &Explorer::opened, this, [this] { m_service.setModel(m_explorer.openModel()); });
  connect(&m_service, &DirectionService::changed, this, [this] { m_canvas.setDirections(&m_service.kept()); });
  connect(&m_service, &DirectionService::progress, this, [this](const QString& what, double fraction) {
    m_status.showJob(StatusLine::Job::Directions, what, fraction);
  });
  connect(&m_service, &DirectionService::done, this, [this](const QString& what) {
    m_status.endJob(StatusLine::Job::Directions);
    m_status.tell(what.isEmpty() ? tr("cancelled, nothing was added") : what);
  });
  connect(&m_service, &DirectionService::noticed, this,
          [this](const QString& notice) { m_message.show(MessageBar::Kind::Note, notice); });
  connect(&m_service, &DirectionService::failed, this, [this](const QString& problem) {
    m_status.endJob(StatusLine::Job::Directions);
    m_message.show(MessageBar::Kind::Error, problem);
  });
  connect(&m_status, &StatusLine::cancelRequested, this, [this](StatusLine::Job job) {
    if (job == StatusLine::Job::Directions) {
      m_service.cancel();
    }
  });
  connect(&m_canvas, &ExplorerCanvas::directionAsked, this, &DirectionCommands::carryOut);
  m_canvas.setDirections(&m_service.kept());
}

void DirectionCommands::carryOut(const DirectionCommand& command) {
  using Kind = DirectionCommand::Kind;
  switch (command.kind) {
    case Kind::Find: m_service.find(command.find); break;
    case Kind::Between: between(); break;
    case Kind::FromTag: m_service.fromTag(QString::fromStdString(command.text)); break;
    case Kind::Load: load(); break;
    case Kind::Rename: m_service.rename(command.id, QString::fromStdString(command.text)); break;
    case Kind::Layers: m_service.setLayers(command.id, command.first, command.last); break;
    case Kind::Move: m_service.move(command.id, command.first); break;
    case Kind::Remove: m_service.remove(command.id); break;
  }
}

void DirectionCommands::between() {
  const auto pinned = m_canvas.pinnedState();
  if (!pinned) {
    m_message.show(MessageBar::Kind::Note, tr("The pinned picture is of another model: pin one of this model (P), move on to "
                                              "another picture, and ask again."));
    return;
  }
  m_service.between(*pinned, m_explorer.latent());
}

void DirectionCommands::load() {
  QSettings settings;
  const QString key = QStringLiteral("directionFolder");
  const QString path = QFileDialog::getOpenFileName(&m_window, tr("Load directions"), settings.value(key).toString(),
                                                    tr("Directions (*.safetensors *.npy *.csv);;All files (*)"));
  if (!path.isEmpty()) {
    settings.setValue(key, QFileInfo(path).absolutePath());
    m_service.load(path);
  }
}

}  // namespace loom::ui
