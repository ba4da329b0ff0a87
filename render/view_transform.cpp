#include "render/view_transform.h"

#include <algorithm>
#include <cmath>

namespace loom::render {

void ViewTransform::setViewport(const QRectF& device) {
  const QPointF formerMiddle = m_viewport.center();
  m_viewport = device;
  if (m_fit) {
    placeFitted();
    return;
  }
  m_origin += m_viewport.center() - formerMiddle;
  keepInView();
}

void ViewTransform::setPicture(const QSize& pixels) {
  if (pixels == m_picture) {
    return;
  }
  const QSize former = m_picture;
  m_picture = pixels;
  if (m_fit || former.isEmpty()) {
    placeFitted();
    return;
  }
  const QPointF middle = m_viewport.center() - m_origin;
  m_origin = m_viewport.center() - QPointF(middle.x() * m_picture.width() / former.width(),
                                           middle.y() * m_picture.height() / former.height());
  keepInView();
}

void ViewTransform::setFitMargin(double device) {
  m_margin = std::max(device, 0.0);
  if (m_fit) {
    placeFitted();
  }
}

void ViewTransform::fit() {
  m_fit = true;
  placeFitted();
}

void ViewTransform::actualSize() { setScale(m_viewport.center(), 1.0); }

void ViewTransform::zoomAbout(const QPointF& device, double factor) {
  if (factor > 0.0 && std::isfinite(factor)) {
    setScale(device, m_scale * factor);
  }
}

void ViewTransform::panBy(const QPointF& device) {
  m_fit = false;
  m_origin += device;
  keepInView();
}

QRectF ViewTransform::pictureRect() const {
  if (!hasPicture()) {
    return {};
  }
  return {std::round(m_origin.x()), std::round(m_origin.y()), m_picture.width() * m_scale,
          m_picture.height() * m_scale};
}

QPointF ViewTransform::toPicture(const QPointF& device) const {
  return (device - QPointF(std::round(m_origin.x()), std::round(m_origin.y()))) / m_scale;
}

QPointF ViewTransform::toDevice(const QPointF& picture) const {
  return QPointF(std::round(m_origin.x()), std::round(m_origin.y())) + picture * m_scale;
}

std::optional<QPoint> ViewTransform::pixelAt(const QPointF& device) const {
  if (!hasPicture() || !m_viewport.contains(device)) {
    return std::nullopt;
  }
  const QPointF place = toPicture(device);
  if (place.x() < 0.0 || place.y() < 0.0 || place.x() >= m_picture.width() || place.y() >= m_picture.height()) {
    return std::nullopt;
  }
  return QPoint(static_cast<int>(place.x()), static_cast<int>(place.y()));
}

double ViewTransform::fitScale() const {
  if (!hasPicture() || m_viewport.isEmpty()) {
    return 1.0;
  }
  const double margin = std::min({m_margin, m_viewport.width() / 8.0, m_viewport.height() / 8.0});
  return std::min((m_viewport.width() - 2.0 * margin) / m_picture.width(),
                  (m_viewport.height() - 2.0 * margin) / m_picture.height());
}

void ViewTransform::placeFitted() {
  m_scale = fitScale();
  m_origin = m_viewport.center() - QPointF(m_picture.width(), m_picture.height()) * (m_scale / 2.0);
}

void ViewTransform::setScale(const QPointF& anchor, double scale) {
  const double fitted = fitScale();
  const double limited = std::clamp(scale, std::min(smallestScale, fitted), std::max(largestScale, fitted));
  m_origin = anchor - (anchor - m_origin) * (limited / m_scale);
  m_scale = limited;
  m_fit = false;
  keepInView();
}

void ViewTransform::keepInView() {
  if (!hasPicture() || m_viewport.isEmpty()) {
    return;
  }
  const auto keep = [](double origin, double length, double from, double to) {
    const double kept = std::min({keptInView, length, (to - from) / 4.0});
    return std::clamp(origin, from + kept - length, to - kept);
  };
  m_origin.setX(keep(m_origin.x(), m_picture.width() * m_scale, m_viewport.left(), m_viewport.right()));
  m_origin.setY(keep(m_origin.y(), m_picture.height() * m_scale, m_viewport.top(), m_viewport.bottom()));
}

}  // namespace loom::render
