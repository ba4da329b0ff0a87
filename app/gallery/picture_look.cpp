#include "app/gallery/picture_look.h"

#include "app/gallery/gallery_error.h"

#include <QBuffer>
#include <QImageWriter>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

namespace loom::app {
namespace {

constexpr int kSmall = 96;
constexpr int kHashSide = 32;
constexpr int kFrequencies = 8;
constexpr int kFields = 4;
constexpr int kFeatureSide = 32;

/// Row f: the cosine of frequency f at each pixel.
const std::array<std::array<float, kHashSide>, kFrequencies>& cosines() {
  static const auto kTable = [] {
    std::array<std::array<float, kHashSide>, kFrequencies> table{};
    for (int f = 0; f < kFrequencies; ++f) {
      for (int x = 0; x < kHashSide; ++x) {
        table[f][x] = static_cast<float>(std::cos(std::numbers::pi * f * (2 * x + 1) / (2 * kHashSide)));
      }
    }
    return table;
  }();
  return kTable;
}

std::uint64_t hashOf(const QImage& grey) {
  std::array<std::array<float, kHashSide>, kFrequencies> rows{};  // transformed along x
  for (int y = 0; y < kHashSide; ++y) {
    const uchar* line = grey.constScanLine(y);
    for (int f = 0; f < kFrequencies; ++f) {
      for (int x = 0; x < kHashSide; ++x) {
        rows[f][y] += cosines()[f][x] * static_cast<float>(line[x]);
      }
    }
  }
  std::array<float, kFrequencies * kFrequencies> values{};
  for (int f = 0; f < kFrequencies; ++f) {
    for (int g = 0; g < kFrequencies; ++g) {
      for (int y = 0; y < kHashSide; ++y) {
        values[f * kFrequencies + g] += cosines()[g][y] * rows[f][y];
      }
    }
  }
  values[0] = 0;  // the mean brightness says little
  auto sorted = values;
  std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
  // What is smaller than two steps of grey is noise, as saving makes it: the hash of a plain picture is 0.
  constexpr float kNoise = 2.0F * kHashSide * kHashSide / 2;
  const float median = sorted[sorted.size() / 2];
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    hash |= static_cast<std::uint64_t>(values[i] > median + (std::abs(median) < kNoise ? kNoise : 0.0F)) << i;
  }
  return hash;
}

std::uint8_t toByte(double value) { return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)); }

std::vector<std::uint8_t> featuresOf(const QImage& rgb) {
  constexpr int kField = kFeatureSide / kFields;
  const auto luma = [&](int x, int y) {
    const QRgb p = rgb.pixel(std::min(x, kFeatureSide - 1), std::min(y, kFeatureSide - 1));
    return 0.299 * qRed(p) + 0.587 * qGreen(p) + 0.114 * qBlue(p);
  };
  std::vector<std::uint8_t> features;
  for (int field = 0; field < kFields * kFields; ++field) {
    double sums[5] = {};
    for (int i = 0; i < kField * kField; ++i) {
      const int x = field % kFields * kField + i % kField;
      const int y = field / kFields * kField + i / kField;
      const double here = luma(x, y);
      sums[0] += here;
      sums[1] += 128 + 0.564 * (qBlue(rgb.pixel(x, y)) - here);
      sums[2] += 128 + 0.713 * (qRed(rgb.pixel(x, y)) - here);
      sums[3] += 4 * std::abs(luma(x + 1, y) - here);
      sums[4] += 4 * std::abs(luma(x, y + 1) - here);
    }
    for (const double sum : sums) {
      features.push_back(toByte(sum / (kField * kField)));
    }
  }
  return features;
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same signs on every machine.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

QByteArray thumbnailOf(const QImage& picture) {
  const bool small = std::max(picture.width(), picture.height()) <= kSmall;
  QImage image = picture;
  if (std::max(picture.width(), picture.height()) > kThumbnailSide) {
    image = picture.scaled(kThumbnailSide, kThumbnailSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
  }
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  constexpr int kQuality = 88;
  QImageWriter writer(&buffer, small ? "png" : "jpeg");
  if (!small) {
    writer.setQuality(kQuality);
  }
  if (!writer.write(image)) {
    throw GalleryError("A small picture for the gallery cannot be made: " + writer.errorString().toStdString() +
                       ". Check that Qt's plugins for JPEG and PNG are installed.");
  }
  return bytes;
}

PictureLook lookOf(const QImage& picture) {
  const auto squeezed = [&](int side, QImage::Format format) {
    if (picture.isNull()) {
      QImage black(side, side, format);
      black.fill(0);
      return black;
    }
    return picture.scaled(side, side, Qt::IgnoreAspectRatio, Qt::SmoothTransformation).convertToFormat(format);
  };
  return {hashOf(squeezed(kHashSide, QImage::Format_Grayscale8)),
          featuresOf(squeezed(kFeatureSide, QImage::Format_RGB32))};
}

int hashDistance(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

int featureDistance(const std::uint8_t* a, const std::uint8_t* b) {
  int sum = 0;
  for (int i = 0; i < kFeatureCount; ++i) {
    const int difference = a[i] - b[i];
    sum += difference * difference;
  }
  return sum;
}

bool looksTheSame(std::uint64_t hashA, const std::uint8_t* featuresA, std::uint64_t hashB,
                  const std::uint8_t* featuresB) {
  constexpr int kSameFeatures = kFeatureCount * 5 * 5;
  return hashDistance(hashA, hashB) <= kSameBits && featureDistance(featuresA, featuresB) <= kSameFeatures;
}

std::vector<float> sketchOf(const std::vector<float>& style) {
  if (style.empty()) {
    return {};
  }
  static_assert(kSketchLength <= 64);
  std::vector<float> sketch(kSketchLength, 0.0F);
  for (std::size_t i = 0; i < style.size(); ++i) {
    const std::uint64_t signs = mixed(i);  // one bit for each direction
    for (int k = 0; k < kSketchLength; ++k) {
      sketch[static_cast<std::size_t>(k)] += (signs >> k & 1) != 0 ? style[i] : -style[i];
    }
  }
  const float scale = 1.0F / std::sqrt(static_cast<float>(kSketchLength));
  for (float& value : sketch) {
    value *= scale;
  }
  return sketch;
}

}  // namespace loom::app
