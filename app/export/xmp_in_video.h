// XMP in the films that no library of ours puts it into: MP4 and GIF. (WebM takes it as a tag.)
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace loom::app {

/// Appends the box that XMP's specification has for MP4 (part 3, "uuid" BE7ACFCB-97A9-42E8-9C71-999491E3AFAC). Throws
/// ExportError with a clause.
void appendXmpToMp4(const std::filesystem::path& path, const std::string& xmp);
/// Throws ExportError with a clause where a box ends behind the file.
std::optional<std::string> xmpOfMp4(const std::filesystem::path& path);

/// Puts a comment and XMP (part 3: the application extension "XMP DataXMP") before the first picture of the GIF at
/// `path`. Throws ExportError with a clause.
void insertXmpIntoGif(const std::filesystem::path& path, const std::string& comment, const std::string& xmp);
/// Throws ExportError with a clause where the GIF is damaged.
std::optional<std::string> xmpOfGif(const std::filesystem::path& path);

}  // namespace loom::app
