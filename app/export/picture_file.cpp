#include "app/export/picture_file.h"

#include "app/export/atomic_file.h"
#include "app/export/picture_format.h"

#include <QBuffer>
#include <QFile>
#include <QImageWriter>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

/// Encoded in memory first: Qt's encoders do not tell a full disk from a broken picture.
QByteArray encoded(const QImage& picture, const fs::path& target, const PictureFileOptions& options) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QImageWriter writer(&buffer, QByteArray());
  switch (*pictureFormatOfName(target)) {
    case PictureFormat::Png:
      writer.setFormat("png");
      break;
    case PictureFormat::Jpeg:
      writer.setFormat("jpeg");
      writer.setQuality(options.jpegQuality);
      break;
    case PictureFormat::Tiff:
      writer.setFormat("tiff");
      writer.setCompression(1);  // LZW: without loss, and read everywhere
      break;
  }
  if (!writer.write(picture)) {
    throw ExportError(target.string() + " cannot be written: " + writer.errorString().toStdString() + ".");
  }
  return bytes;
}

void writeBytes(const fs::path& draft, const QByteArray& bytes, const fs::path& target) {
  QFile file(draft);
  if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered) || file.write(bytes) != bytes.size()) {
    throw ExportError(target.string() + " cannot be written: " + file.errorString().toStdString() + ".");
  }
}

}  // namespace

void writePicture(const QImage& picture, const fs::path& target, const Provenance& provenance,
                  const PictureFileOptions& options) {
  checkPictureTarget(target, picture.size());
  const QByteArray bytes = encoded(picture, target, options);
  FileDraft draft(target);
  writeBytes(draft.path(), bytes, target);
  try {
    writeProvenance(draft.path(), provenance);
  } catch (const XmpError& error) {
    throw ExportError(target.string() + " cannot be written: " + error.what() + ".");
  }
  draft.commit();
}

}  // namespace loom::app
