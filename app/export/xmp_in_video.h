// XMP in the films that no library of ours puts it into, or not where FFmpeg still knows the film: MP4, GIF, APNG. (WebM
// takes it as a tag.)
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

/// Puts XMP into a chunk as every PNG has it (part 3: iTXt), but at the end: FFmpeg looks for what makes a PNG an APNG, and
/// for its first picture, in the first bytes alone. readProvenance finds it there. Throws ExportError with a clause.
void insertXmpIntoApng(const std::filesystem::path& path, const std::string& xmp);

}  // namespace loom::app
