#include "app/export/picture.h"

#include "app/export/export_error.h"
#include "app/export/picture_format.h"
#include "model/cuda_library.h"
#include "model/device/rgba_pack.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

namespace loom::app {
namespace {

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t side : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(side);
  }
  return text;
}

int sideOf(int count, int side, int gap) {
  const std::int64_t length = std::int64_t{count} * side + (std::int64_t{count} - 1) * gap;
  return static_cast<int>(std::min<std::int64_t>(length, kLongestPictureSide + 1));
}

}  // namespace

QImage blankPicture(QSize size, QImage::Format format) {
  QImage picture(size, format);
  if (picture.isNull()) {
    throw ExportError("There is not enough memory for a picture of " + std::to_string(size.width()) + " x " +
                      std::to_string(size.height()) + " pixels.");
  }
  // Qt takes the screen's density, and writes it to files: the same picture would differ from one desk to the next.
  constexpr int kDotsPerMetre = 2835;  // 72 dpi
  picture.setDotsPerMeterX(kDotsPerMetre);
  picture.setDotsPerMeterY(kDotsPerMetre);
  return picture;
}

QImage pictureFromFrame(const model::Frame& frame, int channels) {
  const model::HostPixels pixels = model::hostPixels(frame);
  if (!pixels.error.empty()) {
    throw ExportError("The picture cannot be taken from the GPU: " + pixels.error + ".");
  }
  const bool grey = channels == 1;
  QImage picture = blankPicture({frame.width, frame.height}, grey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
  const std::uint8_t* in = pixels.data;
  for (int y = 0; y < frame.height; ++y) {
    uchar* out = picture.scanLine(y);
    for (int x = 0; x < frame.width; ++x, in += 4) {
      *out++ = in[0];
      if (!grey) {
        *out++ = in[1];
        *out++ = in[2];
      }
    }
  }
  return picture;
}

QImage pictureFromTensor(const model::FloatTensor& images, std::int64_t index, const model::ValueRange& range) {
  const auto& shape = images.shape;
  constexpr std::int64_t kLongest = std::numeric_limits<int>::max();
  if (shape.size() != 4 || (shape[1] != 1 && shape[1] != 3) || shape[2] < 1 || shape[2] > kLongest || shape[3] < 1 ||
      shape[3] > kLongest || index < 0 || index >= shape[0] ||
      images.elementCount() != static_cast<std::int64_t>(images.values.size())) {
    throw ExportError("The network's output " + shapeText(shape) + " holds no picture number " + std::to_string(index) +
                      " that can be shown.");
  }
  const int channels = static_cast<int>(shape[1]);
  const int height = static_cast<int>(shape[2]);
  const int width = static_cast<int>(shape[3]);
  QImage picture = blankPicture({width, height}, channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
  const float span = range.high - range.low;
  const std::size_t plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const float* in = images.values.data() + static_cast<std::size_t>(index) * channels * plane;
  for (int y = 0; y < height; ++y) {
    uchar* out = picture.scanLine(y);
    for (int x = 0; x < width; ++x, ++in) {
      for (int channel = 0; channel < channels; ++channel) {
        *out++ = model::packSample(in[channel * plane], range.low, span);
      }
    }
  }
  return picture;
}

QSize GridLayout::size(QSize cell) const {
  return {sideOf(columns, cell.width(), gap), sideOf(rows, cell.height(), gap)};
}

GridSheet::GridSheet(const GridLayout& layout, QSize cell, QImage::Format format) : m_layout(layout), m_cell(cell) {
  if (layout.columns < 1 || layout.rows < 1 || layout.gap < 0 || cell.isEmpty()) {
    throw ExportError("A grid needs at least one row, one column and one pixel, and no negative gap.");
  }
  const QSize size = layout.size(cell);
  if (size.width() > kLongestPictureSide || size.height() > kLongestPictureSide) {
    throw ExportError("A grid of " + std::to_string(layout.columns) + " x " + std::to_string(layout.rows) +
                      " pictures is too large; no side may be longer than " + std::to_string(kLongestPictureSide) +
                      " pixels.");
  }
  m_sheet = blankPicture(size, format);
  m_sheet.fill(layout.background);
}

void GridSheet::place(int index, const QImage& picture) {
  if (index < 0 || index >= m_layout.cells() || picture.size() != m_cell || picture.format() != m_sheet.format()) {
    throw ExportError("A picture does not fit into its place in the grid.");
  }
  const int left = index % m_layout.columns * (m_cell.width() + m_layout.gap);
  const int top = index / m_layout.columns * (m_cell.height() + m_layout.gap);
  const int bytes = picture.depth() / 8;
  for (int y = 0; y < m_cell.height(); ++y) {
    std::memcpy(m_sheet.scanLine(top + y) + left * bytes, picture.constScanLine(y),
                static_cast<std::size_t>(m_cell.width()) * bytes);
  }
}

}  // namespace loom::app
