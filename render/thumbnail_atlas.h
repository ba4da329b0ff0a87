// Many small pictures in one texture, so that a wall of them is one draw.
//
//   ThumbnailAtlas atlas;
//   int cell = atlas.put(-1, frame);        // context current; −1: a new cell, the one longest unused where all are taken
//   auto place = atlas.place(cell);         // texture coordinates of the picture
#pragma once

#include "model/frame.h"

#include <QtGui/qopengl.h>

#include <array>
#include <cstdint>
#include <vector>

namespace loom::render {

class ThumbnailAtlas {
 public:
  static constexpr int kCell = 128;     ///< pixels of a cell's side; pictures are at most this large
  static constexpr int kColumns = 16;
  static constexpr int kCells = kColumns * kColumns;

  struct Place {
    float left = 0.0F, top = 0.0F, right = 0.0F, bottom = 0.0F;  ///< in [0, 1] of the texture
    int width = 0, height = 0;                                   ///< pixels
  };

  ThumbnailAtlas() = default;
  ~ThumbnailAtlas();  ///< see release
  ThumbnailAtlas(const ThumbnailAtlas&) = delete;
  ThumbnailAtlas& operator=(const ThumbnailAtlas&) = delete;

  /// Writes the host frame into `cell` (−1: into a free one). Returns the cell, or −1 where no context is current, the
  /// frame is larger than a cell, or all cells were used since the last `nextRound`. `evicted` is told of a cell that had
  /// to make room.
  template <typename Evicted>
  int put(int cell, const model::Frame& frame, const Evicted& evicted) {
    if (cell < 0) {
      cell = leastUsed();
      if (cell >= 0 && m_cells[static_cast<std::size_t>(cell)].place.width > 0) {
        evicted(cell);
      }
    }
    return write(cell, frame) ? cell : -1;
  }

  /// Marks the cell as used in this round and tells where its picture is.
  const Place& use(int cell);
  /// Frees all cells.
  void clear();
  /// A frame of the window ends.
  void nextRound() { ++m_round; }
  GLuint texture() const { return m_texture; }
  /// Gives the texture back; the context must be current.
  void release();

 private:
  struct Cell {
    Place place;
    std::uint64_t used = 0;  // round
  };
  int leastUsed() const;
  bool write(int cell, const model::Frame& frame);

  GLuint m_texture = 0;
  std::uint64_t m_round = 1;
  std::array<Cell, kCells> m_cells{};
};

}  // namespace loom::render
