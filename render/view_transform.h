// Where the picture lies in the canvas: fit, 1:1, zoom to the pointer, pan. Plain arithmetic, no OpenGL.
//
// Device coordinates are the pixels of the framebuffer, from its top left, y down: a widget's coordinates times its
// device pixel ratio. Picture coordinates are the picture's own pixels, from its top left; pixel (0, 0) covers 0..1.
#pragma once

#include <QPoint>
#include <QPointF>
#include <QRectF>
#include <QSize>

#include <optional>

namespace loom::render {

class ViewTransform {
 public:
  static constexpr double smallestScale = 0.05;
  static constexpr double largestScale = 64.0;
  /// So much of the picture stays in the viewport however far it is dragged: all of a smaller picture, and no more than
  /// a quarter of the viewport, so that zooming in never hits it. Device pixels.
  static constexpr double keptInView = 48.0;

  /// The part of the framebuffer that the picture may use. In fit mode the picture follows; else the point in the
  /// middle of the viewport stays there.
  void setViewport(const QRectF& device);
  /// The model's own size: a coarse draft is drawn into the same rectangle. In fit mode the picture is fitted anew;
  /// else the scale stays, and the middle of the viewport shows the same relative place.
  void setPicture(const QSize& pixels);
  /// Room around a fitted picture, device pixels; given up where the viewport is small. Default 0.
  void setFitMargin(double device);

  /// The whole picture, centred, as large as it goes; stays a mode until the next zoom, pan or 1:1.
  void fit();
  bool isFit() const { return m_fit; }
  /// One picture pixel is one device pixel; the middle of the viewport stays where it is.
  void actualSize();
  /// Multiplies the scale; the picture's point at `device` stays under it. The scale stays within the limits above,
  /// widened where fitting goes beyond them. A factor that is not above 0 does nothing.
  void zoomAbout(const QPointF& device, double factor);
  /// Moves the picture with the hand.
  void panBy(const QPointF& device);

  /// Device pixels for one picture pixel.
  double scale() const { return m_scale; }
  const QRectF& viewport() const { return m_viewport; }
  const QSize& picture() const { return m_picture; }
  /// Where to draw the picture, device coordinates; empty without a picture. The top left lies on a whole device pixel,
  /// so that at 1:1 and at whole multiples every pixel is sharp; the mappings below take the same corner.
  QRectF pictureRect() const;
  QPointF toPicture(const QPointF& device) const;
  QPointF toDevice(const QPointF& picture) const;
  /// The picture's pixel at a place, for a readout; none beside the picture or outside the viewport.
  std::optional<QPoint> pixelAt(const QPointF& device) const;

 private:
  double fitScale() const;
  void placeFitted();
  void setScale(const QPointF& anchor, double scale);
  void keepInView();
  bool hasPicture() const { return !m_picture.isEmpty(); }

  QRectF m_viewport;
  QSize m_picture;
  double m_margin = 0.0;
  bool m_fit = true;
  double m_scale = 1.0;
  QPointF m_origin;  // the picture's top left, device coordinates, not rounded
};

}  // namespace loom::render
