#include "ui/shell/imgui_backend/imgui_canvas.h"

#include <imgui_impl_opengl3.h>

#include <QEvent>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QSurfaceFormat>

#include <algorithm>

namespace loom::ui {
namespace {

constexpr int kBlinkMs = 250;
constexpr int kTooltipDueMs = 450;

QSurfaceFormat coreFormat() {
  QSurfaceFormat format = QSurfaceFormat::defaultFormat();
  format.setRenderableType(QSurfaceFormat::OpenGL);
  format.setVersion(3, 3);
  format.setProfile(QSurfaceFormat::CoreProfile);
  // Dear ImGui and the picture painter have antialiasing of their own; multisampling would only slow software renderers.
  format.setSamples(0);
  return format;
}

}  // namespace

ImGuiCanvas::ImGuiCanvas(QWidget* parent) : QOpenGLWidget(parent), m_backend(*this) {
  setFormat(coreFormat());
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  m_later.setSingleShot(true);
  connect(&m_later, &QTimer::timeout, this, [this] { requestFrames(1); });
}

ImGuiCanvas::~ImGuiCanvas() {
  if (context()) {
    disconnect(context(), nullptr, this, nullptr);  // the context outlives this part of the object
  }
}

void ImGuiCanvas::requestFrames(int count) {
  m_framesWanted = std::max(m_framesWanted, count);
  update();
}

QByteArray ImGuiCanvas::layoutState() {
  m_backend.makeContextCurrent();
  std::size_t size = 0;
  const char* text = ImGui::SaveIniSettingsToMemory(&size);
  return {text, static_cast<qsizetype>(size)};
}

void ImGuiCanvas::restoreLayoutState(const QByteArray& state) {
  m_backend.makeContextCurrent();
  ImGui::LoadIniSettingsFromMemory(state.constData(), static_cast<std::size_t>(state.size()));
  requestFrames();
}

void ImGuiCanvas::initializeGL() {
  m_backend.makeContextCurrent();
  connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &ImGuiCanvas::releaseGl, Qt::UniqueConnection);
  if (!m_uiIsSetUp) {
    setUpUi();
    m_uiIsSetUp = true;
  }
  ImGui_ImplOpenGL3_Init("#version 330 core");
  m_rendererIsUp = true;
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

void ImGuiCanvas::paintGL() {
  if (!m_rendererIsUp) {
    return;
  }
  m_backend.newFrame();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  buildUi();
  ImGui::Render();
  QOpenGLFunctions& gl = *context()->functions();
  gl.glBindFramebuffer(GL_FRAMEBUFFER, defaultFramebufferObject());
  gl.glViewport(0, 0, static_cast<int>(width() * devicePixelRatioF()), static_cast<int>(height() * devicePixelRatioF()));
  gl.glClearColor(0.0F, 0.0F, 0.0F, 1.0F);
  gl.glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  m_backend.endFrame();
  ++m_framesDrawn;
  scheduleNext();
}

void ImGuiCanvas::scheduleNext() {
  m_framesWanted = std::max(0, m_framesWanted - 1);
  if (m_framesWanted > 0 || wantsAnimation() || m_backend.hasQueuedInput()) {
    update();
  } else if (m_backend.wantsTextInput()) {
    m_later.start(kBlinkMs);
  }
}

bool ImGuiCanvas::event(QEvent* event) {
  const bool taken = m_backend.handle(*event);
  if (event->type() == QEvent::MouseMove) {
    m_later.start(kTooltipDueMs);
  }
  if (taken) {
    requestFrames();
  }
  if (taken && event->type() == QEvent::ShortcutOverride) {
    event->accept();
    return true;
  }
  if (taken && (event->isInputEvent() || event->type() == QEvent::InputMethod)) {
    if (event->type() == QEvent::MouseButtonPress) {
      setFocus(Qt::MouseFocusReason);
    }
    event->accept();
    return true;
  }
  return QOpenGLWidget::event(event);
}

bool ImGuiCanvas::focusNextPrevChild(bool) {
  return false;  // Tab goes from control to control within the canvas
}

QVariant ImGuiCanvas::inputMethodQuery(Qt::InputMethodQuery query) const {
  return query == Qt::ImCursorRectangle ? QVariant(m_backend.inputMethodRect()) : QOpenGLWidget::inputMethodQuery(query);
}

}  // namespace loom::ui
