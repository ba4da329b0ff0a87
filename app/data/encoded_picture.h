// Encoded pictures (PNG, JPEG …) from memory. What is wrong with one is thrown as DataError with a clause:
// "it is cut short".
#pragma once

#include "app/data/data_error.h"

#include <QByteArray>
#include <QImage>
#include <QSize>

#include <string>

namespace loom::app {

struct PictureHeader {
  QSize size;  ///< upright
  bool grey = false;
  bool alpha = false;
};

/// What the first bytes tell, without decoding. Throws a clause where they tell no size, or one that is too large.
PictureHeader readHeader(const QByteArray& bytes);

/// Decodes, turned upright by its EXIF. Throws a clause where a part is missing or damaged, as far as its format tells.
QImage decodePicture(const QByteArray& bytes);

/// Whether a file of that name may hold a picture: by its suffix, of the formats that Qt can read here.
bool hasPictureSuffix(const std::string& name);

}  // namespace loom::app
