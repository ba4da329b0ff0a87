// What can still be had of a gallery whose database is damaged or gone.
#pragma once

#include "app/gallery/gallery_database.h"
#include "app/gallery/gallery_entry.h"

namespace loom::app {

struct SalvageCount {
  int fromRows = 0;      ///< entries that were read from the damaged database, whole
  int fromPictures = 0;  ///< entries that were made of picture files
};

/// Reads every entry of the database at `damagedPath` that can still be read into `fresh`. The damaged file is only
/// read. Throws GalleryStopped, and GalleryError where `fresh` cannot be written.
SalvageCount salvageRows(const QString& damagedPath, const GalleryDatabase& fresh, const GalleryControl& control);

/// Makes entries of the PNGs below `folder` that have provenance and no entry yet. What cannot be read is left where it
/// is. Returns how many were made.
int adoptPictures(const GalleryDatabase& database, const QString& folder, const GalleryControl& control);

/// The same for one file; false where nothing could be made of it.
bool adoptPicture(const GalleryDatabase& database, const QString& path);

}  // namespace loom::app
