#include "ui/shell/imgui_backend/imgui_pointer.h"

#include <QMouseEvent>
#include <QPointingDevice>
#include <QWheelEvent>

#include <algorithm>

namespace loom::ui {

int buttonIndex(Qt::MouseButton button) {
  switch (button) {
    case Qt::LeftButton:
      return ImGuiMouseButton_Left;
    case Qt::RightButton:
      return ImGuiMouseButton_Right;
    case Qt::MiddleButton:
      return ImGuiMouseButton_Middle;
    case Qt::BackButton:
      return 3;
    case Qt::ForwardButton:
      return 4;
    default:
      return -1;
  }
}

Qt::CursorShape cursorShape(ImGuiMouseCursor cursor) {
  switch (cursor) {
    case ImGuiMouseCursor_None:
      return Qt::BlankCursor;
    case ImGuiMouseCursor_TextInput:
      return Qt::IBeamCursor;
    case ImGuiMouseCursor_ResizeAll:
      return Qt::SizeAllCursor;
    case ImGuiMouseCursor_ResizeNS:
      return Qt::SizeVerCursor;
    case ImGuiMouseCursor_ResizeEW:
      return Qt::SizeHorCursor;
    case ImGuiMouseCursor_ResizeNESW:
      return Qt::SizeBDiagCursor;
    case ImGuiMouseCursor_ResizeNWSE:
      return Qt::SizeFDiagCursor;
    case ImGuiMouseCursor_Hand:
      return Qt::PointingHandCursor;
    case ImGuiMouseCursor_NotAllowed:
      return Qt::ForbiddenCursor;
    case ImGuiMouseCursor_Wait:
      return Qt::WaitCursor;
    case ImGuiMouseCursor_Progress:
      return Qt::BusyCursor;
    default:
      return Qt::ArrowCursor;
  }
}

ImGuiMouseSource mouseSource(const QMouseEvent& event) {
  switch (event.pointerType()) {
    case QPointingDevice::PointerType::Pen:
    case QPointingDevice::PointerType::Eraser:
      return ImGuiMouseSource_Pen;
    case QPointingDevice::PointerType::Finger:
      return ImGuiMouseSource_TouchScreen;
    default:
      break;
  }
  const bool touchPad = event.pointingDevice() && event.pointingDevice()->type() == QInputDevice::DeviceType::TouchPad;
  const bool fromTouch = event.source() != Qt::MouseEventNotSynthesized && !touchPad;
  return fromTouch ? ImGuiMouseSource_TouchScreen : ImGuiMouseSource_Mouse;
}

QPointF wheelNotches(const QWheelEvent& event, float lineHeight) {
  constexpr double kAnglePerNotch = 120.0;
  constexpr double kLinesPerNotch = 5.0;  // what one notch scrolls, see ImGui::UpdateMouseWheel
  QPointF notches = QPointF(event.angleDelta()) / kAnglePerNotch;
  // Pixels are to be trusted where they come from a trackpad, which tells of phases: then the content follows the
  // fingers. X11's pixels are whatever the driver likes.
  if (!event.pixelDelta().isNull() && (event.phase() != Qt::NoScrollPhase || notches.isNull())) {
    notches = QPointF(event.pixelDelta()) / (kLinesPerNotch * std::max(1.0, static_cast<double>(lineHeight)));
  }
#ifndef Q_OS_MACOS
  if (event.modifiers().testFlag(Qt::AltModifier)) {
    notches = notches.transposed();  // Qt turns Alt and wheel sideways; here Alt is the controls' own
  }
#endif
  return notches;
}

}  // namespace loom::ui
