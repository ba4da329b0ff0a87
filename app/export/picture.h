// Pictures as they are exported: Format_RGB888, or Format_Grayscale8 where the network has one channel.
#pragma once

#include "model/float_tensor.h"
#include "model/frame.h"
#include "model/generator_info.h"

#include <QColor>
#include <QImage>

#include <cstdint>

namespace loom::app {

/// A picture whose pixels are not set. Throws ExportError where Qt or the memory has no room for it.
QImage blankPicture(QSize size, QImage::Format format);

/// The pixels of a frame, wherever they lie, without alpha; `channels` is the generator's: 1 makes a grey picture.
/// Throws ExportError where they cannot be taken from the GPU.
QImage pictureFromFrame(const model::Frame& frame, int channels = 3);

/// Picture `index` of an N×C×H×W tensor (C 1 or 3). `range` goes to 0…255, what is outside is clamped, NaN is black;
/// the very values that the worker packs into frames. Throws ExportError on another shape or an index beyond N.
QImage pictureFromTensor(const model::FloatTensor& images, std::int64_t index, const model::ValueRange& range);

struct GridLayout {
  int columns = 1;
  int rows = 1;
  int gap = 0;  ///< pixels between two pictures; none around them
  QColor background = Qt::black;

  int cells() const { return columns * rows; }
  /// Pixels of the whole sheet. A side beyond kLongestPictureSide comes out as one pixel above that, so that the size
  /// can still be enlarged, and is refused when it is to be written.
  QSize size(QSize cell) const;
};

/// A sheet of pictures of one size that is filled as they come, row by row from the top left.
class GridSheet {
 public:
  /// Throws ExportError where the layout is empty or there is not enough memory.
  GridSheet(const GridLayout& layout, QSize cell, QImage::Format format);

  /// `picture` must have the cell's size and format, `index` lie in [0, cells).
  void place(int index, const QImage& picture);
  const QImage& sheet() const { return m_sheet; }

 private:
  GridLayout m_layout;
  QSize m_cell;
  QImage m_sheet;
};

}  // namespace loom::app
