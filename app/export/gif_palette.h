// The colours of a GIF: one palette for the whole film, so that nothing flickers from frame to frame.
#pragma once

#include "app/export/nearest_colour.h"

#include <QImage>

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace loom::app {

/// First `count` of every frame, then `make`, then `indices` of every frame. The same frames give the same palette and
/// indices, on every machine.
class GifPalette {
 public:
  static constexpr int kColours = 255;
  static constexpr int kTransparent = 255;  ///< left to the encoder, which skips with it what did not change

  GifPalette();
  /// `picture`: Format_RGB888.
  void count(const QImage& picture);
  /// 255 colours by median cut (Heckbert 1982) and some rounds of k-means; a film of fewer colours keeps each as it is.
  void make();
  /// 256 of them, 0xAARRGGBB.
  const std::vector<std::uint32_t>& colours() const { return m_colours; }
  /// One byte a pixel, row by row. Ordered dithering with an 8×8 Bayer matrix: unlike error diffusion it stands still
  /// where the picture does.
  std::vector<std::uint8_t> indices(const QImage& picture);

 private:
  struct Bin {
    std::uint64_t pixels = 0;
    std::array<std::uint64_t, 3> sums{};
  };
  struct Colour {
    std::array<double, 3> rgb{};
    double weight = 0.0;
  };
  std::vector<Colour> countedColours() const;
  std::uint8_t nearest(int red, int green, int blue);

  std::vector<Bin> m_bins;            // 32 × 32 × 32
  std::set<std::uint32_t> m_exact;    // all colours, as long as there are few
  bool m_few = true;
  std::vector<std::uint32_t> m_colours;
  std::optional<NearestColour> m_search;  // since `make`
  std::array<int, 64> m_shifts{};  // of the dithering
  std::vector<std::int16_t> m_nearest;  // of the middle of each bin; −1: not asked for yet
};

}  // namespace loom::app
