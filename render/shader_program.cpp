#include "render/shader_program.h"

#include "render/gl_state.h"

#include <QByteArray>
#include <QFile>

#include <algorithm>
#include <vector>

/// A static library's resources are in the program only once somebody asks for them; Qt wants it outside of namespaces.
static void registerShaders() { Q_INIT_RESOURCE(loom_shaders); }

namespace loom::render {

namespace {

/// The shader, or 0 and `error` set.
GLuint compile(QOpenGLExtraFunctions& gl, GLenum kind, const QString& fileName, std::string& error) {
  registerShaders();
  QFile file(":/shaders/" + fileName);
  if (!file.open(QIODevice::ReadOnly)) {
    error = "the shader " + fileName.toStdString() + " is missing in the program";
    return 0;
  }
  const QByteArray source = file.readAll();
  const char* text = source.constData();
  const auto length = static_cast<GLint>(source.size());
  const GLuint shader = gl.glCreateShader(kind);
  gl.glShaderSource(shader, 1, &text, &length);
  gl.glCompileShader(shader);
  GLint done = GL_FALSE;
  gl.glGetShaderiv(shader, GL_COMPILE_STATUS, &done);
  if (done == GL_TRUE) {
    return shader;
  }
  GLint size = 0;
  gl.glGetShaderiv(shader, GL_INFO_LOG_LENGTH, &size);
  std::vector<char> log(static_cast<std::size_t>(std::max(size, 1)));
  gl.glGetShaderInfoLog(shader, static_cast<GLsizei>(log.size()), nullptr, log.data());
  gl.glDeleteShader(shader);
  error = "the graphics driver refuses the shader " + fileName.toStdString() + ": " + log.data();
  return 0;
}

}  // namespace

ShaderProgram::~ShaderProgram() { release(); }

std::string ShaderProgram::create(const QString& vertexFile, const QString& fragmentFile) {
  QOpenGLExtraFunctions* const gl = currentGl();
  if (gl == nullptr) {
    return "no OpenGL context is current";
  }
  release();
  std::string error;
  const GLuint vertex = compile(*gl, GL_VERTEX_SHADER, vertexFile, error);
  const GLuint fragment = vertex != 0 ? compile(*gl, GL_FRAGMENT_SHADER, fragmentFile, error) : 0;
  if (fragment == 0) {
    gl->glDeleteShader(vertex);  // 0 is silently ignored
    return error;
  }
  m_program = gl->glCreateProgram();
  gl->glAttachShader(m_program, vertex);
  gl->glAttachShader(m_program, fragment);
  gl->glLinkProgram(m_program);
  gl->glDeleteShader(vertex);  // they live as long as the program does
  gl->glDeleteShader(fragment);
  GLint done = GL_FALSE;
  gl->glGetProgramiv(m_program, GL_LINK_STATUS, &done);
  if (done == GL_TRUE) {
    return {};
  }
  GLint size = 0;
  gl->glGetProgramiv(m_program, GL_INFO_LOG_LENGTH, &size);
  std::vector<char> log(static_cast<std::size_t>(std::max(size, 1)));
  gl->glGetProgramInfoLog(m_program, static_cast<GLsizei>(log.size()), nullptr, log.data());
  release();
  return "the graphics driver cannot link " + vertexFile.toStdString() + " and " + fragmentFile.toStdString() + ": " +
         log.data();
}

void ShaderProgram::release() {
  QOpenGLExtraFunctions* const gl = currentGl();
  if (gl != nullptr && m_program != 0) {
    gl->glDeleteProgram(m_program);
  }
  m_program = 0;
}

GLint ShaderProgram::uniform(const char* name) const {
  QOpenGLExtraFunctions* const gl = currentGl();
  return gl != nullptr && m_program != 0 ? gl->glGetUniformLocation(m_program, name) : -1;
}

}  // namespace loom::render
