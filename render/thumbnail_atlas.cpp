#include "render/thumbnail_atlas.h"

#include "render/gl_state.h"

#include <algorithm>

namespace loom::render {

ThumbnailAtlas::~ThumbnailAtlas() { release(); }

void ThumbnailAtlas::release() {
  if (QOpenGLExtraFunctions* gl = currentGl(); gl != nullptr && m_texture != 0) {
    gl->glDeleteTextures(1, &m_texture);
  }
  m_texture = 0;
  clear();
}

void ThumbnailAtlas::clear() { m_cells.fill({}); }

const ThumbnailAtlas::Place& ThumbnailAtlas::use(int cell) {
  Cell& used = m_cells[static_cast<std::size_t>(cell)];
  used.used = m_round;
  return used.place;
}

int ThumbnailAtlas::leastUsed() const {
  const auto it = std::min_element(m_cells.begin(), m_cells.end(), [](const Cell& a, const Cell& b) { return a.used < b.used; });
  return it->used == m_round ? -1 : static_cast<int>(it - m_cells.begin());
}

bool ThumbnailAtlas::write(int cell, const model::Frame& frame) {
  QOpenGLExtraFunctions* const gl = currentGl();
  if (gl == nullptr || cell < 0 || frame.width <= 0 || frame.width > kCell || frame.height <= 0 || frame.height > kCell ||
      frame.pixels.location != model::FramePixels::Location::Host) {
    return false;
  }
  const UploadState state(*gl);
  constexpr int kSide = kCell * kColumns;
  if (m_texture == 0) {
    gl->glGenTextures(1, &m_texture);
    gl->glBindTexture(GL_TEXTURE_2D, m_texture);
    gl->glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, kSide, kSide, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  }
  const int x = cell % kColumns * kCell;
  const int y = cell / kColumns * kCell;
  gl->glBindTexture(GL_TEXTURE_2D, m_texture);
  gl->glTexSubImage2D(GL_TEXTURE_2D, 0, x, y, frame.width, frame.height, GL_RGBA, GL_UNSIGNED_BYTE, frame.pixels.data);
  // Half a texel inside: the neighbours in the atlas do not shine through.
  const auto share = [](float pixels) { return pixels / static_cast<float>(kSide); };
  Cell& written = m_cells[static_cast<std::size_t>(cell)];
  written.place = {share(static_cast<float>(x) + 0.5F),
                   share(static_cast<float>(y) + 0.5F),
                   share(static_cast<float>(x + frame.width) - 0.5F),
                   share(static_cast<float>(y + frame.height) - 0.5F),
                   frame.width,
                   frame.height};
  written.used = m_round;
  return true;
}

}  // namespace loom::render
