// Every action of the window in one table: menus, shortcuts and the list of shortcuts are made from it.
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

#include <map>
#include <utility>
#include <vector>

class QAction;
class QWidget;

namespace loom::ui {

enum class ActionId {
  Open,
  SavePicture,
  SavePictureAs,
  SaveGrid,
  SaveBatch,
  CopyPicture,
  KeepPicture,
  ShowGallery,
  Quit,
  Undo,
  Redo,
  Reset,
  Fit,
  OriginalSize,
  ZoomIn,
  ZoomOut,
  Smooth,
  Pin,
  Compare,
  FullScreen,
  ResetLayout,
  PreviousSeed,
  NextSeed,
  Shuffle,
  Walk,
  OpenInput,
  PasteInput,
  FormerInput,
  PlayFilm,
  AddKeyframe,
  SaveVideo,
  PauseVideo,
  OpenProject,
  SaveProject,
  SaveProjectAs,
  NewTraining,
  ResumeTraining,
  PauseTraining,
  StopTraining,
  Shortcuts,
  About,
};

struct ActionInfo {
  ActionId id;
  const char* group;  ///< heading in the list of shortcuts
  const char* text;   ///< with its mnemonic, e.g. "&Open…"
  QList<QKeySequence> keys;
  bool checkable = false;
};

/// In the order of the list of shortcuts.
const std::vector<ActionInfo>& actionTable();

/// One QAction for each row of the table, children of `window` and active in all of it.
std::map<ActionId, QAction*> makeActions(QWidget& window);

/// What the mouse and the keyboard do on the canvas, for the list of shortcuts: (gesture, what it does).
std::vector<std::pair<QString, QString>> canvasGestures();

}  // namespace loom::ui
