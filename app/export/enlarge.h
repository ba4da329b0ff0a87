// Pictures made larger by a whole factor.
#pragma once

#include <QImage>

namespace loom::app {

enum class Resample {
  Nearest,  ///< every pixel becomes a square
  Smooth,   ///< Lanczos with three lobes
};

/// Factors outside [1, kLargestEnlargement] are refused.
inline constexpr int kLargestEnlargement = 64;

/// `picture`, Format_Grayscale8 or Format_RGB888 (others are converted to RGB888), `factor` times as wide and high.
/// Smooth works on the stored (gamma-encoded) values: in linear light the filter's overshoot shows as dark halos around
/// bright things. Beyond the border the border's pixels go on. Throws ExportError where the factor is out of range or
/// there is not enough memory.
QImage enlarge(const QImage& picture, int factor, Resample how);

}  // namespace loom::app
