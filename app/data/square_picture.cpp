#include "app/data/square_picture.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace loom::app {
namespace {

constexpr int kLobes = 3;
/// Weights are whole numbers of 2⁻²²: 8 bits of a pixel and 2 for the overshoot of the lobes leave that of 32.
constexpr int kWeightBits = 32 - 8 - 2;

double lanczos(double x) {
  if (x == 0.0) {
    return 1.0;
  }
  if (x < -kLobes || x >= kLobes) {
    return 0.0;
  }
  const auto sinc = [](double t) { return t == 0.0 ? 1.0 : std::sin(t * std::numbers::pi) / (t * std::numbers::pi); };
  return sinc(x) * sinc(x / kLobes);
}

/// Which pixels of a line make one new pixel, and by what weights.
struct Taps {
  int first = 0;
  std::vector<std::int32_t> weights;
};

std::vector<Taps> tapsOf(int size, int outSize) {
  const double scale = static_cast<double>(size) / outSize;
  const double stretch = std::max(scale, 1.0);
  const double support = kLobes * stretch;
  std::vector<Taps> all(static_cast<std::size_t>(outSize));
  for (int out = 0; out < outSize; ++out) {
    Taps& taps = all[static_cast<std::size_t>(out)];
    const double centre = (out + 0.5) * scale;
    const auto pixelAt = [](double place) { return static_cast<int>(std::trunc(place + 0.5)); };  // as Pillow rounds
    taps.first = std::max(0, pixelAt(centre - support));
    const int end = std::min(size, pixelAt(centre + support));
    std::vector<double> raw;
    double sum = 0.0;
    for (int x = taps.first; x < end; ++x) {
      raw.push_back(lanczos((x - centre + 0.5) / stretch));
      sum += raw.back();
    }
    for (const double weight : raw) {
      taps.weights.push_back(static_cast<std::int32_t>(std::lround(weight / sum * (1 << kWeightBits))));
    }
  }
  return all;
}

std::uint8_t roundedByte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);

template <int Channels>
void resampleRows(const std::uint8_t* in, int width, int rows, const std::vector<Taps>& all, std::uint8_t* out) {
  for (int row = 0; row < rows; ++row, in += static_cast<std::ptrdiff_t>(width) * Channels) {
    for (const Taps& taps : all) {
      std::int32_t sums[Channels];
      std::fill_n(sums, Channels, kHalf);
      const std::uint8_t* pixel = in + static_cast<std::ptrdiff_t>(taps.first) * Channels;
      for (const std::int32_t weight : taps.weights) {
        for (int channel = 0; channel < Channels; ++channel) {
          sums[channel] += weight * *pixel++;
        }
      }
      for (const std::int32_t sum : sums) {
        *out++ = roundedByte(sum);
      }
    }
  }
}

void resampleColumns(const std::uint8_t* in, std::size_t rowBytes, const std::vector<Taps>& all, std::uint8_t* out) {
  std::vector<std::int32_t> sums(rowBytes);
  for (const Taps& taps : all) {
    std::fill(sums.begin(), sums.end(), kHalf);
    const std::uint8_t* row = in + static_cast<std::size_t>(taps.first) * rowBytes;
    for (const std::int32_t weight : taps.weights) {
      for (std::size_t i = 0; i < rowBytes; ++i) {
        sums[i] += weight * row[i];
      }
      row += rowBytes;
    }
    out = std::transform(sums.begin(), sums.end(), out, roundedByte);
  }
}

/// The centre, interleaved.
std::vector<std::uint8_t> centreBytes(const QImage& picture, int side, int channels) {
  const QRect centre((picture.width() - side) / 2, (picture.height() - side) / 2, side, side);
  QImage square(side, side, QImage::Format_RGB32);
  if (square.isNull()) {
    throw std::bad_alloc();
  }
  if (picture.hasAlphaChannel()) {
    square.fill(Qt::white);
    QPainter(&square).drawImage(QPoint(0, 0), picture, centre);
  } else {
    square = picture.copy(centre).convertToFormat(QImage::Format_RGB32);
  }
  const bool isGrey = picture.format() == QImage::Format_Grayscale8 || picture.format() == QImage::Format_Grayscale16;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(side) * side * channels);
  for (int y = 0; y < side; ++y) {
    const auto* line = reinterpret_cast<const QRgb*>(square.constScanLine(y));
    for (int x = 0; x < side; ++x) {
      const auto red = static_cast<unsigned>(qRed(line[x]));
      const auto green = static_cast<unsigned>(qGreen(line[x]));
      const auto blue = static_cast<unsigned>(qBlue(line[x]));
      if (channels == 1) {
        const unsigned luma = isGrey ? green : (red * 19595U + green * 38470U + blue * 7471U + 0x8000U) >> 16U;
        bytes.push_back(static_cast<std::uint8_t>(luma));
      } else {
        bytes.insert(bytes.end(), {static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                                   static_cast<std::uint8_t>(blue)});
      }
    }
  }
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> resampled(const std::vector<std::uint8_t>& pixels, int width, int height, int channels,
                                    int outWidth, int outHeight) {
  std::vector<std::uint8_t> wide = pixels;
  if (outWidth != width) {
    wide.resize(static_cast<std::size_t>(outWidth) * height * channels);
    (channels == 1 ? resampleRows<1> : resampleRows<3>)(pixels.data(), width, height, tapsOf(width, outWidth),
                                                        wide.data());
  }
  if (outHeight == height) {
    return wide;
  }
  const std::size_t rowBytes = static_cast<std::size_t>(outWidth) * channels;
  std::vector<std::uint8_t> result(rowBytes * outHeight);
  resampleColumns(wide.data(), rowBytes, tapsOf(height, outHeight), result.data());
  return result;
}

std::vector<std::uint8_t> squarePixels(const QImage& picture, int resolution, int channels) {
  const int side = std::min(picture.width(), picture.height());
  std::vector<std::uint8_t> interleaved =
      resampled(centreBytes(picture, side, channels), side, side, channels, resolution, resolution);
  if (channels == 1) {
    return interleaved;
  }
  const std::size_t plane = static_cast<std::size_t>(resolution) * resolution;
  std::vector<std::uint8_t> planes(interleaved.size());
  for (std::size_t i = 0; i < plane; ++i) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      planes[channel * plane + i] = interleaved[3 * i + channel];
    }
  }
  return planes;
}

QImage pictureOfPixels(const std::uint8_t* pixels, int resolution, int channels) {
  QImage picture(resolution, resolution, channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
  if (picture.isNull()) {
    throw std::bad_alloc();
  }
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(resolution) * resolution;
  for (int y = 0; y < resolution; ++y) {
    std::uint8_t* out = picture.scanLine(y);
    for (int x = 0; x < resolution; ++x, ++pixels) {
      for (int channel = 0; channel < channels; ++channel) {
        *out++ = pixels[channel * plane];
      }
    }
  }
  return picture;
}

}  // namespace loom::app
