#include "ui/shell/explorer_canvas.h"

#include "model/cuda_library.h"
#include "ui/panels/widgets.h"
#include "ui/shell/sheet_pictures.h"
#include "ui/theme/imgui_theme.h"
#include "ui/theme/qt_theme.h"

#include <imgui_internal.h>

#include <QAction>
#include <QFileInfo>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QSettings>

#include <array>
#include <map>

namespace loom::ui {
namespace {

constexpr float kPanelWidth = 300.0F;      // logical pixels
constexpr float kTrainingHeight = 290.0F;  // logical pixels
constexpr int kRoomForOnePanel = 640;      // logical pixels of canvas
constexpr int kRoomForBothPanels = 1000;   // logical pixels of canvas
constexpr ImGuiID kDockspace = 0x4c4f4f4e;  // any number that stays: the layout is remembered under it
constexpr const char* kPictureWindow = "##picturewindow";

/// What a panel's command is in the window's table of actions.
ActionId actionFor(Command command) {
  static const std::map<Command, ActionId> kActions{
      {Command::Shuffle, ActionId::Shuffle},
      {Command::PreviousSeed, ActionId::PreviousSeed},
      {Command::NextSeed, ActionId::NextSeed},
      {Command::ResetEdits, ActionId::Reset},
      {Command::ToggleWalk, ActionId::Walk},
      {Command::Fit, ActionId::Fit},
      {Command::OriginalSize, ActionId::OriginalSize},
      {Command::Pin, ActionId::Pin},
      {Command::SavePicture, ActionId::SavePicture},
      {Command::SavePictureAs, ActionId::SavePictureAs},
      {Command::SaveGrid, ActionId::SaveGrid},
      {Command::SaveBatch, ActionId::SaveBatch},
      {Command::KeepPicture, ActionId::KeepPicture},
      {Command::CopyPicture, ActionId::CopyPicture},
      {Command::OpenInput, ActionId::OpenInput},
      {Command::PasteInput, ActionId::PasteInput},
      {Command::FormerInput, ActionId::FormerInput},
      {Command::TogglePlay, ActionId::PlayFilm},
      {Command::AddKeyframe, ActionId::AddKeyframe},
      {Command::SaveVideo, ActionId::SaveVideo},
      {Command::PauseVideo, ActionId::PauseVideo},
  };
  return kActions.at(command);
}

/// The next window goes where `other` is, unless it has a place of its own: layouts of before its time lack it.
void dockBeside(const char* other) {
  const ImGuiWindow* window = ImGui::FindWindowByName(other);
  const ImGuiWindowSettings* settings = ImGui::FindWindowSettingsByID(ImHashStr(other));
  if (const ImGuiID dock = window ? window->DockId : settings ? settings->DockId : 0) {
    ImGui::SetNextWindowDockID(dock, ImGuiCond_FirstUseEver);
  }
}

}  // namespace

ExplorerCanvas::ExplorerCanvas(Explorer& explorer, Training& training, QWidget* parent)
    : ImGuiCanvas(parent), m_explorer(explorer), m_training(training), m_palette(&kDarkPalette),
      m_previews([this](std::vector<model::PreviewRequest> wanted, int side) {
        m_explorer.askPreviews(std::move(wanted), side);
      }) {
  setMinimumSize(200, 160);
  connect(&m_explorer, &Explorer::frameReady, this, &ExplorerCanvas::takeFrame);
  connect(&m_explorer, &Explorer::latentChanged, this, [this] { requestFrames(1); });
  connect(&m_explorer, &Explorer::previewCame, this, [this](const model::Preview& preview) {
    m_previews.take(preview);
    requestFrames(1);
  });
  connect(&m_explorer, &Explorer::previewFailed, this, [this](std::uint64_t id) { m_previews.fail(id); });
  connect(&m_explorer, &Explorer::opened, this, [this] {
    m_previews.clear();
    m_map = {};
    const auto& opened = *m_explorer.openModel();
    const QString path = QString::fromStdString(opened.path().string());
    const bool guessed = opened.layout() && opened.layout()->source == model::LayoutSource::Guessed;
    m_importPanel.forgetFindings();
    m_importOpen = opened.layout() && (guessed || (m_importOpen && m_layersOf == path));
    m_layersOf = path;
    requestFrames();
  });
  connect(&m_explorer, &Explorer::layersNotUnderstood, this,
          [this](const QString& path, const model::ChainFindings& findings) {
            m_importPanel.showFindings(QFileInfo(path).fileName().toStdString(), findings);
            m_importOpen = true;
            requestFrames();
          });
  connect(&m_explorer, &Explorer::walkingChanged, this, [this] { requestFrames(); });
  connect(&m_explorer, &Explorer::playingChanged, this, [this] { requestFrames(); });
  connect(&m_explorer, &Explorer::timelineChanged, this, [this] { requestFrames(1); });
  connect(&m_training, &Training::changed, this, [this] {
    if (m_trainingOpen) {
      requestFrames(1);
    }
  });
  connect(this, &ImGuiCanvas::frameSwapped, this, [this] {
    if (m_uploadedGeneration != m_presentedGeneration) {
      m_presentedGeneration = m_uploadedGeneration;
      Q_EMIT framePresented(m_presentedGeneration);
    }
  });
  struct Entry {
    Panel* panel;
    bool* open;
    QKeySequence key = {};  // of those that are instruments: they are closed until they are wanted
  };
  for (const auto& [panel, open, key] : {Entry{&m_latentPanel, &m_latentOpen}, Entry{&m_conditionPanel, &m_conditionOpen},
                                         Entry{&m_picturePanel, &m_pictureOpen}, Entry{&m_inputPanel, &m_inputOpen},
                                         Entry{&m_wallPanel, &m_wallOpen, Qt::Key_W}, Entry{&m_timelinePanel, &m_timelineOpen, Qt::Key_T},
                                         Entry{&m_mapPanel, &m_mapOpen, Qt::Key_M}, Entry{&m_gridPanel, &m_gridOpen, Qt::Key_X},
                                         Entry{&m_trainingPanel, &m_trainingOpen}}) {
    auto* action = new QAction(QString::fromUtf8(panel->title()), this);
    action->setShortcut(key);
    action->setCheckable(true);
    action->setChecked(*open);
    connect(action, &QAction::toggled, this, [this, panel = panel, flag = open, instrument = !key.isEmpty()](bool on) {
      *flag = on;
      if (on && instrument) {
        m_hints.setWanted(false);  // who found that needs none, and they would lie over it
      }
      m_toFront = on ? panel : nullptr;
      requestFrames();
    });
    m_panelActions << action;
  }
}

ExplorerCanvas::~ExplorerCanvas() { releaseGl(); }

void ExplorerCanvas::setPalette(const Palette& palette) {
  m_palette = &palette;
  backend().makeContextCurrent();
  applyImGuiTheme(palette);
  requestFrames();
}

void ExplorerCanvas::setUpUi() {
  loadFonts();
  applyImGuiTheme(*m_palette);
}

void ExplorerCanvas::tearDownGl() {
  m_picture.release();
  m_inputTexture.release();
  m_sheetTexture.release();
  m_stripTexture.release();
  m_previews.release();
  m_sheetsSeen = 0;
  m_stripOf = -1;
  m_inputShown.clear();
  m_frameIsNew = m_frame.has_value();  // for the next context, should there be one
}

void ExplorerCanvas::saveSettings() const {
  QSettings settings;
  settings.setValue(QStringLiteral("view/smooth"), m_view.smooth);
  settings.setValue(QStringLiteral("view/latentPanel"), m_latentOpen);
  settings.setValue(QStringLiteral("view/conditionPanel"), m_conditionOpen);
  settings.setValue(QStringLiteral("view/picturePanel"), m_pictureOpen);
  settings.setValue(QStringLiteral("view/inputPanel"), m_inputOpen);
  settings.setValue(QStringLiteral("view/layout"), const_cast<ExplorerCanvas*>(this)->layoutState());
  settings.setValue(QStringLiteral("view/hintsSeen"), !m_hints.wanted());
  QStringList pinned;
  for (const std::uint32_t seed : m_view.pinnedSeeds) {
    pinned << QString::number(seed);
  }
  settings.setValue(QStringLiteral("view/pinnedSeeds"), pinned);
  settings.setValue(QStringLiteral("walk/secondsPerSeed"), m_explorer.walk().secondsPerSeed());
}

void ExplorerCanvas::restoreSettings() {
  const QSettings settings;
  m_view.smooth = settings.value(QStringLiteral("view/smooth"), true).toBool();
  m_panelActions[0]->setChecked(settings.value(QStringLiteral("view/latentPanel"), true).toBool());
  m_panelActions[1]->setChecked(settings.value(QStringLiteral("view/conditionPanel"), true).toBool());
  m_panelActions[2]->setChecked(settings.value(QStringLiteral("view/picturePanel"), true).toBool());
  m_panelActions[3]->setChecked(settings.value(QStringLiteral("view/inputPanel"), true).toBool());
  m_hints.setWanted(!settings.value(QStringLiteral("view/hintsSeen"), false).toBool());
  m_view.pinnedSeeds.clear();
  for (const QString& seed : settings.value(QStringLiteral("view/pinnedSeeds")).toStringList()) {
    m_view.pinnedSeeds.push_back(seed.toUInt());
  }
  m_explorer.walk().setSecondsPerSeed(settings.value(QStringLiteral("walk/secondsPerSeed"), 4.0).toDouble());
  const QByteArray layout = settings.value(QStringLiteral("view/layout")).toByteArray();
  if (!layout.isEmpty()) {
    restoreLayoutState(layout);
  }
  Q_EMIT viewChanged();
}

void ExplorerCanvas::setSmooth(bool smooth) {
  m_view.smooth = smooth;
  requestFrames();
  Q_EMIT viewChanged();
}

void ExplorerCanvas::setCompare(bool compare) {
  m_view.compare = compare && pinned();
  requestFrames();
  Q_EMIT viewChanged();
}

void ExplorerCanvas::fit() {
  m_picture.fit();
  requestFrames();
}

void ExplorerCanvas::originalSize() {
  m_picture.originalSize();
  requestFrames();
}

void ExplorerCanvas::zoomBy(double factor) {
  m_picture.zoomBy(factor);
  requestFrames();
}

void ExplorerCanvas::pin() {
  if (!m_frame || !context()) {
    return;
  }
  makeCurrent();
  const std::string problem = m_picture.pin(*m_frame);
  doneCurrent();
  if (problem.empty()) {
    m_view.compare = true;
    m_pinnedFrame = m_frame;
    m_pinnedFrame->pixels = {};  // its recipe is what is wanted
  } else {
    Q_EMIT drawingFailed(QString::fromStdString(problem));
  }
  requestFrames();
  Q_EMIT viewChanged();
}

std::optional<model::LatentState> ExplorerCanvas::pinnedState() const {
  const auto& model = m_explorer.openModel();
  return m_pinnedFrame && model && m_pinnedFrame->model == model->id() ? std::optional(m_pinnedFrame->latent) : std::nullopt;
}

void ExplorerCanvas::setDirections(const std::vector<KeptDirection>* kept) {
  m_directions = kept;
  requestFrames();
}

void ExplorerCanvas::setPictureOnly(bool on) {
  m_pictureOnly = on;
  requestFrames();
}

void ExplorerCanvas::resetLayout() {
  m_layOutAnew = true;
  for (QAction* action : m_panelActions) {
    // The panel of the training is there while there is one; wall and film when they are asked for.
    const auto is = [&](const Panel& panel) { return action->text() == QLatin1String(panel.title()); };
    const bool below = is(m_wallPanel) || is(m_timelinePanel) || is(m_mapPanel) || is(m_gridPanel);
    action->setChecked(action == m_panelActions.back() ? m_training.active() : !below);
  }
  requestFrames();
}

void ExplorerCanvas::takeFrame(const model::Frame& frame) {
  m_frame = frame;
  m_frameIsNew = true;
  requestFrames(1);
}

QRect ExplorerCanvas::controlRect(const QString& id) {
  backend().makeContextCurrent();
  ImVec2 min;
  ImVec2 max;
  if (!placeOf(id.toUtf8().constData(), min, max)) {
    return {};
  }
  return QRectF(min.x, min.y, max.x - min.x, max.y - min.y).toRect();
}

QRectF ExplorerCanvas::pictureRect() const {
  const QRectF device = m_picture.pictureRect();
  return {device.topLeft() / devicePixelRatioF(), device.size() / devicePixelRatioF()};
}

QColor ExplorerCanvas::clearColor() const { return toQColor(m_palette->panel); }

void ExplorerCanvas::paintScene(const QRect& part) {
  // The grounds of panels and picture are cleared, not drawn: where the processor draws, that is felt.
  const QRect area = m_picture.area().toAlignedRect().intersected(part);
  if (area.isEmpty()) {
    return;
  }
  const QColor ground = toQColor(m_palette->ground);
  QOpenGLFunctions& gl = *context()->functions();
  gl.glScissor(area.left(), framebufferSize().height() - area.top() - area.height(), area.width(), area.height());
  gl.glClearColor(static_cast<float>(ground.redF()), static_cast<float>(ground.greenF()),
                  static_cast<float>(ground.blueF()), 1.0F);
  gl.glClear(GL_COLOR_BUFFER_BIT);
}

std::vector<ScenePart> ExplorerCanvas::sceneParts() {
  return {{m_picture.area().toAlignedRect(), m_palette->ground}, m_picture.scenePart()};
}

bool ExplorerCanvas::newContentIsDue() const {
  constexpr double kQuickFrameMs = 10.0;
  return m_frame && m_frame->generation != m_explorer.newestGeneration() && m_frame->timings.total() < kQuickFrameMs;
}

bool ExplorerCanvas::wantsAnimation() const { return m_explorer.walking() || m_explorer.playing(); }

WindowFacts ExplorerCanvas::facts() {
  WindowFacts facts(m_map);
  facts.model = m_explorer.openModel().get();
  facts.z = &m_explorer.baseZ();
  facts.previews = &m_previews;
  facts.walking = m_explorer.walking();
  facts.playing = m_explorer.playing();
  facts.playhead = m_explorer.playhead();
  facts.makingVideo = m_makingVideo;
  facts.videoPaused = m_videoPaused;
  facts.pinned = pinned();
  facts.directions = m_directions;
  facts.zoom = m_picture.zoom();
  facts.input = inputFacts();
  facts.training = &m_training.facts();
  facts.sheetTexture = m_sheetTexture.texture();
  facts.stripTexture = m_stripOf >= 0 ? m_stripTexture.texture() : 0;
  facts.stripLength = m_stripLength;
  return facts;
}

std::optional<InputFacts> ExplorerCanvas::inputFacts() const {
  const InputSource* source = m_explorer.input();
  if (!source) {
    return std::nullopt;
  }
  const QSize entering = inputSize(source->pixels.size(), m_explorer.openModel()->info().inputMultiple,
                                   m_explorer.latent().input.side);
  return InputFacts{m_inputTexture.texture(),
                    source->pixels.width(),
                    source->pixels.height(),
                    entering.width(),
                    entering.height(),
                    QFileInfo(source->path).fileName().toStdString(),
                    m_explorer.hasFormerPicture()};
}

void ExplorerCanvas::showInput() {
  const InputSource* source = m_explorer.input();
  if (!source || source->sha256 == m_inputShown) {
    return;
  }
  constexpr int kThumbnail = 512;  // device pixels
  QImage image = source->pixels;
  if (std::max(image.width(), image.height()) > kThumbnail) {
    image = image.scaled(kThumbnail, kThumbnail, Qt::KeepAspectRatio, Qt::SmoothTransformation);
  }
  image = image.convertToFormat(QImage::Format_RGBX8888);
  model::Frame frame;
  frame.width = image.width();
  frame.height = image.height();
  frame.pixels = model::FramePixels::host({image.constBits(), image.constBits() + image.sizeInBytes()});
  if (const std::string problem = m_inputTexture.upload(frame); problem.empty()) {
    m_inputShown = source->sha256;
  }
}

/// Uploads what the panel of the training shows of the film, where that is another than before.
void ExplorerCanvas::showSheet() {
  const TrainingFacts& training = m_training.facts();
  const std::size_t shown = m_trainingPanel.shownSheet(training);
  const bool fresh = m_sheetsSeen != training.sheets;
  if (!m_trainingOpen || training.film.empty()) {
    return;
  }
  constexpr int kColumns = 4;
  constexpr int kStrip = 12;
  if (fresh || shown != m_sheetShown) {
    const model::Frame frame = sheetFrame(training.film[shown], kColumns);
    if (frame.width > 0 && m_sheetTexture.upload(frame).empty()) {
      m_sheetShown = shown;
    }
  }
  const int wanted = m_trainingPanel.hoveredSample();
  if (wanted >= 0 && (fresh || wanted != m_stripOf)) {
    const model::Frame frame = stripFrame(training.film, wanted, kStrip, m_stripLength);
    m_stripOf = frame.width > 0 && m_stripTexture.upload(frame).empty() ? wanted : -1;
  } else if (wanted < 0) {
    m_stripOf = -1;
  }
  m_sheetsSeen = training.sheets;
}

std::string ExplorerCanvas::readout() const {
  const auto pixel = m_picture.hoveredPixel();
  if (!pixel || !m_frame || m_frame->pixels.location != model::FramePixels::Location::Host) {
    return {};
  }
  const auto* rgba = m_frame->pixels.data + (static_cast<std::ptrdiff_t>(pixel->y()) * m_frame->width + pixel->x()) * 4;
  char text[80];
  std::snprintf(text, sizeof text, "%d, %d   %d %d %d   #%02x%02x%02x", pixel->x(), pixel->y(), rgba[0], rgba[1], rgba[2],
                rgba[0], rgba[1], rgba[2]);
  return text;
}

void ExplorerCanvas::buildUi() {
  if (m_frameIsNew && m_frame) {
    m_frameIsNew = false;
    m_uploadedGeneration = m_frame->generation;
    std::string problem = m_picture.show(*m_frame);
    if (m_pinnedFrame && m_pinnedFrame->quality != model::Quality::Exact && m_pinnedFrame->model == m_frame->model &&
        m_pinnedFrame->generation == m_frame->generation && problem.empty()) {
      problem = m_picture.pin(*m_frame);  // the better one of the same picture
      m_pinnedFrame->quality = m_frame->quality;
    }
    if (!problem.empty()) {
      // After this frame: a message bar that opens now would resize the canvas in the middle of it.
      const QString message = QString::fromStdString(problem);
      QMetaObject::invokeMethod(this, [this, message] { Q_EMIT drawingFailed(message); }, Qt::QueuedConnection);
    }
  }
  showInput();
  showSheet();
  m_previews.beginFrame();
  WindowDraft draft;
  draft.latent = m_explorer.latent();
  draft.view = m_view;
  draft.timeline = m_explorer.timeline();
  draft.secondsPerSeed = m_explorer.walk().secondsPerSeed();
  const WindowFacts shown = facts();
  drawDockspace();
  drawPicture(draft);
  if (!m_pictureOnly) {
    // The picture stays the largest thing: in a narrow window the panels give way, the less needed one first.
    // What the open model has not is not there: no latent for one that changes pictures, no classes where it knows none.
    const bool hasLatent = !shown.model || shown.model->info().input == model::InputKind::Latent;
    const int room = width() - (m_importOpen ? static_cast<int>(kPanelWidth) : 0);
    const bool roomForBoth = room >= kRoomForBothPanels;
    drawPanel(m_latentPanel, m_latentOpen && hasLatent && room >= kRoomForOnePanel, shown, draft);
    drawPanel(m_importPanel, m_importOpen, shown, draft);
    if (m_inputOpen && !hasLatent && width() >= kRoomForOnePanel) {
      dockBeside(m_latentPanel.title());
      drawPanel(m_inputPanel, true, shown, draft);
    }
    drawPanel(m_conditionPanel, m_conditionOpen && ConditionPanel::hasContent(shown.model) && roomForBoth, shown, draft);
    drawPanel(m_picturePanel, m_pictureOpen && roomForBoth, shown, draft);
    drawPanel(m_trainingPanel, m_trainingOpen, shown, draft);
    for (const auto& [panel, open] : {std::pair<Panel*, bool>(&m_wallPanel, m_wallOpen), {&m_timelinePanel, m_timelineOpen}, {&m_mapPanel, m_mapOpen}, {&m_gridPanel, m_gridOpen}}) {
      if (open) {
        dockBeside(m_trainingPanel.title());
        drawPanel(*panel, true, shown, draft);
      }
    }
    const QRectF picture = pictureRect();
    if (!m_importOpen) {  // over which the hints would lie
      m_hints.draw({static_cast<float>(picture.left()), static_cast<float>(picture.top())},
                   {static_cast<float>(picture.right()), static_cast<float>(picture.bottom())});
    }
  }
  m_previews.endFrame();
  adopt(draft);
}

void ExplorerCanvas::drawDockspace() {
  const ImGuiID dockspace = kDockspace;
  const bool first = ImGui::DockBuilderGetNode(dockspace) == nullptr;
  if (first || m_layOutAnew) {
    m_layOutAnew = false;
    ImGui::DockBuilderRemoveNode(dockspace);
    ImGui::DockBuilderAddNode(dockspace, ImGuiDockNodeFlags_DockSpace);
    ImGui::DockBuilderSetNodeSize(dockspace, ImGui::GetMainViewport()->Size);
    const float share = kPanelWidth / std::max(2.0F * kPanelWidth, ImGui::GetMainViewport()->Size.x);
    ImGuiID middle = dockspace;
    const float low = std::clamp(kTrainingHeight / std::max(1.0F, ImGui::GetMainViewport()->Size.y), 0.1F, 0.5F);
    const ImGuiID bottom = ImGui::DockBuilderSplitNode(middle, ImGuiDir_Down, low, nullptr, &middle);
    ImGui::DockBuilderDockWindow(m_trainingPanel.title(), bottom);
    ImGui::DockBuilderDockWindow(m_timelinePanel.title(), bottom);
    ImGui::DockBuilderDockWindow(m_wallPanel.title(), bottom);
    ImGui::DockBuilderDockWindow(m_mapPanel.title(), bottom);
    ImGui::DockBuilderDockWindow(m_gridPanel.title(), bottom);
    const ImGuiID left = ImGui::DockBuilderSplitNode(middle, ImGuiDir_Left, share, nullptr, &middle);
    const ImGuiID right = ImGui::DockBuilderSplitNode(middle, ImGuiDir_Right, share / (1.0F - share), nullptr, &middle);
    const ImGuiID beside = ImGui::DockBuilderSplitNode(
        middle, ImGuiDir_Left, std::min(0.5F, share / std::max(0.1F, 1.0F - 2.0F * share)), nullptr, &middle);
    ImGui::DockBuilderDockWindow(m_importPanel.title(), beside);
    ImGui::DockBuilderDockWindow(m_latentPanel.title(), left);
    ImGui::DockBuilderDockWindow(m_inputPanel.title(), left);  // of the two, a model has one
    ImGuiID below = right;
    constexpr float kConditionShare = 0.58F;
    const ImGuiID above = ImGui::DockBuilderSplitNode(below, ImGuiDir_Up, kConditionShare, nullptr, &below);
    ImGui::DockBuilderDockWindow(m_conditionPanel.title(), above);
    ImGui::DockBuilderDockWindow(m_picturePanel.title(), below);
    ImGui::DockBuilderFinish(dockspace);
  }
  ImGui::DockSpaceOverViewport(dockspace, ImGui::GetMainViewport(),
                               ImGuiDockNodeFlags_PassthruCentralNode | ImGuiDockNodeFlags_AutoHideTabBar |
                                   ImGuiDockNodeFlags_NoDockingOverCentralNode |
                                   (m_pictureOnly ? ImGuiDockNodeFlags_KeepAliveOnly : ImGuiDockNodeFlags_None));
}

void ExplorerCanvas::drawPanel(Panel& panel, bool open, const WindowFacts& shown, WindowDraft& draft) {
  if (!open) {
    return;
  }
  ImGui::SetNextWindowSize({kPanelWidth, 560.0F}, ImGuiCond_FirstUseEver);
  const ImGuiWindow* window = ImGui::FindWindowByName(panel.title());
  const bool docked = window && window->DockIsActive;  // then the cleared framebuffer is its ground
  if (m_toFront == &panel && docked && window->DockNode->TabBar) {
    window->DockNode->TabBar->NextSelectedTabId = window->TabId;  // else it would come behind the tab that is open
  }
  ImGui::PushStyleColor(ImGuiCol_WindowBg, colorVec(m_palette->panel, docked ? 0.0F : 1.0F));
  if (ImGui::Begin(panel.title(), nullptr, ImGuiWindowFlags_NoFocusOnAppearing)) {
    if (m_toFront == &panel && docked) {  // a frame passes until a new panel is docked
      m_toFront = nullptr;
    }
    panel.draw(shown, draft);
  }
  ImGui::End();
  ImGui::PopStyleColor();
}

void ExplorerCanvas::showTraining() {
  m_panelActions.back()->setChecked(true);
  requestFrames();
}

void ExplorerCanvas::showMap(std::vector<std::uint32_t> seeds, std::vector<std::pair<float, float>> places) {
  m_map = {false, m_map.version + 1, std::move(seeds), std::move(places)};
  requestFrames();
}

void ExplorerCanvas::mapEnded() {
  m_map.making = false;
  requestFrames();
}

void ExplorerCanvas::showTimeline() {
  for (QAction* action : m_panelActions) {
    if (action->text() == QLatin1String(m_timelinePanel.title())) {
      action->setChecked(true);
    }
  }
  m_toFront = &m_timelinePanel;
  requestFrames();
}

void ExplorerCanvas::showLayers() {
  if (!m_explorer.openModel()) {
    return;
  }
  m_importOpen = true;
  m_importPanel.forgetFindings();
  if (!m_explorer.openModel()->layout()) {
    m_explorer.readLayers();
  }
  requestFrames();
}

/// After this frame: the model must not go while Dear ImGui draws of it.
void ExplorerCanvas::adoptLayout(const WindowDraft& draft) {
  if (draft.closeLayers) {
    m_importOpen = false;
    m_importPanel.forgetFindings();
    requestFrames();
  }
  if (draft.layout) {
    QMetaObject::invokeMethod(this, [this, layout = *draft.layout] { m_explorer.takeLayout(layout); },
                              Qt::QueuedConnection);
  }
  if (draft.rememberLayout) {
    QMetaObject::invokeMethod(
        this,
        [this, layout = *draft.rememberLayout] {
          const auto path = model::sidecarPath(m_explorer.openModel()->path());
          QString problem;
          try {
            model::writeChainLayout(layout, path);
          } catch (const model::LayoutError& error) {
            problem = QString::fromStdString(error.what());
          }
          Q_EMIT layersRemembered(QString::fromStdString(path.string()), problem);
        },
        Qt::QueuedConnection);
  }
}

void ExplorerCanvas::drawPicture(WindowDraft& draft) {
  const ImGuiDockNode* central = ImGui::DockBuilderGetCentralNode(kDockspace);
  const ImGuiViewport& viewport = *ImGui::GetMainViewport();
  const bool whole = m_pictureOnly || !central;
  ImGui::SetNextWindowPos(whole ? viewport.Pos : central->Pos);
  ImGui::SetNextWindowSize(whole ? viewport.Size : central->Size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0F, 0.0F});
  constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoMove |
                                      ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoSavedSettings |
                                      ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoBackground |
                                      ImGuiWindowFlags_NoNav;
  if (ImGui::Begin(kPictureWindow, nullptr, kFlags)) {
    const double ratio = devicePixelRatioF();
    m_picture.draw(draft, ratio, QSize(static_cast<int>(width() * ratio), static_cast<int>(height() * ratio)),
                   {Qt::transparent, toQColor(m_palette->accent)});
  }
  ImGui::End();
  ImGui::PopStyleVar();
}

