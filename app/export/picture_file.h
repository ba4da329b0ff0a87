// Writes pictures to disk: whole, with their provenance, or not at all.
#pragma once

#include "app/export/provenance.h"

#include <QImage>

#include <filesystem>

namespace loom::app {

struct PictureFileOptions {
  int jpegQuality = 95;  ///< in [1, 100]
};

/// Writes `picture` as PNG, JPEG or TIFF, told by the suffix of `target`, with `provenance` in it. The file is made in
/// a hidden folder beside the target and renamed over it when it is complete: after a failure the old file stands as it
/// was and nothing else is left. The same picture, provenance and date give the same bytes.
/// Throws ExportError with a sentence that names the file and the reason. May be called from any thread.
void writePicture(const QImage& picture, const std::filesystem::path& target, const Provenance& provenance,
                  const PictureFileOptions& options = {});

}  // namespace loom::app
