// Draws a picture into the canvas: where ViewTransform says, sharp or smooth, with rounded corners, whole or split
// against a pinned one, over a plain or checkered ground. All measures are device pixels, y down.
#pragma once

#include "render/frame_texture.h"
#include "render/shader_program.h"

#include <QColor>
#include <QRectF>
#include <QSize>

#include <optional>
#include <string>

namespace loom::render {

/// How an enlarged picture is drawn. A reduced one is always averaged: skipping pixels would shimmer.
enum class Sampling {
  Nearest,  ///< pixels as squares
  Smooth,   ///< Catmull-Rom
};

struct PaintOptions {
  QSize framebuffer;  ///< size of the target
  QRectF viewport;    ///< ground and picture are drawn in here only
  QRectF picture;     ///< ViewTransform::pictureRect()
  QRect part;         ///< device pixels; what lies beyond is not drawn this time. Empty: everything is
  Sampling sampling = Sampling::Smooth;
  double cornerRadius = 4.0;  ///< 0: square. Multiply by the device pixel ratio

  /// Where the pinned picture ends and the current one begins, as a share of the picture's width from the left, in
  /// [0, 1]. Without effect where there is no pinned picture.
  std::optional<double> split;
  double dividerWidth = 2.0;  ///< of the line at the split
  QColor divider{255, 255, 255, 217};

  /// Painted over the whole viewport first; with alpha 0 what is there stays.
  QColor ground{0, 0, 0, 0};
  /// With both, the ground is a checkerboard of `ground` and this colour.
  QColor checker{0, 0, 0, 0};
  double checkerSize = 0.0;  ///< side of a square; 0: plain
};

class PicturePainter {
 public:
  PicturePainter() = default;
  ~PicturePainter();  ///< releases where a context is current, else the objects went with theirs
  PicturePainter(const PicturePainter&) = delete;
  PicturePainter& operator=(const PicturePainter&) = delete;

  /// Prepares for the current context, OpenGL 3.3 core or newer. Returns an empty string, or a sentence with what the
  /// driver says.
  [[nodiscard]] std::string create();
  bool created() const { return m_vertexArray != 0; }
  void release();

  /// Draws into the bound framebuffer and leaves OpenGL's state as it was. `current` may be empty: then only the ground
  /// is drawn. `pinned` may be null or empty. Does nothing before `create`.
  void paint(FrameTexture& current, FrameTexture* pinned, const PaintOptions& options);

 private:
  void fill(const QRectF& area, const QColor& first, const QColor& second, double cell, const PaintOptions& options);
  void drawPart(FrameTexture& texture, double fromX, double toX, const PaintOptions& options);

  ShaderProgram m_pictureProgram;
  ShaderProgram m_groundProgram;
  GLuint m_vertexArray = 0;  // empty: the corners come from gl_VertexID
  GLuint m_nearest = 0;      // samplers
  GLuint m_linear = 0;
  GLuint m_reduced = 0;
};

}  // namespace loom::render
