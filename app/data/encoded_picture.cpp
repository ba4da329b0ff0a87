#include "app/data/encoded_picture.h"

#include <QBuffer>
#include <QImageReader>

#include <algorithm>
#include <cctype>
#include <set>

namespace loom::app {
namespace {

/// As RGB32 they take 128 MiB, which is the limit that Qt 6 begins with.
constexpr qint64 kMostPixels = qint64{32} << 20;

/// Qt's JPEG reader paints grey what is missing. Whether there is an end: after the first scan begins, an EOI marker
/// that is no part of another segment (ITU-T T.81, annex B).
bool isJpegCutShort(const QByteArray& bytes) {
  const auto at = [&](qsizetype i) { return static_cast<unsigned char>(bytes[i]); };
  bool inScan = false;
  for (qsizetype i = 2; i + 1 < bytes.size();) {
    if (at(i) != 0xFF || at(i + 1) == 0x00 || at(i + 1) == 0xFF) {
      if (!inScan && at(i) != 0xFF) {
        return false;  // not a JPEG as this reads them: the decoder's business
      }
      i += at(i) == 0xFF && at(i + 1) == 0x00 ? 2 : 1;
      continue;
    }
    const unsigned marker = at(i + 1);
    if (marker == 0xD9) {
      return false;
    }
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // stand alone
      i += 2;
      continue;
    }
    if (i + 3 >= bytes.size()) {
      return true;
    }
    inScan = inScan || marker == 0xDA;
    i += 2 + (at(i + 2) << 8 | at(i + 3));
  }
  return true;
}

void open(QBuffer& buffer, QImageReader& reader, const QByteArray& bytes) {
  buffer.setData(bytes);
  buffer.open(QIODevice::ReadOnly);
  reader.setDevice(&buffer);
  reader.setDecideFormatFromContent(true);
  reader.setAutoTransform(true);
}

std::string reasonOf(const QImageReader& reader) {
  switch (reader.error()) {
    case QImageReader::UnsupportedFormatError: return "it is no picture in a format that can be read here";
    case QImageReader::InvalidDataError: return "its data are damaged";
    default: return reader.errorString().toStdString();
  }
}

void checkSize(QSize size) {
  if (size.width() < 1 || size.height() < 1) {
    throw DataError("it has no pixels");
  }
  if (qint64{size.width()} * size.height() > kMostPixels) {
    throw DataError("it is too large: " + std::to_string(size.width()) + " × " + std::to_string(size.height()) +
                    " pixels, where up to 33 million are read");
  }
}

const std::set<std::string>& suffixes() {
  static const std::set<std::string> kSuffixes = [] {
    std::set<std::string> all;
    for (const QByteArray& format : QImageReader::supportedImageFormats()) {
      all.insert(format.toLower().toStdString());
    }
    // Drawings and documents, not pictures.
    for (const char* other : {"svg", "svgz", "pdf"}) {
      all.erase(other);
    }
    return all;
  }();
  return kSuffixes;
}

}  // namespace

PictureHeader readHeader(const QByteArray& bytes) {
  if (bytes.isEmpty()) {
    throw DataError("it is empty");
  }
  QBuffer buffer;
  QImageReader reader;
  open(buffer, reader, bytes);
  if (!reader.canRead()) {
    throw DataError("it is no picture in a format that can be read here");
  }
  QSize size = reader.size();
  const QImage::Format format = reader.imageFormat();
  if (!size.isValid()) {  // few formats hide it
    const QImage picture = decodePicture(bytes);
    return {picture.size(), picture.isGrayscale(), picture.hasAlphaChannel()};
  }
  checkSize(size);
  if (reader.transformation().testFlag(QImageIOHandler::TransformationRotate90)) {
    size.transpose();
  }
  const bool grey = format == QImage::Format_Grayscale8 || format == QImage::Format_Grayscale16 ||
                    format == QImage::Format_Mono || format == QImage::Format_MonoLSB;
  const bool alpha =
      format != QImage::Format_Invalid && QImage::toPixelFormat(format).alphaUsage() == QPixelFormat::UsesAlpha;
  return {size, grey, alpha};
}

QImage decodePicture(const QByteArray& bytes) {
  if (bytes.isEmpty()) {
    throw DataError("it is empty");
  }
  if (bytes.startsWith("\xff\xd8\xff") && isJpegCutShort(bytes)) {
    throw DataError("it is cut short");
  }
  QBuffer buffer;
  QImageReader reader;
  open(buffer, reader, bytes);
  if (const QSize size = reader.size(); size.isValid()) {
    checkSize(size);
  }
  QImage picture = reader.read();
  if (picture.isNull()) {
    throw DataError(reasonOf(reader));
  }
  checkSize(picture.size());
  return picture;
}

bool hasPictureSuffix(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) {
    return false;
  }
  std::string suffix = name.substr(dot + 1);
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return suffixes().contains(suffix);
}

}  // namespace loom::app
