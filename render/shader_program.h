// A compiled pair of shaders out of the resources (:/shaders/…, kept in resources/shaders).
#pragma once

#include <qopengl.h>
#include <QString>

#include <string>

namespace loom::render {

class ShaderProgram {
 public:
  ShaderProgram() = default;
  ~ShaderProgram();  ///< releases where a context is current, else the program went with its context
  ShaderProgram(const ShaderProgram&) = delete;
  ShaderProgram& operator=(const ShaderProgram&) = delete;

  /// Compiles and links for the current context. Returns an empty string, or a sentence with the driver's own words and
  /// the file's name.
  [[nodiscard]] std::string create(const QString& vertexFile, const QString& fragmentFile);
  void release();

  GLuint id() const { return m_program; }
  /// -1, which OpenGL ignores, for a uniform that the compiler removed.
  GLint uniform(const char* name) const;

 private:
  GLuint m_program = 0;
};

}  // namespace loom::render
