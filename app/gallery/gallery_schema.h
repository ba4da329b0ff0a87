// The tables of the gallery's database, and the way from older ones.
//
//   model      one row for each network of each checkpoint that made a picture
//   entry      one row for each picture; its PNG lies beside the database, see gallery.h
//   tag        (entry, name)
//   parent     (entry, UUID of the entry that it came from)
//   thumbnail  an encoded picture for each entry
//   look       perceptual hash, features and sketch of the style, see picture_look.h: what is compared by
//   style      little-endian floats: the place in w or z
//   entry_text FTS5 over notes, tags and the model's names; rowid is the entry's id
// Versions (PRAGMA user_version): 1 had the tags as text with line feeds between in `entry`, no parents, no looks, no
// styles and no removal; 2 is this one. The file is told from other programs' by its application_id.
#pragma once

#include "app/gallery/gallery_database.h"
#include "app/gallery/gallery_entry.h"

namespace loom::app {

inline constexpr int kGalleryVersion = 2;
inline constexpr int kGalleryApplicationId = 0x4c4f4f4d;  // "LOOM"

/// Makes the tables in an empty database, or brings an older one up to date after a backup of it was written into
/// `backups` (a folder, made if need be). Nobody else may do so meanwhile. Throws GalleryNewer, GalleryError where the
/// file is no gallery, GalleryDamaged; the database then is as it was. Returns the path of the backup, or an empty one.
QString prepareGallery(const GalleryDatabase& database, const QString& backups, const GalleryControl& control);

/// The row of `look` and of `style` for an entry, within the caller's transaction.
void insertLook(const GalleryDatabase& database, EntryId entry, const QImage& thumbnail,
                const std::vector<float>& style);

QByteArray floatBytes(const std::vector<float>& values);  ///< little-endian
std::vector<float> bytesAsFloats(const QByteArray& bytes);

}  // namespace loom::app
