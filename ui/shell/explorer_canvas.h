// The canvas: the picture by OpenGL, the panels by Dear ImGui over it, docked around it.
#pragma once

#include "ui/panels/condition_panel.h"
#include "ui/panels/import_panel.h"
#include "ui/panels/input_picture_panel.h"
#include "ui/panels/latent_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/mixing_grid_panel.h"
#include "ui/panels/picture_panel.h"
#include "ui/panels/timeline_panel.h"
#include "ui/panels/training_panel.h"
#include "ui/panels/wall_panel.h"
#include "ui/panels/window_draft.h"
#include "ui/session/explorer.h"
#include "ui/shell/actions.h"
#include "ui/shell/first_hints.h"
#include "ui/shell/imgui_backend/imgui_canvas.h"
#include "ui/shell/picture_view.h"

#include <QList>

#include <optional>

class QAction;

namespace loom::ui {

struct Palette;

class ExplorerCanvas : public ImGuiCanvas {
  Q_OBJECT

 public:
  ExplorerCanvas(Explorer& explorer, Training& training, QWidget* parent);
  ~ExplorerCanvas() override;

  void setPalette(const Palette& palette);
  void saveSettings() const;
  void restoreSettings();

  const ViewSettings& view() const { return m_view; }
  void setSmooth(bool smooth);
  void setCompare(bool compare);
  void fit();
  void originalSize();
  void zoomBy(double factor);
  /// Keeps the frame that is shown, to compare later ones with, and turns the split on.
  void pin();
  bool pinned() const { return m_picture.pinned(); }
  /// The recipe of the pinned frame; nothing where none is, or where it is of another model.
  std::optional<model::LatentState> pinnedState() const;
  /// What the panel of the latent shows of directions; null: nothing.
  void setDirections(const std::vector<KeptDirection>* kept);
  /// Full screen: no panels.
  void setPictureOnly(bool on);
  void resetLayout();
  /// Opens the panel of the open network's layers; where it has none, reads it as a stack of layers first.
  void showLayers();
  /// Opens the panel of the training.
  void showTraining();
  void showMap(std::vector<std::uint32_t> seeds, std::vector<std::pair<float, float>> places);
  void mapEnded();
  void showTimeline();
  /// A video is being made, and whether it waits.
  void setVideo(bool making, bool paused) {
    m_makingVideo = making;
    m_videoPaused = paused;
    requestFrames();
  }
  /// One checkable action for each panel.
  QList<QAction*> panelActions() const { return m_panelActions; }

  /// The newest frame that came; nothing before the first.
  const std::optional<model::Frame>& frame() const { return m_frame; }
  /// Where control `id` (see widgets.h) was last drawn, in widget coordinates; empty where it was not.
  QRect controlRect(const QString& id);
  const Previews& previews() const { return m_previews; }
  /// Where the picture is, in widget coordinates.
  QRectF pictureRect() const;

 Q_SIGNALS:
  void viewChanged();
  void triggered(loom::ui::ActionId id);
  void readoutChanged(const QString& text);
  /// The frame of this generation was drawn and its buffers are swapped: a person sees it now.
  void framePresented(std::uint64_t generation);
  /// The layers are written beside the checkpoint at `path`, or could not be: then `problem` is a sentence.
  void layersRemembered(const QString& path, const QString& problem);
  /// The panel of the training was used.
  void mapAsked(bool byPictures);
  void mixingSheetAsked(const loom::ui::MixingSheet& sheet);
  void directionAsked(const loom::ui::DirectionCommand& command);
  void trainingAsked(const loom::ui::TrainingCommand& command);
  /// OpenGL refused; a sentence.
  void drawingFailed(const QString& message);

 protected:
  void setUpUi() override;
  void tearDownGl() override;
  void buildUi() override;
  QColor clearColor() const override;
  void paintScene(const QRect& part) override;
  std::vector<ScenePart> sceneParts() override;
  bool newContentIsDue() const override;
  bool wantsAnimation() const override;

 private:
  void takeFrame(const model::Frame& frame);
  void drawDockspace();
  void drawPanel(Panel& panel, bool open, const WindowFacts& facts, WindowDraft& draft);
  void adoptLayout(const WindowDraft& draft);
  void showSheet();
  void drawPicture(WindowDraft& draft);
  void adopt(const WindowDraft& draft);
  WindowFacts facts();
  std::optional<InputFacts> inputFacts() const;
  /// Brings the input picture's thumbnail up to date; the context is current.
  void showInput();
  std::string readout() const;

  Explorer& m_explorer;
  Training& m_training;
  ViewSettings m_view;
  LatentPanel m_latentPanel;
  InputPicturePanel m_inputPanel;
  ConditionPanel m_conditionPanel;
  PicturePanel m_picturePanel;
  ImportPanel m_importPanel;
  TrainingPanel m_trainingPanel;
  WallPanel m_wallPanel;
  MapPanel m_mapPanel;
  MixingGridPanel m_gridPanel;
  MapFacts m_map;
  TimelinePanel m_timelinePanel;
  render::FrameTexture m_sheetTexture;
  render::FrameTexture m_stripTexture;
  std::uint64_t m_sheetsSeen = 0;
  std::size_t m_sheetShown = 0;
  int m_stripOf = -1;
  int m_stripLength = 0;
  PictureView m_picture;
  FirstHints m_hints;
  QList<QAction*> m_panelActions;
  bool m_latentOpen = true;
  bool m_inputOpen = true;
  bool m_conditionOpen = true;
  bool m_pictureOpen = true;
  bool m_importOpen = false;
  bool m_trainingOpen = false;
  bool m_wallOpen = false;
  bool m_mapOpen = false;
  bool m_gridOpen = false;
  bool m_timelineOpen = false;
  const Panel* m_toFront = nullptr;  // was opened just now
  bool m_makingVideo = false;
  bool m_videoPaused = false;
  QString m_layersOf;  // the file that the panel of layers was opened for
  const std::vector<KeptDirection>* m_directions = nullptr;
  std::optional<model::Frame> m_pinnedFrame;
  bool m_pictureOnly = false;
  bool m_layOutAnew = false;
  bool m_handWasActive = false;
  std::string m_lastEdited;
  const Palette* m_palette;
  Previews m_previews;
  std::optional<model::Frame> m_frame;
  bool m_frameIsNew = false;
  render::FrameTexture m_inputTexture;
  std::string m_inputShown;  // hash of the picture in m_inputTexture
  std::uint64_t m_uploadedGeneration = 0;
  std::uint64_t m_presentedGeneration = 0;
  QString m_readout;
};

}  // namespace loom::ui
