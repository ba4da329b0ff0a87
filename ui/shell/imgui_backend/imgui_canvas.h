// A widget that hosts Dear ImGui over OpenGL and draws when there is reason to, and only then.
//
// Derive from it, build the controls in buildUi(), draw beneath them in paintScene(), call releaseGl() in the
// destructor. A frame comes after input, after requestFrames(), while wantsAnimation(), while Dear ImGui still moves by
// itself, and when one of its timers falls due. At rest nothing is drawn and nothing wakes up.
#pragma once

#include "ui/shell/imgui_backend/gl_screen.h"
#include "ui/shell/imgui_backend/imgui_damage.h"
#include "ui/shell/imgui_backend/imgui_qt_backend.h"

#include <QColor>
#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <vector>

namespace loom::ui {

class ImGuiCanvas : public QWidget {
  Q_OBJECT

 public:
  explicit ImGuiCanvas(QWidget* parent = nullptr);
  ~ImGuiCanvas() override;

  /// At least `count` frames from now on: Dear ImGui needs two or three until what an event began has settled.
  void requestFrames(int count = 3);

  /// The arrangement of Dear ImGui's windows as text, and back. Text that is no arrangement changes nothing.
  QByteArray layoutState();
  void restoreLayoutState(const QByteArray& state);

  /// Null before the first frame.
  QOpenGLContext* context() const { return m_screen->context(); }
  /// Draws a frame and gives it, device pixels.
  QImage grabFramebuffer() { return m_screen->grab(); }

  /// Frames drawn so far: for tests that nothing is drawn at rest.
  quint64 framesDrawn() const { return m_framesDrawn; }
  /// The framebuffer in device pixels, as Qt rounds it.
  QSize framebufferSize() const { return size() * devicePixelRatioF(); }

  QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;

 Q_SIGNALS:
  /// A frame was drawn; the milliseconds it took this thread, without the swap of the buffers.
  void framePainted(double milliseconds);
  /// The frame drawn last is on the screen.
  void frameSwapped();
  /// The arrangement of Dear ImGui's windows was changed, and the hand let go of it. Not before Dear ImGui's own
  /// io.IniSavingRate has passed, so that one may save at each.
  void layoutChanged();

 protected:
  /// Once, with the ImGui context current: fonts, style.
  virtual void setUpUi() = 0;
  /// The OpenGL context is current and goes: release what belongs to it. May come before any frame was drawn, and again
  /// for every context that the widget gets.
  virtual void tearDownGl() {}
  /// Gives back all that belongs to the OpenGL context. The most derived destructor calls it, while tearDownGl is
  /// whole.
  void releaseGl();
  /// Between ImGui::NewFrame and ImGui::Render; the OpenGL context is current.
  virtual void buildUi() = 0;
  /// What the framebuffer is cleared to. Clearing costs nothing beside a window's blended background.
  virtual QColor clearColor() const { return Qt::black; }
  /// Draws beneath Dear ImGui, after buildUi() of the same frame. The framebuffer is bound, cleared, the viewport is all
  /// of it, and the scissor lets through `part`, device pixels: no other has to be drawn, and it may come for several
  /// parts of one frame. What is bound, and blending, may be left as it falls; masks of writing may not.
  virtual void paintScene(const QRect& part) { (void)part; }
  /// What paintScene() and Dear ImGui's callbacks draw in this frame. Where a number stays, it may not be drawn again.
  virtual std::vector<ScenePart> sceneParts() { return {}; }
  /// True where something worth drawing comes within milliseconds and will ask for a frame: what a drag has changed is
  /// then drawn together with it, once instead of twice.
  virtual bool newContentIsDue() const { return false; }
  /// True while something moves by itself.
  virtual bool wantsAnimation() const { return false; }

  void makeCurrent() { m_screen->makeCurrent(); }
  void doneCurrent() { m_screen->doneCurrent(); }

  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;
  bool focusNextPrevChild(bool next) override;

  ImGuiQtBackend& backend() { return m_backend; }

 private:
  void initializeGl();
  void paintGl();
  void drawFrame();
  /// Dear ImGui's data and what lies beneath, where it differs from the last frame.
  QRegion changedRegion(ImDrawData& data, const QSize& framebuffer);
  void drawPart(const QRect& part, const QSize& framebuffer);
  /// Lets the controls take a move of the hand at once, without drawing: a frame costs tens of milliseconds where the
  /// processor draws, and the move would wait for it.
  void thinkAhead();
  void scheduleNext();
  void watchLayout();
  void tellLayoutChanged();
  int framePeriodMs() const;

  ImGuiQtBackend m_backend;
  std::unique_ptr<GlScreen> m_screen;
  ImGuiDamage m_damage;
  QTimer m_next;         // the next frame that no event brings
  QTimer m_layoutTimer;  // the arrangement of the windows has settled
  QElapsedTimer m_sinceFrame;
  std::uint64_t m_digest = 0;
  int m_framesWanted = 0;
  int m_changesAllowed = 0;
  quint64 m_framesDrawn = 0;
  bool m_frameChanged = false;
  bool m_wakeSettles = false;
  bool m_inFrame = false;
  bool m_uiIsSetUp = false;
  bool m_rendererIsUp = false;
};

}  // namespace loom::ui
