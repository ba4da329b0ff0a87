#include "ui/shell/imgui_backend/imgui_canvas.h"

#include "ui/shell/imgui_backend/imgui_pace.h"

#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>

#include <QEvent>
#include <QKeyEvent>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QScreen>

#include <algorithm>

namespace loom::ui {
namespace {

// Fading and scrolling of Dear ImGui's own is over in a second; a control that shows another number in every frame
// would never be, and must not keep the program awake.
constexpr int kChangesAllowed = 90;

bool isPlainTab(const QEvent& event) {
  if (event.type() != QEvent::KeyPress) {
    return false;
  }
  const auto& press = static_cast<const QKeyEvent&>(event);
  return (press.key() == Qt::Key_Tab || press.key() == Qt::Key_Backtab) &&
         !(press.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
}

}  // namespace

ImGuiCanvas::ImGuiCanvas(QWidget* parent) : QWidget(parent), m_backend(*this), m_screen(GlScreen::make(*this)) {
  connect(m_screen.get(), &GlScreen::initialize, this, &ImGuiCanvas::initializeGl);
  connect(m_screen.get(), &GlScreen::paint, this, &ImGuiCanvas::paintGl);
  connect(m_screen.get(), &GlScreen::contextGoes, this, &ImGuiCanvas::releaseGl);
  connect(m_screen.get(), &GlScreen::presented, this, &ImGuiCanvas::frameSwapped);
  setFocusPolicy(Qt::StrongFocus);
  setContextMenuPolicy(Qt::PreventContextMenu);  // the right button is Dear ImGui's
  setMouseTracking(true);
  m_next.setSingleShot(true);
  m_next.setTimerType(Qt::PreciseTimer);
  connect(&m_next, &QTimer::timeout, this, [this] {
    if (m_wakeSettles) {
      requestFrames(2);  // a window that opens is measured in its first frame and shown in its second
    } else {
      m_screen->requestFrame();
    }
  });
  m_layoutTimer.setSingleShot(true);
  connect(&m_layoutTimer, &QTimer::timeout, this, &ImGuiCanvas::tellLayoutChanged);
}

ImGuiCanvas::~ImGuiCanvas() {
  releaseGl();  // the renderer at least, where a derived class forgot
  m_screen->disconnect(this);  // its context goes last
}

void ImGuiCanvas::requestFrames(int count) {
  m_framesWanted = std::max(m_framesWanted, count);
  m_changesAllowed = kChangesAllowed;
  if (!m_inFrame) {  // within a frame, its end schedules the next
    m_next.stop();
    m_screen->requestFrame();
  }
}

void ImGuiCanvas::thinkAhead() {
  constexpr int kWaitForContentMs = 12;
  m_inFrame = true;
  makeCurrent();
  m_backend.newFrame();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  buildUi();
  m_backend.makeContextCurrent();
  ImGui::EndFrame();
  doneCurrent();
  m_inFrame = false;
  m_framesWanted = 1;    // the hand is still moving: whatever has to settle does so when it lets go
  m_changesAllowed = 0;
  if (newContentIsDue()) {
    m_next.start(kWaitForContentMs);
  } else {
    m_next.stop();
    m_screen->requestFrame();
  }
}

QByteArray ImGuiCanvas::layoutState() {
  m_backend.makeContextCurrent();
  std::size_t size = 0;
  const char* text = ImGui::SaveIniSettingsToMemory(&size);
  return {text, static_cast<qsizetype>(size)};
}

void ImGuiCanvas::restoreLayoutState(const QByteArray& state) {
  // Kept settings may be of any age and origin, and reading begins with forgetting the docks that are there.
  if (!state.contains("[Window][")) {
    return;
  }
  m_backend.makeContextCurrent();
  ImGui::LoadIniSettingsFromMemory(state.constData(), static_cast<std::size_t>(state.size()));
  requestFrames();
}

void ImGuiCanvas::paintEvent(QPaintEvent* event) { m_screen->hostPaints(*event); }

void ImGuiCanvas::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_screen->hostResized();
}

void ImGuiCanvas::initializeGl() {
  m_backend.makeContextCurrent();
  if (!m_uiIsSetUp) {
    setUpUi();
    m_uiIsSetUp = true;
  }
  m_damage.forget();
  m_rendererIsUp = ImGui_ImplOpenGL3_Init("#version 330 core");
  requestFrames();
}

void ImGuiCanvas::releaseGl() {
  if (!context()) {
    return;
  }
  makeCurrent();
  m_backend.makeContextCurrent();
  tearDownGl();
  if (m_rendererIsUp) {
    ImGui_ImplOpenGL3_Shutdown();
    m_rendererIsUp = false;
  }
  doneCurrent();
}

void ImGuiCanvas::paintGl() {
  // Something in buildUi() may run an event loop; a frame within a frame is none.
  if (!m_rendererIsUp || m_inFrame) {
    return;
  }
  m_inFrame = true;
  m_sinceFrame.start();
  drawFrame();
  m_inFrame = false;
  ++m_framesDrawn;
  scheduleNext();
  watchLayout();
  constexpr double kMsPerNs = 1e-6;
  Q_EMIT framePainted(static_cast<double>(m_sinceFrame.nsecsElapsed()) * kMsPerNs);
}

void ImGuiCanvas::drawFrame() {
  m_backend.newFrame();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  buildUi();
  m_backend.makeContextCurrent();  // whatever buildUi() called
  m_backend.drawComposition();
  ImGui::Render();
  const std::uint64_t digest = digestOf(*ImGui::GetDrawData());
  m_frameChanged = digest != m_digest;
  m_digest = digest;
  ImDrawData& drawn = *ImGui::GetDrawData();
  const QSize framebuffer = framebufferSize();
  const QRegion changed = changedRegion(drawn, framebuffer);
  m_screen->setDrawn(changed);
  DrawDataCut cut(drawn, framebuffer);
  for (const QRect& part : changed) {
    cut.to(part);
    drawPart(part, framebuffer);
  }
  m_backend.endFrame();
}

QRegion ImGuiCanvas::changedRegion(ImDrawData& drawn, const QSize& framebuffer) {
  const QRect whole(QPoint(0, 0), framebuffer);
  if (!m_screen->keepsLastFrame()) {
    m_damage.forget();
  }
  if (!m_screen->wantsChanges()) {
    return whole;
  }
  std::vector<ScenePart> scene = sceneParts();
  scene.push_back({whole, clearColor().rgba()});
  return m_damage.next(drawn, framebuffer, scene);
}

void ImGuiCanvas::drawPart(const QRect& part, const QSize& framebuffer) {
  QOpenGLFunctions& gl = *context()->functions();
  const auto begin = [&] {
    gl.glBindFramebuffer(GL_FRAMEBUFFER, m_screen->framebuffer());
    gl.glViewport(0, 0, framebuffer.width(), framebuffer.height());
    gl.glEnable(GL_SCISSOR_TEST);
    gl.glScissor(part.left(), framebuffer.height() - part.bottom() - 1, part.width(), part.height());
  };
  begin();
  const QColor ground = clearColor();
  gl.glClearColor(static_cast<float>(ground.redF()), static_cast<float>(ground.greenF()),
                  static_cast<float>(ground.blueF()), 1.0F);
  gl.glClear(GL_COLOR_BUFFER_BIT);
  paintScene(part);
  begin();
  gl.glDisable(GL_SCISSOR_TEST);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

int ImGuiCanvas::framePeriodMs() const {
  // Somewhat less than the screen's own: where swapping waits for the screen that sets the pace, and a timer of the
  // whole period would miss every other refresh. Where it does not wait, this does.
  constexpr double kShare = 0.75;
  constexpr double kSlowest = 30.0;
  constexpr double kFastest = 240.0;
  const double refreshRate = screen() ? screen()->refreshRate() : kSlowest;
  return static_cast<int>(kShare * 1000.0 / std::clamp(refreshRate, kSlowest, kFastest));
}

void ImGuiCanvas::scheduleNext() {
  m_framesWanted = std::max(0, m_framesWanted - 1);
  const bool queued = m_backend.hasQueuedInput();
  bool moving = m_framesWanted > 0 || wantsAnimation() || queued;
  if (!moving && m_frameChanged && m_changesAllowed > 0) {
    --m_changesAllowed;
    moving = true;
  }
  m_wakeSettles = !moving;
  if (queued) {
    m_next.start(0);  // a hand waits for it
  } else if (moving) {
    m_next.start(std::max(0, framePeriodMs() - static_cast<int>(m_sinceFrame.elapsed())));
  } else if (const auto rest = timeToNextChange(*m_backend.context(), hasFocus())) {
    m_next.start(*rest);
  } else {
    m_next.stop();
  }
}

void ImGuiCanvas::watchLayout() {
  // Dear ImGui counts down to io.WantSaveIniSettings frame by frame, and at rest there are none.
  ImGuiContext& imgui = *m_backend.context();
  if (imgui.IO.WantSaveIniSettings || imgui.SettingsDirtyTimer > 0.0F) {
    imgui.IO.WantSaveIniSettings = false;
    imgui.SettingsDirtyTimer = 0.0F;
    constexpr float kMsPerSecond = 1000.0F;
    m_layoutTimer.start(static_cast<int>(imgui.IO.IniSavingRate * kMsPerSecond));
  }
}

void ImGuiCanvas::tellLayoutChanged() {
  m_backend.makeContextCurrent();
  if (ImGui::IsAnyMouseDown()) {
    m_layoutTimer.start();
    return;
  }
  Q_EMIT layoutChanged();
}

bool ImGuiCanvas::event(QEvent* event) {
  if (isPlainTab(*event) && focusNextPrevChild(static_cast<QKeyEvent*>(event)->key() == Qt::Key_Tab)) {
    event->accept();
    return true;
  }
  const bool taken = m_backend.handle(*event);
  if (taken && event->type() == QEvent::ShortcutOverride) {
    event->accept();
    return true;
  }
  const bool resettles =
      event->type() == QEvent::Resize || event->type() == QEvent::Show || event->type() == QEvent::ScreenChangeInternal;
  if (taken && event->type() == QEvent::MouseMove && m_rendererIsUp && !m_inFrame && m_backend.context()->ActiveId != 0) {
    thinkAhead();
  } else if (taken || resettles) {
    requestFrames();
  }
  if (taken && (event->isInputEvent() || event->type() == QEvent::InputMethod)) {
    event->accept();
    return true;
  }
  return QWidget::event(event);
}

bool ImGuiCanvas::focusNextPrevChild(bool next) {
  return m_backend.wantsTab() ? false : QWidget::focusNextPrevChild(next);
}

QVariant ImGuiCanvas::inputMethodQuery(Qt::InputMethodQuery query) const {
  return query == Qt::ImCursorRectangle ? QVariant(m_backend.inputMethodRect())
                                        : QWidget::inputMethodQuery(query);
}

}  // namespace loom::ui
