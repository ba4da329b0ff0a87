// What the window does with project files: save, open, keep safe, offer again after a crash.
#pragma once

#include "ui/session/explorer.h"
#include "ui/session/project_service.h"

#include <QObject>
#include <QTimer>

class QWidget;

namespace loom::ui {

class ExplorerCanvas;
class MessageBar;
class StatusLine;

class ProjectCommands : public QObject {
  Q_OBJECT

 public:
  ProjectCommands(Explorer& explorer, ExplorerCanvas& canvas, ProjectService& service, StatusLine& status,
                  MessageBar& message, QWidget& window);

  void save();    ///< where it was saved last, else as saveAs
  void saveAs();
  void choose();  ///< asks which project, then opens it
  void open(const QString& path);
  /// Offers what a crash left behind.
  void offerLeft();
  /// False where there is unsaved work that the user wants to stay with. Of a window that closes.
  bool mayClose();
  /// The window closes in good order: nothing is to be offered at the next start.
  void closed();
  /// A checkpoint with this hash is open: the work that waited for it comes back.
  void hashed(const QString& sha256);

  /// Of the project that is open; empty where it was never saved.
  const QString& path() const { return m_path; }
  bool modified() const;

 Q_SIGNALS:
  void changed();  ///< `path` or `modified`

 private:
  Work work() const;
  void opened(const QString& path, const Work& work, const QString& missing, const QString& sha256);
  void take(const Work& work);
  void refresh();

  Explorer& m_explorer;
  ExplorerCanvas& m_canvas;
  ProjectService& m_service;
  StatusLine& m_status;
  MessageBar& m_message;
  QWidget& m_window;
  QString m_path;
  std::optional<Work> m_saved;  ///< as it lies in the file
  struct Waiting {
    QString sha256;
    QString path;
    Work work;
  };
  std::optional<Waiting> m_waiting;  ///< for its checkpoint
  std::optional<Waiting> m_opening;  ///< its checkpoint is being opened
  QString m_recovering;              ///< id; discarded once its work is back
  QTimer m_autosave;
  bool m_wasModified = false;
  bool m_leaving = false;
};

}  // namespace loom::ui
