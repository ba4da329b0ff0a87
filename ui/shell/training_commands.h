// What the window does about trainings: the dialog that begins one, resuming, its commands, and the network under the sliders.
#pragma once

#include "ui/panels/window_draft.h"
#include "ui/session/training.h"

#include <QObject>
#include <QTemporaryDir>

class QMenu;
class QWidget;

namespace loom::ui {

class Explorer;
class MessageBar;
class Services;
class StatusLine;
struct TrainingRequest;

class TrainingCommands : public QObject {
  Q_OBJECT

 public:
  /// All outlive this.
  TrainingCommands(Explorer& explorer, Training& training, Services& services, StatusLine& status, MessageBar& message,
                   QWidget& window);

  void begin();
  void resume();
  void carryOut(const TrainingCommand& command);

 Q_SIGNALS:
  /// The panel is wanted.
  void shown();

 private:
  void compare();
  void start(const QString& title, const TrainingRequest& request);
  void explore(std::int64_t step);

  Explorer& m_explorer;
  Training& m_training;
  Services& m_services;
  StatusLine& m_status;
  MessageBar& m_message;
  QWidget& m_window;
  QTemporaryDir m_moments;  // generators of snapshots that were looked at
};

}  // namespace loom::ui
