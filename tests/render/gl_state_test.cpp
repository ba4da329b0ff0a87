// Drawing and uploading leave OpenGL's state as Dear ImGui's renderer and Qt left it.
#include "render/gl_state.h"

#include "tests/render/gl_bench.h"

#include <QtTest>

#include <vector>

using namespace loom::tests;
using loom::render::FrameTexture;
using loom::render::PaintOptions;
using loom::render::PicturePainter;

namespace {

/// Everything that either touches.
std::vector<GLint> snapshot(QOpenGLExtraFunctions& gl) {
  std::vector<GLint> all;
  for (const GLenum name :
       {GL_ACTIVE_TEXTURE, GL_CURRENT_PROGRAM, GL_VERTEX_ARRAY_BINDING, GL_BLEND_SRC_RGB, GL_BLEND_DST_RGB,
        GL_BLEND_SRC_ALPHA, GL_BLEND_DST_ALPHA, GL_BLEND_EQUATION_RGB, GL_BLEND_EQUATION_ALPHA,
        GL_PIXEL_UNPACK_BUFFER_BINDING, GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH, GL_DRAW_FRAMEBUFFER_BINDING}) {
    gl.glGetIntegerv(name, &all.emplace_back());
  }
  for (const GLenum name : {GL_SCISSOR_BOX, GL_VIEWPORT}) {
    GLint four[4] = {};
    gl.glGetIntegerv(name, four);
    all.insert(all.end(), four, four + 4);
  }
  for (const GLenum name : {GL_BLEND, GL_SCISSOR_TEST, GL_DEPTH_TEST, GL_CULL_FACE}) {
    all.push_back(gl.glIsEnabled(name));
  }
  const auto unit = static_cast<GLenum>(all[0]);
  gl.glActiveTexture(GL_TEXTURE0);
  gl.glGetIntegerv(GL_TEXTURE_BINDING_2D, &all.emplace_back());
  gl.glGetIntegerv(GL_SAMPLER_BINDING, &all.emplace_back());
  gl.glActiveTexture(unit);
  gl.glGetIntegerv(GL_TEXTURE_BINDING_2D, &all.emplace_back());
  return all;
}

}  // namespace

class GlStateTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    m_bench = std::make_unique<GlBench>();
    QVERIFY2(m_bench->error().isEmpty(), qPrintable(m_bench->error()));
    m_painter = std::make_unique<PicturePainter>();
    QCOMPARE(m_painter->create(), std::string());
  }

  void cleanupTestCase() {
    m_painter.reset();
    m_bench.reset();
  }

  void leavesStateAsFound() {
    QOpenGLExtraFunctions& gl = m_bench->gl();
    FrameTexture texture;
    QCOMPARE(texture.upload(plainFrame(64, 64, qRgb(1, 2, 3))), std::string());
    m_bench->target({32, 32});
    GLuint other = 0;
    gl.glGenTextures(1, &other);
    gl.glActiveTexture(GL_TEXTURE0);
    gl.glBindTexture(GL_TEXTURE_2D, other);
    gl.glActiveTexture(GL_TEXTURE3);
    gl.glEnable(GL_DEPTH_TEST);
    gl.glDisable(GL_BLEND);
    gl.glBlendFuncSeparate(GL_ONE, GL_ZERO, GL_DST_COLOR, GL_ONE);
    gl.glBlendEquationSeparate(GL_FUNC_SUBTRACT, GL_MAX);
    gl.glScissor(1, 2, 3, 4);
    gl.glViewport(5, 6, 7, 8);
    gl.glPixelStorei(GL_UNPACK_ROW_LENGTH, 77);
    const auto before = snapshot(gl);
    QCOMPARE(texture.upload(plainFrame(48, 64, qRgb(4, 5, 6))), std::string());
    PaintOptions options = squareOptions({32, 32}, QRectF(0, 0, 16, 20));
    options.ground = Qt::gray;
    options.split = 0.3;
    m_painter->paint(texture, &texture, options);
    QCOMPARE(snapshot(gl), before);
    QCOMPARE(m_bench->complaint(), QString());
    gl.glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    gl.glActiveTexture(GL_TEXTURE0);
    gl.glBindTexture(GL_TEXTURE_2D, 0);
    gl.glDeleteTextures(1, &other);
    gl.glDisable(GL_DEPTH_TEST);
    gl.glBlendEquation(GL_FUNC_ADD);
  }

  void errorsOfOthersAreForgotten() {
    QOpenGLExtraFunctions& gl = m_bench->gl();
    gl.glEnable(0xFFFFU);
    loom::render::clearErrors(gl);
    QCOMPARE(gl.glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    // A texture of a new size asks OpenGL whether there was memory: an error from before must not count.
    FrameTexture texture;
    gl.glEnable(0xFFFFU);
    QCOMPARE(texture.upload(plainFrame(3, 3, qRgb(1, 2, 3))), std::string());
  }

 private:
  std::unique_ptr<GlBench> m_bench;
  std::unique_ptr<PicturePainter> m_painter;
};

QTEST_MAIN(GlStateTest)
#include "gl_state_test.moc"
