// The window: menus, canvas, message bar, status line, and the wiring between them.
#pragma once

#include "ui/session/explorer.h"
#include "ui/session/services.h"
#include "ui/session/training.h"
#include "ui/shell/actions.h"
#include "ui/theme/palette.h"

#include <QMainWindow>
#include <QTimer>

#include <map>
#include <memory>
#include <optional>

class QActionGroup;

namespace loom::ui {

class ExplorerCanvas;
class FileMenu;
class GalleryCommands;
class GalleryPanel;
class InputCommands;
class MessageBar;
class ModelMenu;
class PictureCommands;
class ProjectCommands;
class StatusLine;
class TrainingCommands;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(Services& services, QWidget* parent = nullptr);
  ~MainWindow() override;

  /// A checkpoint is opened, a picture brings its state back; one that has none is changed by a model that does so.
  void openFile(const QString& path);
  /// The checkpoint and the state that the last session ended with. False where there was none or the file is gone.
  bool openLast();

  Explorer& explorer() { return m_explorer; }
  Training& training() { return m_training; }
  ExplorerCanvas& canvas() { return *m_canvas; }
  ProjectCommands& projects() { return *m_projects; }
  MessageBar& messageBar() { return *m_message; }
  GalleryPanel& gallery() { return *m_gallery; }
  StatusLine& statusLine() { return *m_status; }
  QAction* action(ActionId id) const { return m_actions.at(id); }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void buildMenus();
  void connectActions();
  void connectExplorer();
  void connectServices();
  void setAppearance(Appearance appearance);
  void restoreSettings();
  void saveSettings() const;
  void refreshActions();

  void chooseFile();
  void setFullScreen(bool on);
  void showAbout();
  void modelOpened();
  void addKeyframe();
  void refreshTitle();
  void askForTrust(const QString& path, const QString& message);
  void stateFound(const QString& checkpointPath, const model::SavedState& state);
  void goTo(const model::SavedState& state);

  struct PendingState {
    QString sha256;
    model::SavedState state;
  };

  Services& m_services;
  Explorer m_explorer;
  Training m_training;
  std::map<ActionId, QAction*> m_actions;
  QActionGroup* m_appearances = nullptr;
  ExplorerCanvas* m_canvas = nullptr;
  MessageBar* m_message = nullptr;
  StatusLine* m_status = nullptr;
  FileMenu* m_fileMenu = nullptr;
  ModelMenu* m_modelMenu = nullptr;
  std::unique_ptr<PictureCommands> m_pictures;
  ProjectCommands* m_projects = nullptr;
  std::unique_ptr<InputCommands> m_inputs;
  TrainingCommands* m_trainings = nullptr;
  std::unique_ptr<GalleryCommands> m_galleryCommands;
  GalleryPanel* m_gallery = nullptr;
  bool m_galleryBefore = false;  ///< it was shown before the full screen
  Appearance m_appearance = Appearance::System;
  std::optional<PendingState> m_pending;  ///< of a dropped picture whose checkpoint is still to be opened
  bool m_restoring = false;  ///< the load under way brings a picture's state back
  bool m_maximizedBefore = false;
  QTimer m_wonder;  ///< runs while a frame is awaited; due, the status line says that it is being made
};

}  // namespace loom::ui
