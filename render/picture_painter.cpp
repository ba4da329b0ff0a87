#include "render/picture_painter.h"

#include "render/gl_state.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace loom::render {

namespace {

// Values of the uniform `sampling` in picture.frag.
constexpr GLint samplePlain = 0;
constexpr GLint sampleCatmullRom = 1;

void setColour(QOpenGLExtraFunctions& gl, GLint place, const QColor& colour) {
  const auto share = [](int level) { return static_cast<float>(level) / 255.0F; };
  gl.glUniform4f(place, share(colour.red()), share(colour.green()), share(colour.blue()), share(colour.alpha()));
}

void setCorners(QOpenGLExtraFunctions& gl, const ShaderProgram& program, const QRectF& area, const QSize& framebuffer) {
  gl.glUniform4f(program.uniform("corners"), static_cast<float>(area.left()), static_cast<float>(area.top()),
                 static_cast<float>(area.right()), static_cast<float>(area.bottom()));
  gl.glUniform2f(program.uniform("framebuffer"), static_cast<float>(framebuffer.width()),
                 static_cast<float>(framebuffer.height()));
}

/// Whole pixels that touch `area`, y up as OpenGL counts, cut to `part` and to the framebuffer.
std::array<GLint, 4> scissorBox(const QRectF& area, const QRect& part, const QSize& framebuffer) {
  QRect box = area.toAlignedRect().intersected(QRect(QPoint(0, 0), framebuffer));
  if (!part.isEmpty()) {
    box &= part;
  }
  return {box.left(), framebuffer.height() - box.top() - box.height(), std::max(box.width(), 0),
          std::max(box.height(), 0)};
}

GLuint makeSampler(QOpenGLExtraFunctions& gl, GLenum minify, GLenum magnify) {
  GLuint sampler = 0;
  gl.glGenSamplers(1, &sampler);
  gl.glSamplerParameteri(sampler, GL_TEXTURE_MIN_FILTER, static_cast<GLint>(minify));
  gl.glSamplerParameteri(sampler, GL_TEXTURE_MAG_FILTER, static_cast<GLint>(magnify));
  gl.glSamplerParameteri(sampler, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  gl.glSamplerParameteri(sampler, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return sampler;
}

}  // namespace

PicturePainter::~PicturePainter() { release(); }

std::string PicturePainter::create() {
  release();
  std::string error = m_pictureProgram.create("quad.vert", "picture.frag");
  if (error.empty()) {
    error = m_groundProgram.create("quad.vert", "ground.frag");
  }
  if (!error.empty()) {
    release();
    return error;
  }
  QOpenGLExtraFunctions& gl = *currentGl();
  gl.glGenVertexArrays(1, &m_vertexArray);
  m_nearest = makeSampler(gl, GL_NEAREST, GL_NEAREST);
  m_linear = makeSampler(gl, GL_LINEAR, GL_LINEAR);
  m_reduced = makeSampler(gl, GL_LINEAR_MIPMAP_NEAREST, GL_LINEAR);
  return {};
}

void PicturePainter::release() {
  m_pictureProgram.release();
  m_groundProgram.release();
  QOpenGLExtraFunctions* const gl = currentGl();
  if (gl != nullptr && m_vertexArray != 0) {
    gl->glDeleteVertexArrays(1, &m_vertexArray);
    gl->glDeleteSamplers(1, &m_nearest);
    gl->glDeleteSamplers(1, &m_linear);
    gl->glDeleteSamplers(1, &m_reduced);
  }
  m_vertexArray = m_nearest = m_linear = m_reduced = 0;
}

void PicturePainter::paint(FrameTexture& current, FrameTexture* pinned, const PaintOptions& options) {
  QOpenGLExtraFunctions* const gl = currentGl();
  if (!created() || gl == nullptr || options.framebuffer.isEmpty() || options.viewport.isEmpty()) {
    return;
  }
  const PaintState state(*gl);
  gl->glViewport(0, 0, options.framebuffer.width(), options.framebuffer.height());
  const std::array<GLint, 4> box = scissorBox(options.viewport, options.part, options.framebuffer);
  gl->glScissor(box[0], box[1], box[2], box[3]);
  gl->glEnable(GL_SCISSOR_TEST);
  gl->glDisable(GL_DEPTH_TEST);
  gl->glDisable(GL_STENCIL_TEST);
  gl->glDisable(GL_CULL_FACE);
  gl->glEnable(GL_BLEND);
  gl->glBlendEquation(GL_FUNC_ADD);
  gl->glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  gl->glBindVertexArray(m_vertexArray);

  if (options.ground.alpha() > 0) {
    fill(options.viewport, options.ground, options.checker, options.checkerSize, options);
  }
  if (current.empty() || options.picture.isEmpty()) {
    return;
  }
  // One device pixel more on each side: the shader fades the edge out by itself.
  const double left = options.picture.left() - 1.0;
  const double right = options.picture.right() + 1.0;
  if (!options.split || pinned == nullptr || pinned->empty()) {
    drawPart(current, left, right, options);
    return;
  }
  // On a whole pixel: both parts meet there without a seam.
  const double middle =
      std::round(options.picture.left() + std::clamp(*options.split, 0.0, 1.0) * options.picture.width());
  drawPart(*pinned, left, middle, options);
  drawPart(current, middle, right, options);
  const double line = std::round(middle - options.dividerWidth / 2.0);
  fill(QRectF(line, options.picture.top(), options.dividerWidth, options.picture.height()), options.divider, {}, 0.0,
       options);
}

void PicturePainter::fill(const QRectF& area, const QColor& first, const QColor& second, double cell,
                          const PaintOptions& options) {
  QOpenGLExtraFunctions& gl = *currentGl();
  gl.glUseProgram(m_groundProgram.id());
  setCorners(gl, m_groundProgram, area, options.framebuffer);
  setColour(gl, m_groundProgram.uniform("first"), first);
  setColour(gl, m_groundProgram.uniform("second"), second);
  gl.glUniform1f(m_groundProgram.uniform("cell"), second.alpha() > 0 ? static_cast<float>(cell) : 0.0F);
  gl.glUniform2f(m_groundProgram.uniform("start"), static_cast<float>(area.left()), static_cast<float>(area.top()));
  gl.glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

void PicturePainter::drawPart(FrameTexture& texture, double fromX, double toX, const PaintOptions& options) {
  const QRectF& picture = options.picture;
  if (toX <= fromX) {
    return;
  }
  QOpenGLExtraFunctions& gl = *currentGl();
  const double scale = std::min(picture.width() / texture.size().width(), picture.height() / texture.size().height());
  const bool reduced = scale < 0.999;
  const bool smooth = options.sampling == Sampling::Smooth;
  // One level for the whole picture: trilinear filtering costs three times as much without a GPU. The picture itself as
  // far as linear filtering leaves hardly a pixel out: it is sharper, and levels take longer to make than to draw.
  constexpr double kHardly = 0.25;
  const auto level = static_cast<float>(reduced ? std::floor(kHardly - std::log2(scale)) : 0.0);
  if (level > 0.0F) {
    texture.prepareMipmaps();
  }
  gl.glUseProgram(m_pictureProgram.id());
  setCorners(gl, m_pictureProgram, QRectF(QPointF(fromX, picture.top() - 1.0), QPointF(toX, picture.bottom() + 1.0)),
             options.framebuffer);
  gl.glUniform4f(m_pictureProgram.uniform("picture"), static_cast<float>(picture.left()),
                 static_cast<float>(picture.top()), static_cast<float>(picture.width()),
                 static_cast<float>(picture.height()));
  const double radius = std::clamp(options.cornerRadius, 0.0, std::min(picture.width(), picture.height()) / 2.0);
  gl.glUniform1f(m_pictureProgram.uniform("radius"), static_cast<float>(radius));
  gl.glUniform1i(m_pictureProgram.uniform("sampling"), smooth && !reduced ? sampleCatmullRom : samplePlain);
  gl.glUniform1f(m_pictureProgram.uniform("level"), level);
  gl.glUniform1i(m_pictureProgram.uniform("pixels"), 0);
  gl.glActiveTexture(GL_TEXTURE0);
  gl.glBindTexture(GL_TEXTURE_2D, texture.texture());
  gl.glBindSampler(0, level > 0.0F ? m_reduced : reduced || smooth ? m_linear : m_nearest);
  gl.glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

}  // namespace loom::render