void ExplorerCanvas::adopt(const WindowDraft& draft) {
  const bool handIsActive = ImGui::IsAnyItemActive();
  const bool edited = draft.latent != m_explorer.latent() && m_explorer.openModel();
  // A drag begins a step of its own; nudges by wheel or arrows are one step while they go on at one control.
  if (handIsActive ? !m_handWasActive : edited && draft.edited != m_lastEdited) {
    m_explorer.endGesture();
  }
  if (edited) {
    m_lastEdited = draft.edited;
    m_explorer.edit(draft.latent, QString::fromStdString(draft.edited));
    m_hints.setWanted(false);
  }
  if (draft.timeline != m_explorer.timeline()) {
    m_explorer.editTimeline(draft.timeline, QString::fromStdString(draft.edited));
  }
  if (draft.drawMap) {
    m_map.making = true;
    const bool byPictures = *draft.drawMap == WindowDraft::MapKind::Pictures;
    QMetaObject::invokeMethod(this, [this, byPictures] { Q_EMIT mapAsked(byPictures); }, Qt::QueuedConnection);
  }
  if (draft.saveMixes) {
    QMetaObject::invokeMethod(this, [this, sheet = *draft.saveMixes] { Q_EMIT mixingSheetAsked(sheet); }, Qt::QueuedConnection);
  }
  if (draft.scrub) {
    m_explorer.setPlaying(false);
    m_explorer.scrub(*draft.scrub);
  }
  if (!handIsActive && m_handWasActive && !m_explorer.walking()) {
    m_explorer.endGesture();
  }
  m_handWasActive = handIsActive;
  m_explorer.walk().setSecondsPerSeed(draft.secondsPerSeed);
  adoptLayout(draft);
  if (draft.view != m_view) {
    m_view = draft.view;
    requestFrames();
    Q_EMIT viewChanged();
  }
  for (const TrainingCommand& command : draft.training) {
    QMetaObject::invokeMethod(this, [this, command] { Q_EMIT trainingAsked(command); }, Qt::QueuedConnection);
  }
  for (const DirectionCommand& command : draft.directions) {
    QMetaObject::invokeMethod(this, [this, command] { Q_EMIT directionAsked(command); }, Qt::QueuedConnection);
  }
  for (const Command command : draft.commands) {
    m_hints.setWanted(false);
    // After this frame: a dialog must not open while Dear ImGui is at work.
    QMetaObject::invokeMethod(this, [this, command] { Q_EMIT triggered(actionFor(command)); }, Qt::QueuedConnection);
  }
  if (const QString text = QString::fromStdString(readout()); text != m_readout) {
    m_readout = text;
    Q_EMIT readoutChanged(text);
  }
}

}  // namespace loom::ui
