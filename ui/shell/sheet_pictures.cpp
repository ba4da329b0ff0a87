#include "ui/shell/sheet_pictures.h"

#include <algorithm>

namespace loom::ui {
namespace {

/// Copies one sample into RGBA pixels of a row length of `width`.
void place(const model::TrainingSheet& sheet, int index, std::vector<std::uint8_t>& rgba, int width, int left, int top) {
  const int side = sheet.resolution;
  const auto* from = sheet.pixels.data() + static_cast<std::size_t>(index) * side * side * sheet.channels;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const auto* pixel = from + (static_cast<std::size_t>(y) * side + x) * sheet.channels;
      auto* to = rgba.data() + (static_cast<std::size_t>(top + y) * width + left + x) * 4;
      for (int c = 0; c < 3; ++c) {
        to[c] = pixel[sheet.channels == 3 ? c : 0];
      }
      to[3] = 255;
    }
  }
}

model::Frame frameOf(int width, int height, std::vector<std::uint8_t> rgba) {
  model::Frame frame;
  frame.width = width;
  frame.height = height;
  frame.pixels = model::FramePixels::host(std::move(rgba));
  return frame;
}

}  // namespace

model::Frame sheetFrame(const model::TrainingSheet& sheet, int columns) {
  if (sheet.channels == 0 || sheet.count == 0) {
    return {};
  }
  const int side = sheet.resolution * columns;
  std::vector<std::uint8_t> rgba(static_cast<std::size_t>(side) * side * 4, 0);
  for (int i = 0; i < std::min(sheet.count, columns * columns); ++i) {
    place(sheet, i, rgba, side, i % columns * sheet.resolution, i / columns * sheet.resolution);
  }
  return frameOf(side, side, std::move(rgba));
}

model::Frame stripFrame(const std::vector<model::TrainingSheet>& film, int index, int length, int& shown) {
  shown = std::min<int>(length, static_cast<int>(film.size()));
  if (shown == 0 || film.front().channels == 0) {
    shown = 0;
    return {};
  }
  const int side = film.front().resolution;
  std::vector<std::uint8_t> rgba(static_cast<std::size_t>(side) * side * shown * 4, 0);
  for (int i = 0; i < shown; ++i) {
    const std::size_t at = shown == 1 ? film.size() - 1 : static_cast<std::size_t>(i) * (film.size() - 1) / static_cast<std::size_t>(shown - 1);
    if (index < film[at].count && film[at].resolution == side) {
      place(film[at], index, rgba, side * shown, i * side, 0);
    }
  }
  return frameOf(side * shown, side, std::move(rgba));
}

}  // namespace loom::ui
