#include "app/export/picture_format.h"

#include "app/export/export_error.h"

#include <QFile>
#include <QFileInfo>
#include <QImageWriter>
#include <QString>

#include <array>
#include <string>
#include <system_error>

namespace loom::app {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& target, const std::string& reason) {
  throw ExportError(target.string() + " cannot be written: " + reason + ".");
}

const char* qtName(PictureFormat format) {
  switch (format) {
    case PictureFormat::Png:
      return "png";
    case PictureFormat::Jpeg:
      return "jpeg";
    case PictureFormat::Tiff:
      return "tiff";
  }
  return "";
}

void checkPlugin(const fs::path& target, PictureFormat format) {
  if (QImageWriter::supportedImageFormats().contains(qtName(format))) {
    return;
  }
  refuse(target, format == PictureFormat::Tiff
                     ? "TIFF needs a plugin of Qt that is not installed (package qt6-image-formats-plugins on Debian "
                       "and Ubuntu, qt6-qtimageformats on Fedora, qt6-imageformats on Arch)"
                     : std::string("this installation of Qt cannot write ") + qtName(format));
}

}  // namespace

void checkTargetPlace(const fs::path& target) {
  std::error_code ignored;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const fs::file_status place = fs::status(folder, ignored);
  if (!fs::exists(place)) {
    refuse(target, "the folder " + folder.string() + " does not exist");
  }
  if (!fs::is_directory(place)) {
    refuse(target, folder.string() + " is not a folder");
  }
  const fs::file_status there = fs::status(target, ignored);
  if (fs::is_directory(there)) {
    refuse(target, "it is a folder");
  }
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    refuse(target, "it is not a regular file");
  }
  if (fs::exists(there) && !QFileInfo(target).isWritable()) {
    refuse(target, "the file that is there is write-protected");
  }
  if (!QFileInfo(folder).isWritable()) {
    refuse(target, "there is no permission to write into " + folder.string());
  }
}

std::optional<PictureFormat> pictureFormatOfName(const fs::path& path) {
  const QString suffix = QString::fromStdString(path.extension().string()).toLower();
  if (suffix == QLatin1String(".png")) {
    return PictureFormat::Png;
  }
  if (suffix == QLatin1String(".jpg") || suffix == QLatin1String(".jpeg")) {
    return PictureFormat::Jpeg;
  }
  if (suffix == QLatin1String(".tif") || suffix == QLatin1String(".tiff")) {
    return PictureFormat::Tiff;
  }
  return std::nullopt;
}

std::optional<PictureFormat> pictureFormatOfContent(const fs::path& path) {
  // A pipe would block and a device may never end: only regular files are looked into.
  std::error_code ignored;
  QFile file(path);
  if (!fs::is_regular_file(path, ignored) || !file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
    return std::nullopt;
  }
  const QByteArray head = file.read(8);
  if (head == QByteArrayLiteral("\x89PNG\r\n\x1a\n")) {
    return PictureFormat::Png;
  }
  if (head.startsWith(QByteArrayLiteral("\xff\xd8\xff"))) {
    return PictureFormat::Jpeg;
  }
  const QByteArray mark = head.left(4);
  if (mark == QByteArray("II*\0", 4) || mark == QByteArray("MM\0*", 4)) {
    return PictureFormat::Tiff;
  }
  return std::nullopt;
}

void checkPictureTarget(const fs::path& target, QSize size) {
  const auto format = pictureFormatOfName(target);
  if (!format) {
    refuse(target, "its name must end in .png, .jpg or .tif");
  }
  if (size.isEmpty()) {
    refuse(target, "the picture is empty");
  }
  if (size.width() > kLongestPictureSide || size.height() > kLongestPictureSide) {
    refuse(target,
           "the picture is too large; no side may be longer than " + std::to_string(kLongestPictureSide) + " pixels");
  }
  checkPlugin(target, *format);
  checkTargetPlace(target);
}

}  // namespace loom::app
