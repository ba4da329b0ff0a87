// The kinds of picture files that are written and whose provenance is read.
#pragma once

#include <QSize>

#include <filesystem>
#include <optional>

namespace loom::app {

enum class PictureFormat { Png, Jpeg, Tiff };

/// libjpeg's limit, for all formats: libpng and libtiff go on much further, but nothing that opens pictures does.
inline constexpr int kLongestPictureSide = 65500;

/// Told by the suffix (png, jpg, jpeg, tif, tiff; in any case); nothing where it is another one.
std::optional<PictureFormat> pictureFormatOfName(const std::filesystem::path& path);

/// Told by the first bytes of the file; nothing where it is no such picture or cannot be read.
std::optional<PictureFormat> pictureFormatOfContent(const std::filesystem::path& path);

/// Throws ExportError where a picture of `size` pixels could not be written at `target`: a suffix that is not known, a
/// side too long for the format, a missing folder, a target that is no file, no rights, a missing Qt plugin. Meant to
/// be asked before the work begins; what only writing can tell (a full disk) is not told here.
void checkPictureTarget(const std::filesystem::path& target, QSize size);

/// The half of it that holds for any file: a missing folder, a target that is no file, no rights.
void checkTargetPlace(const std::filesystem::path& target);

}  // namespace loom::app
