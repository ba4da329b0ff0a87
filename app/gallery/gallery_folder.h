// The gallery as a folder of PNGs that tell everything themselves, out and in.
#pragma once

#include "app/gallery/gallery.h"

namespace loom::app {

struct FolderOutcome {
  int done = 0;
  int known = 0;         ///< of an import: were in the gallery before
  int foreign = 0;       ///< of an import: pictures without provenance of ours
  QStringList problems;  ///< one sentence for each file that failed
};

/// Writes the pictures of `ids` into `folder` (made if need be) with their rating, tags, notes, parents and style as
/// they are now. Names follow the model and the entry's UUID: exporting again replaces them. What fails is told in the
/// outcome and does not end the rest. Throws GalleryStopped (what was written stays), GalleryError where the folder
/// cannot be made.
FolderOutcome exportFolder(const Gallery& gallery, const std::vector<EntryId>& ids, const QString& folder,
                           const GalleryControl& control = {});

/// Takes every PNG, JPEG and TIFF below `folder` that has provenance of ours into the gallery. Throws GalleryStopped
/// (what was taken in stays), GalleryError where the gallery cannot be written.
FolderOutcome importFolder(Gallery& gallery, const QString& folder, const GalleryControl& control = {});

}  // namespace loom::app
