#include "ui/shell/picture_view.h"

#include <algorithm>
#include <cmath>

namespace loom::ui {
namespace {

constexpr double kFitMargin = 24.0;      // logical pixels around a fitted picture
constexpr double kCornerRadius = 4.0;    // logical pixels
constexpr double kSplitReach = 8.0;      // logical pixels beside the line that still take hold of it
constexpr double kZoomPerNotch = 1.15;

QPointF device(ImVec2 place, double pixelRatio) { return QPointF(place.x, place.y) * pixelRatio; }

}  // namespace

std::string PictureView::show(const model::Frame& frame) {
  if (!m_painter.created()) {
    if (std::string problem = m_painter.create(); !problem.empty()) {
      return problem;
    }
  }
  ++m_uploads;
  if (m_pinnedFrame && m_pinned.empty()) {
    if (std::string problem = m_pinned.upload(*m_pinnedFrame); !problem.empty()) {
      return problem;
    }
  }
  m_transform.setPicture({frame.width, frame.height});
  return m_current.upload(frame);
}

std::string PictureView::pin(const model::Frame& frame) {
  ++m_uploads;
  std::string problem = m_pinned.upload(frame);
  if (problem.empty()) {
    m_pinnedFrame = frame;
  }
  return problem;
}

void PictureView::release() {
  m_current.release();
  m_pinned.release();
  m_painter.release();
}

void PictureView::zoomBy(double factor) { m_transform.zoomAbout(m_transform.viewport().center(), factor); }

bool PictureView::nearSplit(const WindowDraft& draft, double x) const {
  const QRectF picture = m_transform.pictureRect();
  return draft.view.compare && pinned() && std::abs(picture.left() + draft.view.split * picture.width() - x) < kSplitReach;
}

void PictureView::handleMouse(WindowDraft& draft, double pixelRatio) {
  const ImGuiIO& io = ImGui::GetIO();
  const QPointF pointer = device(io.MousePos, pixelRatio);
  const bool hovered = ImGui::IsItemHovered();
  m_hoveredPixel = hovered ? m_transform.pixelAt(pointer) : std::nullopt;
  if (hovered && io.MouseWheel != 0.0F) {
    m_transform.zoomAbout(pointer, std::pow(kZoomPerNotch, io.MouseWheel));
  }
  if (hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    m_transform.isFit() ? m_transform.actualSize() : m_transform.fit();
    return;
  }
  if (hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    m_draggingSplit = nearSplit(draft, pointer.x());
  }
  const bool dragging = ImGui::IsItemActive() && (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 2.0F) ||
                                                  ImGui::IsMouseDragging(ImGuiMouseButton_Middle, 2.0F));
  if (dragging && m_draggingSplit) {
    const QRectF picture = m_transform.pictureRect();
    draft.view.split = static_cast<float>(std::clamp((pointer.x() - picture.left()) / picture.width(), 0.0, 1.0));
  } else if (dragging && (io.MouseDelta.x != 0.0F || io.MouseDelta.y != 0.0F)) {
    m_transform.panBy(device(io.MouseDelta, pixelRatio));
  }
  if ((hovered && nearSplit(draft, pointer.x())) || (dragging && m_draggingSplit)) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  } else if (dragging) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
  }
}

void PictureView::draw(WindowDraft& draft, double pixelRatio, QSize framebuffer, const Look& look) {
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const ImVec2 size = ImGui::GetContentRegionAvail();
  if (size.x < 2.0F || size.y < 2.0F) {
    return;
  }
  m_transform.setFitMargin(kFitMargin * pixelRatio);
  m_transform.setViewport(QRectF(device(min, pixelRatio), QSizeF(size.x * pixelRatio, size.y * pixelRatio)));
  ImGui::InvisibleButton("##picture", size, ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonMiddle);
  handleMouse(draft, pixelRatio);

  m_options.framebuffer = framebuffer;
  m_options.viewport = m_transform.viewport();
  m_options.picture = m_transform.pictureRect();
  m_options.sampling = draft.view.smooth ? render::Sampling::Smooth : render::Sampling::Nearest;
  m_options.cornerRadius = kCornerRadius * pixelRatio;
  m_options.dividerWidth = 2.0 * pixelRatio;
  m_options.split = draft.view.compare && pinned() ? std::optional<double>(draft.view.split) : std::nullopt;
  m_options.ground = look.ground;
  m_options.divider = look.divider;
  // Drawn when the renderer reaches this place, so that what lies over the window lies over the picture.
  auto& list = *ImGui::GetWindowDrawList();
  list.AddCallback([](const ImDrawList*, const ImDrawCmd* command) {
    static_cast<PictureView*>(command->UserCallbackData)->paint(command->ClipRect);
  }, this);
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void PictureView::paint(const ImVec4& clip) {
  const ImDrawData& data = *ImGui::GetDrawData();
  const auto toPixel = [](float place, float start, float scale) { return qRound((place - start) * scale); };
  const QPoint start(toPixel(clip.x, data.DisplayPos.x, data.FramebufferScale.x),
                     toPixel(clip.y, data.DisplayPos.y, data.FramebufferScale.y));
  const QPoint end(toPixel(clip.z, data.DisplayPos.x, data.FramebufferScale.x),
                   toPixel(clip.w, data.DisplayPos.y, data.FramebufferScale.y));
  m_options.part = QRect(start, end - QPoint(1, 1));
  if (m_painter.created() && !m_options.part.isEmpty()) {
    m_painter.paint(m_current, pinned() ? &m_pinned : nullptr, m_options);
  }
}

ScenePart PictureView::scenePart() const {
  constexpr double kFinest = 256.0;  // steps of a device pixel
  constexpr int kEdge = 2;           // device pixels that the edge fades out over
  const auto step = [](double value) { return static_cast<std::uint64_t>(std::llround(value * kFinest)); };
  const QRectF& picture = m_options.picture;
  std::uint64_t number = m_uploads;
  for (const std::uint64_t word : std::initializer_list<std::uint64_t>{
       step(picture.left()), step(picture.top()), step(picture.width()), step(picture.height()),
        static_cast<std::uint64_t>(m_options.sampling), m_options.split ? step(*m_options.split * picture.width()) : ~std::uint64_t{0},
        static_cast<std::uint64_t>(m_options.divider.rgba()), static_cast<std::uint64_t>(m_options.ground.rgba())}) {
    number = (number ^ word) * 0x9e3779b97f4a7c15ULL;
    number ^= number >> 32U;
  }
  return {picture.toAlignedRect().adjusted(-kEdge, -kEdge, kEdge, kEdge).intersected(m_options.viewport.toAlignedRect()),
          number};
}

}  // namespace loom::ui
