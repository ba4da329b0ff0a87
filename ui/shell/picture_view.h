// The picture within a Dear ImGui window: where it lies, how the mouse moves it, the frames that it draws.
#pragma once

#include "model/frame.h"
#include "render/frame_texture.h"
#include "render/picture_painter.h"
#include "render/view_transform.h"
#include "ui/panels/window_draft.h"
#include "ui/shell/imgui_backend/imgui_damage.h"

#include <imgui.h>

#include <QColor>
#include <QSize>

#include <cstdint>
#include <optional>
#include <string>

namespace loom::ui {

class PictureView {
 public:
  struct Look {
    QColor ground;   ///< behind the picture
    QColor divider;  ///< the line of the split
  };

  /// All with the OpenGL context current. Strings are empty, or say what went wrong.
  [[nodiscard]] std::string show(const model::Frame& frame);
  [[nodiscard]] std::string pin(const model::Frame& frame);
  void release();

  bool pinned() const { return m_pinnedFrame.has_value(); }

  /// Fills the current window: takes the mouse, moves the picture, queues its drawing.
  void draw(WindowDraft& draft, double pixelRatio, QSize framebuffer, const Look& look);

  /// Where the picture is drawn, and a number that stays while it looks the same.
  ScenePart scenePart() const;

  void fit() { m_transform.fit(); }
  void originalSize() { m_transform.actualSize(); }
  void zoomBy(double factor);

  double zoom() const { return m_transform.scale(); }
  bool isFit() const { return m_transform.isFit(); }
  /// The picture's pixel under the pointer, while the pointer is over the picture and nothing lies over it.
  std::optional<QPoint> hoveredPixel() const { return m_hoveredPixel; }
  QRectF area() const { return m_transform.viewport(); }              ///< device pixels: the picture and what is around it
  QRectF pictureRect() const { return m_transform.pictureRect(); }  ///< device pixels

 private:
  void handleMouse(WindowDraft& draft, double pixelRatio);
  bool nearSplit(const WindowDraft& draft, double x) const;
  void paint(const ImVec4& clip);

  render::ViewTransform m_transform;
  render::FrameTexture m_current;
  render::FrameTexture m_pinned;
  render::PicturePainter m_painter;
  render::PaintOptions m_options;
  std::optional<model::Frame> m_pinnedFrame;  // its texture may go with a lost context
  std::uint64_t m_uploads = 0;
  std::optional<QPoint> m_hoveredPixel;
  bool m_draggingSplit = false;
};

}  // namespace loom::ui
