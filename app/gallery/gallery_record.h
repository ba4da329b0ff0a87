// One entry on its way into the database, from wherever it comes.
#pragma once

#include "app/gallery/gallery_database.h"
#include "app/gallery/gallery_entry.h"

#include <filesystem>
#include <optional>

namespace loom::app {

struct GalleryRecord {
  QString uuid;
  QDateTime created;
  QSize size;
  int rating = 0;
  QStringList tags;
  QString notes;
  QStringList parents;
  GalleryModel model;
  QString state;
  QDateTime removed;  ///< invalid: it is not
  QByteArray thumbnail;
  std::vector<float> style;
};

QString newUuid();
std::filesystem::path nativePath(const QString& path);
/// Trimmed, without empty ones, none twice (case does not count), in their order.
QStringList tidyTags(const QStringList& tags);

/// The record of a picture whose provenance is known; `thumbnail` is left to the caller.
GalleryRecord recordOf(const Provenance& provenance, const QString& modelPath);

/// Writes the rows, within the caller's transaction. An entry with that UUID stays as it is, but is brought back where
/// it was removed. Throws GalleryError.
EntryId insertRecord(const GalleryDatabase& database, const GalleryRecord& record);

/// The tags of an entry, by name; its parents.
QStringList tagsOf(const GalleryDatabase& database, EntryId entry);
QStringList parentsOf(const GalleryDatabase& database, EntryId entry);
/// Brings the full text of an entry up to date with its notes, tags and model.
void refreshText(const GalleryDatabase& database, EntryId entry);

}  // namespace loom::app
