// What the window does about trainings: the dialog that begins one, resuming, its commands, and the network under the sliders.
#pragma once

#include "ui/panels/window_draft.h"
#include "ui/session/training.h"

#include <QObject>

class QMenu;
class QWidget;

namespace loom::ui {

class Explorer;
class MessageBar;
class Services;
class StatusLine;

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
  void start(const QString& title, const struct TrainingRequest& request);

  Explorer& m_explorer;
  Training& m_training;
  Services& m_services;
  StatusLine& m_status;
  MessageBar& m_message;
  QWidget& m_window;
};

}  // namespace loom::ui
