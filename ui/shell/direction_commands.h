// What the window does with directions: finds them, keeps them, and tells how it went.
#pragma once

#include "ui/panels/window_draft.h"
#include "ui/session/explorer.h"

#include <QObject>

class QWidget;

namespace loom::ui {

class ExplorerCanvas;
class MessageBar;
class StatusLine;

class DirectionCommands : public QObject {
  Q_OBJECT

 public:
  DirectionCommands(Explorer& explorer, ExplorerCanvas& canvas, DirectionService& service, StatusLine& status,
                    MessageBar& message, QWidget& window);

  void carryOut(const DirectionCommand& command);

 private:
  void between();
  void load();

  Explorer& m_explorer;
  ExplorerCanvas& m_canvas;
  DirectionService& m_service;
  StatusLine& m_status;
  MessageBar& m_message;
  QWidget& m_window;
};

}  // namespace loom::ui
