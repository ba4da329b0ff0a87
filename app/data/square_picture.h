// Pictures of any size and kind as a training takes them: a square of bytes.
#pragma once

#include <QImage>

#include <cstdint>
#include <vector>

namespace loom::app {

/// The centre of `picture` as a square, resized to `resolution` pixels a side: channels × resolution × resolution
/// bytes, C order. What is transparent lies over white; `channels` 1 takes the luma of ITU-R 601, as Pillow's "L".
///
/// Lanczos with three lobes whose support grows with the reduction, so that nothing aliases; in 8 bits, rows first,
/// with the rounding of Pillow's Image.resize(LANCZOS) (Pillow src/libImaging/Resample.c), which the usual preparations
/// of data sets use: the bytes are the same.
std::vector<std::uint8_t> squarePixels(const QImage& picture, int resolution, int channels);

/// Interleaved bytes of width × height × channels to outWidth × outHeight × channels, by that filter.
std::vector<std::uint8_t> resampled(const std::vector<std::uint8_t>& pixels, int width, int height, int channels,
                                    int outWidth, int outHeight);

/// The picture that channels × resolution × resolution bytes show: Format_Grayscale8 or Format_RGB888.
QImage pictureOfPixels(const std::uint8_t* pixels, int resolution, int channels);

}  // namespace loom::app
