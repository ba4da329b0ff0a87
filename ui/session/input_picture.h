// The picture that an image-to-image generator is fed with: from a file, the clipboard or another generator to the
// numbers that enter the network. Qt's images without widgets, so that the command line reads the very same numbers.
#pragma once

#include "model/float_tensor.h"
#include "model/generator_info.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <stdexcept>
#include <string>

namespace loom::ui {

/// No picture could be had; `what()` is a sentence for people that names the file.
class InputPictureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct InputSource {
  QImage pixels;       ///< Format_RGB888, transparent places white
  QString path;        ///< absolute, where it was read; empty: pasted, or taken from another generator
  std::string sha256;  ///< of width, height and pixels: 64 lower-case hexadecimal digits
};

/// Pixels along the longer side as they enter the network, unless somebody asks for others.
inline constexpr int kInputSide = 256;

/// `picture` in any format of Qt's; must not be null.
InputSource inputSource(const QImage& picture, const QString& path = {});

/// The picture at `path`, in any format that Qt reads, turned as its EXIF says. Throws InputPictureError.
InputSource readInputSource(const QString& path);

/// Shapes and colours, drawn in code: what a network is fed with before somebody has chosen a picture.
QImage testPicture();

/// How large `source` enters a network whose sides must be multiples of `multiple`: its longer side is scaled down to
/// `side` where it is longer, then the sides are cropped to multiples. What is too small for one multiple is enlarged.
QSize inputSize(QSize source, int multiple, int side);

/// 1×C×H×W in `info.range`, C and the sides as `info` asks for; the middle of the picture where it is cropped. Grey by
/// ITU-R 601, as the original programs' PIL does.
model::FloatTensor inputTensor(const QImage& pixels, const model::GeneratorInfo& info, int side);

}  // namespace loom::ui
