#include "ui/shell/main_window.h"

#include "model/compute_device.h"
#include "ui/shell/direction_commands.h"
#include "ui/shell/explorer_canvas.h"
#include "ui/shell/file_menu.h"
#include "ui/shell/gallery_commands.h"
#include "ui/shell/gallery_panel.h"
#include "ui/shell/input_commands.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/model_menu.h"
#include "ui/shell/training_commands.h"
#include "ui/shell/picture_commands.h"
#include "ui/shell/project_commands.h"
#include "ui/shell/shortcuts_dialog.h"
#include "ui/shell/status_line.h"
#include "ui/theme/qt_theme.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

namespace loom::ui {
namespace {

QString modelSummary(const model::GeneratorInfo& info) {
  if (info.width == 0) {
    return QString::fromStdString(info.architecture);
  }
  const QString size = info.width == info.height ? QString::number(info.width) + QStringLiteral("²")
                                                 : QStringLiteral("%1 × %2").arg(info.width).arg(info.height);
  return QStringLiteral("%1 %2").arg(QString::fromStdString(info.architecture), size);
}

}  // namespace

MainWindow::MainWindow(Services& services, QWidget* parent) : QMainWindow(parent), m_services(services) {
  setWindowTitle(tr("Latent Loom"));
  setAcceptDrops(true);
  resize(1360, 880);
  setMinimumSize(640, 420);
  auto* central = new QWidget(this);
  auto* layout = new QVBoxLayout(central);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  m_message = new MessageBar(central);
  m_canvas = new ExplorerCanvas(m_explorer, m_training, central);
  layout->addWidget(m_message);
  layout->addWidget(m_canvas, 1);
  setCentralWidget(central);
  m_status = new StatusLine(this);
  setStatusBar(m_status);
  m_pictures = std::make_unique<PictureCommands>(m_explorer, *m_canvas, m_services, *m_status, *this);
  m_inputs = std::make_unique<InputCommands>(m_explorer, *m_status, *this);
  m_trainings = new TrainingCommands(m_explorer, m_training, m_services, *m_status, *m_message, *this);
  m_gallery = new GalleryPanel(m_services.gallery(), this);
  addDockWidget(Qt::RightDockWidgetArea, m_gallery);
  m_gallery->hide();
  m_galleryCommands = std::make_unique<GalleryCommands>(m_explorer, *m_canvas, m_services.gallery(), *m_status, *m_message);
  m_projects = new ProjectCommands(m_explorer, *m_canvas, m_services.projects(), *m_status, *m_message, *this);
  m_projects->setParent(this);
  new DirectionCommands(m_explorer, *m_canvas, m_services.directions(), *m_status, *m_message, *this);
  m_actions = makeActions(*this);
  buildMenus();
  connectActions();
  connectExplorer();
  connectServices();
  restoreSettings();
  refreshActions();
  m_canvas->setFocus();
}

MainWindow::~MainWindow() {
  // The stack tells of its last emptying, when the actions are gone already.
  disconnect(&m_explorer.undoStack(), nullptr, this, nullptr);
  disconnect(m_projects, nullptr, this, nullptr);
  disconnect(m_gallery, nullptr, this, nullptr);  // and the dock of its hiding
}

void MainWindow::buildMenus() {
  const auto add = [this](QMenu* menu, std::initializer_list<ActionId> ids) {
    for (const ActionId id : ids) {
      menu->addAction(m_actions[id]);
    }
  };
  QMenu* file = menuBar()->addMenu(tr("&File"));
  add(file, {ActionId::Open});
  QMenu* recent = file->addMenu(tr("Open &recent"));
  QMenu* examples = file->addMenu(tr("&Examples"));
  file->addSeparator();
  add(file, {ActionId::OpenProject, ActionId::SaveProject, ActionId::SaveProjectAs});
  file->addSeparator();
  add(file, {ActionId::KeepPicture, ActionId::SavePicture, ActionId::SavePictureAs, ActionId::SaveGrid, ActionId::SaveBatch,
             ActionId::SaveVideo, ActionId::PauseVideo, ActionId::CopyPicture});
  file->addSeparator();
  add(file, {ActionId::Quit});
  m_fileMenu = new FileMenu(m_services, *recent, *examples, this);

  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  add(edit, {ActionId::Undo, ActionId::Redo});
  edit->addSeparator();
  add(edit, {ActionId::Reset});

  QMenu* view = menuBar()->addMenu(tr("&View"));
  add(view, {ActionId::Fit, ActionId::OriginalSize, ActionId::ZoomIn, ActionId::ZoomOut, ActionId::Smooth});
  view->addSeparator();
  add(view, {ActionId::Pin, ActionId::Compare});
  view->addSeparator();
  QMenu* appearance = view->addMenu(tr("&Appearance"));
  m_appearances = new QActionGroup(this);
  const std::pair<Appearance, QString> kinds[] = {
      {Appearance::System, tr("As the &system")}, {Appearance::Dark, tr("&Dark")}, {Appearance::Light, tr("&Light")}};
  for (const auto& [kind, text] : kinds) {
    QAction* action = appearance->addAction(text);
    action->setCheckable(true);
    action->setData(static_cast<int>(kind));
    m_appearances->addAction(action);
  }
  QMenu* panels = view->addMenu(tr("&Panels"));
  QMenu* instruments = new QMenu(tr("&Instruments"), this);
  for (QAction* action : m_canvas->panelActions()) {
    panels->addAction(action);
    addAction(action);
    if (!action->shortcut().isEmpty()) {
      instruments->addAction(action);
    }
  }
  add(view, {ActionId::FullScreen, ActionId::ResetLayout});

  QMenu* latent = menuBar()->addMenu(tr("&Latent"));
  add(latent, {ActionId::Shuffle, ActionId::PreviousSeed, ActionId::NextSeed, ActionId::Walk});
  latent->addSeparator();
  add(latent, {ActionId::AddKeyframe, ActionId::PlayFilm});
  latent->addSeparator();
  add(latent, {ActionId::OpenInput, ActionId::PasteInput, ActionId::FormerInput});

  menuBar()->addMenu(instruments);
  instruments->addSeparator();
  add(instruments, {ActionId::ShowGallery});

  m_modelMenu = new ModelMenu(m_explorer, *menuBar()->addMenu(tr("&Model")), this);

  add(menuBar()->addMenu(tr("&Train")),
      {ActionId::NewTraining, ActionId::ResumeTraining, ActionId::PauseTraining, ActionId::StopTraining});

  QMenu* help = menuBar()->addMenu(tr("&Help"));
  add(help, {ActionId::Shortcuts, ActionId::About});
}

void MainWindow::connectActions() {
  const auto on = [this](ActionId id, auto call) { connect(m_actions[id], &QAction::triggered, this, call); };
  on(ActionId::Open, [this] { chooseFile(); });
  on(ActionId::SavePicture, [this] { m_pictures->save(); });
  on(ActionId::SavePictureAs, [this] { m_pictures->saveAs(); });
  on(ActionId::SaveGrid, [this] { m_pictures->saveGrid(); });
  on(ActionId::SaveBatch, [this] { m_pictures->saveBatch(); });
  connect(m_canvas, &ExplorerCanvas::mixingSheetAsked, this, [this](const MixingSheet& sheet) { m_pictures->saveMixes(sheet); });
  on(ActionId::SaveVideo, [this] { m_pictures->saveVideo(); });
  on(ActionId::PauseVideo, [this](bool paused) { m_services.pauseVideo(paused); });
  m_actions[ActionId::PauseVideo]->setEnabled(false);
  connect(&m_services, &Services::videoChanged, this, [this](bool making, bool paused) {
    m_actions[ActionId::PauseVideo]->setEnabled(making);
    m_actions[ActionId::PauseVideo]->setChecked(paused);
    m_canvas->setVideo(making, paused);
  });
  on(ActionId::CopyPicture, [this] { m_pictures->copy(); });
  on(ActionId::Quit, [this] { close(); });
  on(ActionId::Undo, [this] {
    m_explorer.setWalking(false);
    m_explorer.undoStack().undo();
  });
  on(ActionId::Redo, [this] {
    m_explorer.setWalking(false);
    m_explorer.undoStack().redo();
  });
  on(ActionId::Reset, [this] { m_explorer.resetEdits(); });
  on(ActionId::Shuffle, [this] { m_explorer.shuffleSeed(); });
  on(ActionId::PreviousSeed, [this] { m_explorer.stepSeed(-1); });
  on(ActionId::NextSeed, [this] { m_explorer.stepSeed(1); });
  on(ActionId::Walk, [this](bool walk) { m_explorer.setWalking(walk); });
  on(ActionId::PlayFilm, [this](bool play) {
    m_explorer.setPlaying(play);
    m_actions[ActionId::PlayFilm]->setChecked(m_explorer.playing());
  });
  on(ActionId::AddKeyframe, [this] { addKeyframe(); });
  on(ActionId::OpenProject, [this] { m_projects->choose(); });
  on(ActionId::SaveProject, [this] { m_projects->save(); });
  on(ActionId::SaveProjectAs, [this] { m_projects->saveAs(); });
  connect(m_projects, &ProjectCommands::changed, this, &MainWindow::refreshTitle);
  connect(&m_explorer, &Explorer::timelineChanged, this, [this] {
    m_actions[ActionId::PlayFilm]->setEnabled(model::durationOf(m_explorer.timeline()) > 0.0);
    m_actions[ActionId::SaveVideo]->setEnabled(model::durationOf(m_explorer.timeline()) > 0.0);
  });
  m_actions[ActionId::PlayFilm]->setEnabled(false);
  m_actions[ActionId::SaveVideo]->setEnabled(false);
  on(ActionId::OpenInput, [this] { m_inputs->open(); });
  on(ActionId::PasteInput, [this] { m_inputs->paste(); });
  on(ActionId::FormerInput, [this] { m_inputs->takeFormer(); });
  on(ActionId::NewTraining, [this] { m_trainings->begin(); });
  on(ActionId::ResumeTraining, [this] { m_trainings->resume(); });
  on(ActionId::PauseTraining, [this](bool paused) { m_training.setPaused(paused); });
  on(ActionId::StopTraining, [this] { m_training.stop(); });
  connect(m_canvas, &ExplorerCanvas::trainingAsked, m_trainings, &TrainingCommands::carryOut);
  connect(m_trainings, &TrainingCommands::shown, m_canvas, &ExplorerCanvas::showTraining);
  connect(&m_training, &Training::changed, this, [this] {
    const auto state = m_training.facts().state;
    m_actions[ActionId::PauseTraining]->setChecked(state == TrainingFacts::State::Paused);
    for (const ActionId id : {ActionId::PauseTraining, ActionId::StopTraining}) {
      m_actions[id]->setEnabled(m_training.active());
    }
  });
  for (const ActionId id : {ActionId::PauseTraining, ActionId::StopTraining}) {
    m_actions[id]->setEnabled(false);
  }
  on(ActionId::KeepPicture, [this] { m_galleryCommands->keep(); });
  on(ActionId::ShowGallery, [this](bool show) {
    m_gallery->setVisible(show);
    if (show) {
      m_gallery->takeFocus();
    }
  });
  connect(m_gallery, &QDockWidget::visibilityChanged, this,
          [this] { m_actions[ActionId::ShowGallery]->setChecked(m_gallery->isVisible()); });
  on(ActionId::Fit, [this] { m_canvas->fit(); });
  on(ActionId::OriginalSize, [this] { m_canvas->originalSize(); });
  on(ActionId::ZoomIn, [this] { m_canvas->zoomBy(1.25); });
  on(ActionId::ZoomOut, [this] { m_canvas->zoomBy(0.8); });
  on(ActionId::Smooth, [this](bool smooth) { m_canvas->setSmooth(smooth); });
  on(ActionId::Pin, [this] { m_canvas->pin(); });
  on(ActionId::Compare, [this](bool compare) { m_canvas->setCompare(compare); });
  on(ActionId::FullScreen, [this](bool full) { setFullScreen(full); });
  on(ActionId::ResetLayout, [this] { m_canvas->resetLayout(); });
  on(ActionId::Shortcuts, [this] { ShortcutsDialog(this).exec(); });
  on(ActionId::About, [this] { showAbout(); });
  connect(m_appearances, &QActionGroup::triggered, this,
          [this](QAction* action) { setAppearance(static_cast<Appearance>(action->data().toInt())); });
  connect(&m_explorer.undoStack(), &QUndoStack::indexChanged, this, &MainWindow::refreshActions);
  connect(m_canvas, &ExplorerCanvas::viewChanged, this, &MainWindow::refreshActions);
  connect(m_canvas, &ExplorerCanvas::triggered, this, [this](ActionId id) { m_actions[id]->trigger(); });
  connect(m_canvas, &ExplorerCanvas::drawingFailed, this,
          [this](const QString& message) { m_message->show(MessageBar::Kind::Error, message); });
  connect(m_canvas, &ExplorerCanvas::layersRemembered, this, [this](const QString& path, const QString& problem) {
    if (problem.isEmpty()) {
      m_status->tell(tr("the layers are remembered in %1").arg(QFileInfo(path).fileName()));
    } else {
      m_message->show(MessageBar::Kind::Error, problem);
    }
  });
  connect(m_modelMenu, &ModelMenu::layersAsked, m_canvas, &ExplorerCanvas::showLayers);
  connect(m_canvas, &ExplorerCanvas::readoutChanged, m_status, &StatusLine::setReadout);
}

void MainWindow::connectExplorer() {
  connect(&m_explorer, &Explorer::opened, this, &MainWindow::modelOpened);
  connect(&m_explorer, &Explorer::openingChanged, this, [this] {
    if (!m_explorer.opening()) {
      m_status->endJob(StatusLine::Job::Opening);
    }
  });
  connect(&m_explorer, &Explorer::openProgress, this, [this](double fraction) {
    m_status->showJob(StatusLine::Job::Opening, tr("Opening %1").arg(QFileInfo(m_explorer.openingPath()).fileName()), fraction);
  });
  connect(&m_explorer, &Explorer::openFailed, this, [this](const QString&, const QString& message) {
    m_restoring = false;
    m_message->show(MessageBar::Kind::Error, message);
  });
  connect(&m_explorer, &Explorer::trustNeeded, this, &MainWindow::askForTrust);
  connect(&m_explorer, &Explorer::frameFailed, this,
          [this](const QString& message) { m_message->show(MessageBar::Kind::Error, message); });
  connect(&m_explorer, &Explorer::inputFailed, this,
          [this](const QString& message) { m_message->show(MessageBar::Kind::Error, message); });
  connect(&m_explorer, &Explorer::frameReady, this, [this, told = model::deviceNews().number](const model::Frame& frame) mutable {
    if (const model::DeviceNews news = model::deviceNews(); news.number != told) {
      told = news.number;
      m_message->show(MessageBar::Kind::Notice, QString::fromStdString(news.sentence));
      m_status->setDevice(tr("CPU"), QString::fromStdString(news.sentence));
    }
    if (frame.generation == m_explorer.newestGeneration()) {
      m_wonder.stop();
      m_status->setWorking(false);
    }
    m_status->setFrameTime(frame.timings.total(), frame.quality == model::Quality::Coarse  ? tr("coarse")
                                                  : frame.quality == model::Quality::Draft ? tr("draft")
                                                                                           : QString());
  });
  constexpr int kWonderAfterMs = 250;
  m_wonder.setSingleShot(true);
  m_wonder.setInterval(kWonderAfterMs);
  connect(&m_wonder, &QTimer::timeout, this, [this] { m_status->setWorking(m_explorer.rendering()); });
  connect(&m_explorer, &Explorer::latentChanged, this, [this] {
    if (m_explorer.openModel() && !m_wonder.isActive()) {
      m_wonder.start();
    }
  });
  connect(&m_explorer, &Explorer::walkingChanged, m_actions[ActionId::Walk], &QAction::setChecked);
  connect(&m_explorer, &Explorer::playingChanged, m_actions[ActionId::PlayFilm], &QAction::setChecked);
  connect(m_status, &StatusLine::cancelRequested, this, [this](StatusLine::Job job) {
    switch (job) {
      case StatusLine::Job::Opening: m_explorer.cancelOpen(); break;
      case StatusLine::Job::Saving: m_services.cancelExport(); break;
      case StatusLine::Job::Gallery: m_services.gallery().cancel(); break;
      case StatusLine::Job::Map: m_services.cancelMap(); break;
      case StatusLine::Job::Directions: break;  // DirectionCommands hears it, too
    }
  });
}

void MainWindow::connectServices() {
  connect(&m_services, &Services::exportProgress, this, [this](const QString& what, double fraction) {
    m_status->showJob(StatusLine::Job::Saving, what, fraction);
  });
  connect(&m_services, &Services::exportDone, this, [this](const QString& path) {
    m_status->endJob(StatusLine::Job::Saving);
    m_status->tell(tr("saved %1").arg(QDir::toNativeSeparators(path)));
  });
  connect(&m_services, &Services::exportCancelled, this, [this] {
    m_status->endJob(StatusLine::Job::Saving);
    m_status->tell(tr("cancelled, nothing was written"));
  });
  connect(&m_services, &Services::exportFailed, this, [this](const QString& message) {
    m_status->endJob(StatusLine::Job::Saving);
    m_message->show(MessageBar::Kind::Error, message);
  });
  connect(&m_services, &Services::stateMissing, this, [this](const QString& path, const QString& message) {
    if (m_explorer.takesPicture()) {
      m_explorer.openInput(path);
    } else {
      m_message->show(MessageBar::Kind::Error, message);
    }
  });
  connect(&m_services, &Services::restoreFailed, this,
          [this](const QString& message) { m_message->show(MessageBar::Kind::Error, message); });
  connect(&m_services, &Services::stateFound, this, &MainWindow::stateFound);
  connect(&m_services, &Services::checkpointNeeded, this,
          [this](const QString& message, const QString& sha256, const model::SavedState& state) {
            m_pending = PendingState{sha256, state};
            m_message->show(MessageBar::Kind::Note, message);
          });
  connect(&m_services, &Services::hashed, this, [this](std::uint64_t model, const QString& sha256) {
    if (m_explorer.openModel() && m_explorer.openModel()->id() == model) {
      m_projects->hashed(sha256);
    }
    if (m_pending && m_pending->sha256 == sha256 && m_explorer.openModel() && m_explorer.openModel()->id() == model) {
      goTo(m_pending->state);
      m_pending.reset();
      m_message->hide();
      m_status->tell(tr("the picture's state is back"));
    }
  });
  connect(m_canvas, &ExplorerCanvas::mapAsked, this, [this](bool byPictures) {
    model::LatentState look = m_explorer.latent();
    look.edits.clear();
    look.locks.clear();
    m_services.makeMap(m_explorer.openModel(), look, byPictures);
  });
  connect(&m_services, &Services::mapProgress, this,
          [this](double fraction) { m_status->showJob(StatusLine::Job::Map, tr("Drawing the map"), fraction); });
  connect(&m_services, &Services::mapMade, this, [this](std::uint64_t model, const auto& seeds, const auto& places) {
    m_status->endJob(StatusLine::Job::Map);
    if (m_explorer.openModel() && m_explorer.openModel()->id() == model) {
      m_canvas->showMap(seeds, places);
    }
  });
  connect(&m_services, &Services::mapFailed, this, [this](const QString& message) {
    m_status->endJob(StatusLine::Job::Map);
    m_canvas->mapEnded();
    if (!message.isEmpty()) {
      m_message->show(MessageBar::Kind::Error, message);
    }
  });
  connect(m_fileMenu, &FileMenu::chosen, this, &MainWindow::openFile);
  connect(m_fileMenu, &FileMenu::exampleMissing, this,
          [this](const QString& message) { m_message->show(MessageBar::Kind::Note, message); });
}

void MainWindow::openFile(const QString& path) {
  m_restoring = false;
  if (m_services.projects().isProject(path)) {
    m_projects->open(path);
  } else if (m_services.isPicture(path)) {
    m_services.restore(path);
  } else if (m_inputs->wantsFile(path)) {
    m_explorer.openInput(path);
  } else {
    m_explorer.open(path);
  }
}

bool MainWindow::openLast() {
  const QSettings settings;
  const QString path = settings.value(QStringLiteral("lastCheckpoint")).toString();
  if (!QFileInfo(path).isFile()) {
    return false;
  }
  std::optional<model::SavedState> state;
  const std::string json = settings.value(QStringLiteral("lastState")).toString().toStdString();
  try {
    state = model::SavedState{model::latentStateFromJson(json), model::zFromJson(json),
                              settings.value(QStringLiteral("lastGroup")).toString().toStdString()};
  } catch (const std::exception&) {
    // Settings that somebody edited, or none yet: the checkpoint alone is opened.
  }
  m_explorer.open(path, std::move(state));
  return true;
}

void MainWindow::modelOpened() {
  const auto& model = m_explorer.openModel();
  const QString path = QString::fromStdString(model->path().string());
  if (m_message->kind() != MessageBar::Kind::Notice) {
    m_message->hide();
  }
  m_status->setModel(QFileInfo(path).fileName(), modelSummary(model->info()));
  m_status->setDevice(QString::fromStdString(model::computeDevice().name),
                      QString::fromStdString(model::computeDevice().reason));
  setWindowFilePath(path);
  refreshTitle();
  if (path != m_services.bundledCheckpoint()) {
    m_fileMenu->noteOpened(path);
  }
  m_services.noteOpened(model);
  if (m_explorer.takesPicture()) {
    m_explorer.setWalking(false);
  }
  if (std::exchange(m_restoring, false)) {
    m_status->tell(tr("the picture's state is back"));
  }
  refreshActions();
}

void MainWindow::refreshTitle() {
  const auto& model = m_explorer.openModel();
  QString name = model ? QFileInfo(QString::fromStdString(model->path().string())).fileName() : QString();
  if (!m_projects->path().isEmpty()) {
    const QString mark = m_projects->modified() ? QStringLiteral("*") : QString();
    name = QFileInfo(m_projects->path()).fileName() + mark + (name.isEmpty() ? QString() : QStringLiteral(" · ") + name);
  }
  setWindowTitle(name.isEmpty() ? tr("Latent Loom") : tr("%1 — Latent Loom").arg(name));
}

void MainWindow::addKeyframe() {
  if (!m_explorer.openModel() || m_explorer.takesPicture()) {
    return;
  }
  constexpr double kSeconds = 2.0;
  model::Timeline film = m_explorer.timeline();
  auto& keyframes = film.keyframes;
  const double now = m_explorer.playhead();
  const auto behind = std::find_if(keyframes.begin(), keyframes.end(), [&](const auto& other) { return other.seconds > now; });
  const bool between = behind != keyframes.end() && behind != keyframes.begin() && std::prev(behind)->seconds < now;
  double seconds = 0.0;
  if (between) {
    seconds = now;
    keyframes.insert(behind, {seconds, model::Easing::Linear, m_explorer.latent()});
  } else {
    const double gap = keyframes.size() > 1 ? keyframes.back().seconds / static_cast<double>(keyframes.size() - 1) : kSeconds;
    seconds = keyframes.empty() ? 0.0 : keyframes.back().seconds + std::max(0.1, gap);
    keyframes.push_back({seconds, model::Easing::Linear, m_explorer.latent()});
  }
  m_explorer.setWalking(false);
  m_explorer.endGesture();
  m_explorer.editTimeline(film, tr("add a keyframe"));
  m_explorer.scrub(seconds);
  m_explorer.endGesture();
  m_canvas->showTimeline();
  m_status->tell(tr("keyframe %1 of the film").arg(keyframes.size()));
}

void MainWindow::askForTrust(const QString& path, const QString& message) {
  auto* box = new QMessageBox(QMessageBox::Warning, tr("Run this file's program?"), message, QMessageBox::NoButton, this);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setTextFormat(Qt::PlainText);
  const QPushButton* run = box->addButton(tr("Trust and run"), QMessageBox::AcceptRole);
  box->setDefaultButton(box->addButton(QMessageBox::Cancel));
  connect(run, &QPushButton::clicked, this, [this, path] {
    model::OpenOptions options;
    options.trust = true;
    m_explorer.open(path, std::nullopt, options);
  });
  box->open();
}

void MainWindow::stateFound(const QString& checkpointPath, const model::SavedState& state) {
  const auto& model = m_explorer.openModel();
  const bool sameGroup = model && (state.group.empty() || state.group == model->group());
  if (sameGroup && QFileInfo(QString::fromStdString(model->path().string())) == QFileInfo(checkpointPath)) {
    goTo(state);
    m_message->hide();
  } else {
    m_explorer.open(checkpointPath, state);
    m_restoring = true;  // told once it is true
    return;
  }
  m_status->tell(tr("the picture's state is back"));
}

void MainWindow::goTo(const model::SavedState& state) {
  m_explorer.setWalking(false);
  m_explorer.endGesture();
  m_explorer.edit(model::exactState(state, m_explorer.openModel()->info()), tr("the picture's state"));
  m_explorer.endGesture();
}

void MainWindow::chooseFile() {
  QSettings settings;
  const QString path = QFileDialog::getOpenFileName(
      this, tr("Open"), settings.value(QStringLiteral("openFolder")).toString(),
      tr("Checkpoints, saved pictures and projects (*.safetensors *.pth *.pt *.ckpt *.bin *.pkl *.ts *.tar *.png *.jpg *.jpeg *.tif *.tiff *.loom);;"
         "All files (*)"));
  if (!path.isEmpty()) {
    settings.setValue(QStringLiteral("openFolder"), QFileInfo(path).absolutePath());
    openFile(path);
  }
}

void MainWindow::setFullScreen(bool on) {
  if (on == isFullScreen()) {
    return;
  }
  if (on) {
    m_maximizedBefore = isMaximized();
    showFullScreen();
  } else if (m_maximizedBefore) {
    showMaximized();
  } else {
    showNormal();
  }
}

void MainWindow::changeEvent(QEvent* event) {
  QMainWindow::changeEvent(event);
  if (event->type() == QEvent::WindowStateChange && m_status) {
    const bool full = isFullScreen();
    menuBar()->setVisible(!full);
    m_status->setVisible(!full);
    m_canvas->setPictureOnly(full);
    if (full) {
      m_galleryBefore = m_galleryBefore || m_gallery->isVisible();
      m_gallery->hide();
    } else if (std::exchange(m_galleryBefore, false)) {
      m_gallery->show();
    }
    m_actions[ActionId::FullScreen]->setChecked(full);
  }
}

void MainWindow::showAbout() {
  QMessageBox box(this);
  box.setWindowTitle(tr("About Latent Loom"));
  box.setTextFormat(Qt::PlainText);
  box.setText(tr("Latent Loom %1").arg(QStringLiteral(LOOM_VERSION)));
  box.setInformativeText(tr("Open a GAN checkpoint and move through its latent space.\n\nApache License 2.0. "
                            "Computes on: %1.")
                             .arg(QString::fromStdString(model::computeDevice().name)));
  box.setDetailedText(m_services.licences());
  box.exec();
}

void MainWindow::setAppearance(Appearance appearance) {
  m_appearance = appearance;
  const Palette& palette = paletteFor(appearance);
  applyQtTheme(palette);
  m_message->setPalette(palette);
  m_canvas->setPalette(palette);
  m_gallery->setPalette(palette);
  for (QAction* action : m_appearances->actions()) {
    action->setChecked(action->data().toInt() == static_cast<int>(appearance));
  }
  QSettings().setValue(QStringLiteral("appearance"), static_cast<int>(appearance));
}

void MainWindow::refreshActions() {
  const QUndoStack& undo = m_explorer.undoStack();
  m_actions[ActionId::Undo]->setEnabled(undo.canUndo());
  m_actions[ActionId::Redo]->setEnabled(undo.canRedo());
  m_actions[ActionId::Undo]->setText(undo.canUndo() ? tr("&Undo %1").arg(undo.undoText()) : tr("&Undo"));
  m_actions[ActionId::Redo]->setText(undo.canRedo() ? tr("&Redo %1").arg(undo.redoText()) : tr("&Redo"));
  const ViewSettings& view = m_canvas->view();
  m_actions[ActionId::Smooth]->setChecked(view.smooth);
  m_actions[ActionId::Compare]->setChecked(view.compare);
  m_actions[ActionId::Compare]->setEnabled(m_canvas->pinned());
  const bool takesPicture = m_explorer.takesPicture();
  for (const ActionId id : {ActionId::SaveGrid, ActionId::SaveBatch, ActionId::Shuffle, ActionId::PreviousSeed, ActionId::NextSeed,
                            ActionId::Walk, ActionId::Reset}) {
    m_actions[id]->setEnabled(!takesPicture);  // it knows no seeds
  }
  m_actions[ActionId::OpenInput]->setEnabled(takesPicture);
  m_actions[ActionId::PasteInput]->setEnabled(takesPicture);
  m_actions[ActionId::FormerInput]->setEnabled(takesPicture && m_explorer.hasFormerPicture());
}

void MainWindow::restoreSettings() {
  const QSettings settings;
  const int appearance = settings.value(QStringLiteral("appearance"), 0).toInt();
  setAppearance(appearance >= 0 && appearance <= 2 ? static_cast<Appearance>(appearance) : Appearance::System);
  restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
  restoreState(settings.value(QStringLiteral("docks")).toByteArray());
  m_canvas->restoreSettings();
}

void MainWindow::saveSettings() const {
  QSettings settings;
  if (const auto& model = m_explorer.openModel()) {
    settings.setValue(QStringLiteral("lastCheckpoint"), QString::fromStdString(model->path().string()));
    settings.setValue(QStringLiteral("lastGroup"), QString::fromStdString(model->group()));
    settings.setValue(QStringLiteral("lastState"),
                      QString::fromStdString(model::latentStateToJson(m_explorer.latent(), m_explorer.z())));
  }
  if (!isFullScreen()) {
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    settings.setValue(QStringLiteral("docks"), saveState());
  }
  m_canvas->saveSettings();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!m_projects->mayClose()) {
    event->ignore();
    return;
  }
  m_projects->closed();
  saveSettings();
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  const auto urls = event->mimeData()->urls();
  if ((urls.size() == 1 && urls.first().isLocalFile()) || (urls.isEmpty() && m_inputs->wants(*event->mimeData()))) {
    event->acceptProposedAction();
  }
}

void MainWindow::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  if (event->mimeData()->hasUrls()) {
    openFile(event->mimeData()->urls().first().toLocalFile());
  } else {
    m_inputs->take(*event->mimeData());
  }
}

}  // namespace loom::ui
