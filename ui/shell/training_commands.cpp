#include "ui/shell/training_commands.h"

#include "ui/session/explorer.h"
#include "ui/session/services.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/status_line.h"
#include "ui/shell/training_dialog.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

namespace loom::ui {

TrainingCommands::TrainingCommands(Explorer& explorer, Training& training, Services& services, StatusLine& status,
                                   MessageBar& message, QWidget& window)
    : QObject(&window), m_explorer(explorer), m_training(training), m_services(services), m_status(status), m_message(message),
      m_window(window) {
  connect(&m_training, &Training::failed, this,
          [this](const QString& text, bool) { m_message.show(MessageBar::Kind::Error, text); });
  connect(&m_training, &Training::ended, this, [this](const QString& run) {
    m_status.tell(tr("the training stopped; its run is %1").arg(QDir::toNativeSeparators(run)));
  });
  // The network under the sliders is the one in training: it is followed while it learns.
  connect(&m_training, &Training::latestWritten, this, [this](const QString& path) {
    const auto& open = m_explorer.openModel();
    if (open && !m_explorer.opening() && QString::fromStdString(open->path().string()) == path) {
      m_explorer.open(path, std::nullopt, {});
    }
  });
}

void TrainingCommands::begin() {
  TrainingDialog dialog(m_services, &m_window);
  if (dialog.exec() == QDialog::Accepted) {
    const TrainingRequest request = dialog.request();
    start(QFileInfo(request.out).fileName(), request);
  }
}

void TrainingCommands::resume() {
  const QString folder =
      QFileDialog::getExistingDirectory(&m_window, tr("Resume a run"), QSettings().value(QStringLiteral("training/run")).toString());
  if (!folder.isEmpty()) {
    TrainingRequest request;
    request.resume = folder;
    start(QFileInfo(folder).fileName(), request);
  }
}

void TrainingCommands::compare() {
  const QString folder = QFileDialog::getExistingDirectory(&m_window, tr("Compare with a run"),
                                                           QSettings().value(QStringLiteral("training/compared")).toString());
  if (!folder.isEmpty()) {
    QSettings().setValue(QStringLiteral("training/compared"), folder);
    m_training.compareWith(folder);
  }
}

void TrainingCommands::start(const QString& title, const TrainingRequest& request) {
  QSettings().setValue(QStringLiteral("training/run"), request.resume.isEmpty() ? request.out : request.resume);
  m_training.start(m_services.trainingOpener(request), title);
  Q_EMIT shown();
}

/// The network of the newest moment, or of the snapshot at `step` or before it.
void TrainingCommands::explore(std::int64_t step) {
  if (step < 0) {
    if (QFileInfo::exists(m_training.latestPath())) {
      m_explorer.open(m_training.latestPath());
    }
    return;
  }
  const QDir snapshots(m_training.runPath() + QStringLiteral("/snapshots"));
  QString found;
  for (const QString& name : snapshots.entryList({QStringLiteral("step-*.safetensors")}, QDir::Files, QDir::Name)) {
    const bool isNumber = [&] { bool ok = false; name.mid(5, 9).toLongLong(&ok); return ok; }();
    if (isNumber && (found.isEmpty() || name.mid(5, 9).toLongLong() <= step)) {
      found = name;
    }
  }
  if (found.isEmpty()) {
    m_status.tell(tr("there is no snapshot of that time any more"));
    return;
  }
  const QString out = m_moments.filePath(QFileInfo(m_training.runPath()).fileName() + QLatin1Char(' ') + found);
  try {
    model::TrainingSession::writeGenerator(snapshots.filePath(found).toStdString(), out.toStdString());
    m_explorer.open(out);
  } catch (const std::exception& error) {
    m_message.show(MessageBar::Kind::Error, QString::fromStdString(error.what()));
  }
}

void TrainingCommands::carryOut(const TrainingCommand& command) {
  using Kind = TrainingCommand::Kind;
  switch (command.kind) {
    case Kind::New: begin(); break;
    case Kind::Open: resume(); break;
    case Kind::Pause: m_training.setPaused(true); break;
    case Kind::Resume: m_training.setPaused(false); break;
    case Kind::Step: m_training.stepOnce(); break;
    case Kind::Snapshot: m_training.snapshot(); break;
    case Kind::Stop: m_training.stop(); break;
    case Kind::RollBack: m_training.rollBack(command.step); break;
    case Kind::Set: m_training.set(command.name, command.value); break;
    case Kind::Compare: compare(); break;
    case Kind::CompareNone: m_training.compareWithNone(); break;
    case Kind::Explore:
      explore(command.step);
      break;
  }
}

}  // namespace loom::ui
