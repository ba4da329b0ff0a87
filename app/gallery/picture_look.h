// How a picture looks, in few numbers: its thumbnail, a hash that survives small changes, and features to compare by.
#pragma once

#include <QByteArray>
#include <QImage>

#include <cstdint>
#include <vector>

namespace loom::app {

inline constexpr int kThumbnailSide = 160;  ///< pixels of the longer side, at most
inline constexpr int kFeatureCount = 80;
inline constexpr int kSketchLength = 48;

struct PictureLook {
  /// Signs of the 64 lowest frequencies (8 × 8 of the discrete cosine transform of 32 × 32 grey pixels) against their
  /// median. Two pictures that a person takes for the same one differ in a few bits.
  std::uint64_t hash = 0;
  /// For each of 4 × 4 fields, row by row: mean luma, blue difference, red difference (JFIF's, 0 to 255), and the mean
  /// steps of luma to the right and downwards (four times, to 255).
  std::vector<std::uint8_t> features;
};

/// JPEG of at most kThumbnailSide pixels; a picture that is no larger than 96 stays as it is, as PNG. Throws
/// GalleryError where Qt cannot encode it.
QByteArray thumbnailOf(const QImage& picture);

/// `picture` may be a thumbnail: larger ones give nearly the same. A null one looks black.
PictureLook lookOf(const QImage& picture);

/// The bits in which two hashes differ.
int hashDistance(std::uint64_t a, std::uint64_t b);
/// Square of the distance of two features.
int featureDistance(const std::uint8_t* a, const std::uint8_t* b);

/// Whether a person would take two pictures for the same one, whatever they were saved as: some bits of the hash, some
/// steps of grey.
inline constexpr int kSameBits = 4;
bool looksTheSame(std::uint64_t hashA, const std::uint8_t* featuresA, std::uint64_t hashB,
                  const std::uint8_t* featuresB);

/// `style` by kSketchLength random directions, always the same ones, so that distances of sketches are close to the
/// distances of styles (Johnson and Lindenstrauss 1984). Empty where `style` is.
std::vector<float> sketchOf(const std::vector<float>& style);

}  // namespace loom::app
