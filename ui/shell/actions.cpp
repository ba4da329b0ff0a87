#include "ui/shell/actions.h"

#include <QAction>
#include <QCoreApplication>
#include <QWidget>

namespace loom::ui {

const std::vector<ActionInfo>& actionTable() {
  static const std::vector<ActionInfo> kTable{
      {ActionId::Open, "File", "&Open checkpoint or picture…", {QKeySequence::Open}},
      {ActionId::OpenProject, "File", "Open pro&ject…", {Qt::CTRL | Qt::SHIFT | Qt::Key_O}},
      {ActionId::SaveProject, "File", "Save &project", {QKeySequence::Save}},
      {ActionId::SaveProjectAs, "File", "Save project as…", {Qt::CTRL | Qt::ALT | Qt::Key_S}},
      {ActionId::SavePicture, "File", "&Save picture", {Qt::Key_S}},
      {ActionId::SavePictureAs, "File", "Save picture &as…", {Qt::CTRL | Qt::SHIFT | Qt::Key_S}},
      {ActionId::SaveGrid, "File", "Save &grid of seeds…", {Qt::CTRL | Qt::Key_G}},
      {ActionId::SaveBatch, "File", "Save &many pictures, or a data set…", {Qt::CTRL | Qt::SHIFT | Qt::Key_G}},
      {ActionId::CopyPicture, "File", "&Copy picture", {QKeySequence::Copy}},
      {ActionId::KeepPicture, "File", "&Keep picture in the gallery", {Qt::Key_K, Qt::CTRL | Qt::Key_K}},
      {ActionId::Quit, "File", "&Quit", {QKeySequence::Quit, Qt::CTRL | Qt::Key_Q}},
      {ActionId::Undo, "Edit", "&Undo", {QKeySequence::Undo}},
      {ActionId::Redo, "Edit", "&Redo", {QKeySequence::Redo, Qt::CTRL | Qt::Key_Y}},
      {ActionId::Reset, "Edit", "Reset to the &seed", {Qt::Key_Backspace}},
      {ActionId::Shuffle, "Latent", "S&huffle the seed", {Qt::Key_R}},
      {ActionId::PreviousSeed, "Latent", "&Previous seed", {Qt::Key_BracketLeft}},
      {ActionId::NextSeed, "Latent", "&Next seed", {Qt::Key_BracketRight}},
      {ActionId::Walk, "Latent", "Random &walk", {Qt::Key_Space}, true},
      {ActionId::OpenInput, "Input picture", "Open &input picture…", {Qt::CTRL | Qt::Key_I}},
      {ActionId::PasteInput, "Input picture", "Paste as input pict&ure", {QKeySequence::Paste}},
      {ActionId::FormerInput, "Input picture", "Picture of the model &before as input", {}},
      {ActionId::PlayFilm, "Film", "&Play the film", {Qt::SHIFT | Qt::Key_Space}, true},
      {ActionId::AddKeyframe, "Film", "Add a &keyframe", {Qt::Key_A}},
      {ActionId::SaveVideo, "Film", "Save as &video…", {Qt::CTRL | Qt::Key_E}},
      {ActionId::PauseVideo, "Film", "Pause the video that is being made", {}, true},
      {ActionId::NewTraining, "Train", "&New training…", {Qt::CTRL | Qt::Key_T}},
      {ActionId::ResumeTraining, "Train", "&Resume a run…", {}},
      {ActionId::PauseTraining, "Train", "&Pause the training", {Qt::CTRL | Qt::Key_P}, true},
      {ActionId::StopTraining, "Train", "&Stop the training", {}},
      {ActionId::Fit, "View", "&Fit the window", {Qt::Key_0}},
      {ActionId::OriginalSize, "View", "&Original size", {Qt::Key_1}},
      {ActionId::ZoomIn, "View", "Zoom &in", {Qt::Key_Plus, Qt::Key_Equal, QKeySequence::ZoomIn}},
      {ActionId::ZoomOut, "View", "Zoom ou&t", {Qt::Key_Minus, QKeySequence::ZoomOut}},
      {ActionId::Smooth, "View", "&Smooth pixels", {Qt::Key_N}, true},
      {ActionId::Pin, "View", "&Pin this picture for comparison", {Qt::Key_P}},
      {ActionId::Compare, "View", "&Compare with the pinned picture", {Qt::Key_C}, true},
      {ActionId::ShowGallery, "View", "&Gallery", {Qt::Key_G}, true},
      {ActionId::FullScreen, "View", "F&ull screen", {Qt::Key_F, Qt::Key_F11}, true},
      {ActionId::ResetLayout, "View", "Reset the &layout", {}},
      {ActionId::Shortcuts, "Help", "&Shortcuts", {Qt::Key_Question, QKeySequence::HelpContents}},
      {ActionId::About, "Help", "&About Latent Loom", {}},
  };
  return kTable;
}

std::map<ActionId, QAction*> makeActions(QWidget& window) {
  std::map<ActionId, QAction*> actions;
  for (const ActionInfo& info : actionTable()) {
    auto* action = new QAction(QCoreApplication::translate("Actions", info.text), &window);
    action->setShortcuts(info.keys);
    action->setCheckable(info.checkable);
    window.addAction(action);  // shortcuts work where the menu bar is hidden, too
    actions[info.id] = action;
  }
  return actions;
}

std::vector<std::pair<QString, QString>> canvasGestures() {
  const auto tr = [](const char* text) { return QCoreApplication::translate("Actions", text); };
  return {
      {tr("Wheel on the picture"), tr("Zoom to the pointer")},
      {tr("Drag the picture"), tr("Move the picture")},
      {tr("Double-click the picture"), tr("Fit the window, or original size")},
      {tr("Drag a slider"), tr("Move one dimension")},
      {tr("Double-click a number"), tr("Type a value")},
      {tr("Ctrl+wheel on a slider"), tr("Nudge a value")},
      {tr("Right-click a slider"), tr("Reset, lock, copy a value")},
      {tr("Drag across the bars"), tr("Paint many dimensions")},
      {tr("Tab, arrows"), tr("Reach and move every control")},
      {tr("W, T, M, X"), tr("Wall, timeline, map, mixing grid")},
      {tr("0 to 5 in the gallery"), tr("Rate the selected pictures")},
      {tr("Double-click, Enter in the gallery"), tr("Bring a kept picture's state back")},
      {tr("Delete in the gallery"), tr("Remove the selected pictures")},
      {tr("Drop a file"), tr("Open a checkpoint, a saved picture's state, or a picture to change")},
  };
}

}  // namespace loom::ui
