// The gallery: pictures that were kept, each with the full state that made it, found again by what is known of them.
//
//   FOLDER/gallery.sqlite        everything but the pictures, see gallery_schema.h
//   FOLDER/pictures/0f/UUID.png  the pictures, with their provenance and what the gallery knew of them at first (XMP)
//   FOLDER/incoming/UUID.png     pictures whose entry is being written; what stays here was killed, and is taken in
//   FOLDER/backups/              the database before each migration
//   FOLDER/damaged/              databases that were damaged, as they were found
//   FOLDER/open/, gallery.lock   who has the gallery open, who is opening it
//
// Pictures are files and no blobs: the database stays small enough to be checked and backed up in a moment, pictures of
// several megabytes never lie in its write-ahead log, and when the database is lost, the files tell nearly everything
// themselves. Thumbnails are blobs, since 100,000 small files are slow to open.
//
// Several programs may use one gallery. A store is for the thread that made it; other threads make their own.
#pragma once

#include "app/gallery/gallery_database.h"
#include "app/gallery/gallery_entry.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

class QLockFile;

namespace loom::app {

class Gallery {
 public:
  /// Where the user's own gallery lies: AppDataLocation/gallery.
  static QString defaultFolder();

  /// Opens the gallery in `folder`, or makes it. A damaged database is put aside and what can be read of it, and of the
  /// pictures, is taken into a new one; an older one is brought up to date after a backup. Throws GalleryNewer,
  /// GalleryStopped, GalleryError.
  explicit Gallery(const QString& folder, const GalleryControl& control = {});
  ~Gallery();
  Gallery(const Gallery&) = delete;
  Gallery& operator=(const Gallery&) = delete;

  /// What happened at opening that a person should know, a sentence each.
  const QStringList& notices() const { return m_notices; }
  const QString& folder() const { return m_folder; }

  /// Writes the picture, then its entry. An id in `entry.provenance.kept` that is here already is left as it is, and
  /// its number returned: importing twice does no harm. Throws GalleryError, ExportError.
  EntryId keep(const NewEntry& entry);
  /// The same for a PNG, JPEG or TIFF with provenance, as it is found. Nothing where it has none that is ours. Throws
  /// GalleryError, ProvenanceError, ExportError.
  std::optional<EntryId> keepFile(const QString& path);

  /// The ids of all entries that `filter` lets through, in its order. Throws GalleryError.
  std::vector<EntryId> search(const GalleryFilter& filter = {}) const;
  /// In the order of `ids`; those that are gone meanwhile are left out.
  std::vector<GalleryRow> rows(const std::vector<EntryId>& ids) const;
  /// Nothing where there is no such entry (any more).
  std::optional<GalleryEntry> entry(EntryId id) const;
  std::optional<EntryId> idOf(const QString& uuid) const;
  /// The picture in full. Throws GalleryError where its file is gone or damaged.
  QImage picture(EntryId id) const;

  /// The model's other entries whose style is near `id`'s, the nearest first; none where it has no style. Exact among
  /// the thousand that a sketch of the styles finds.
  std::vector<EntryId> alikeInStyle(EntryId id, std::size_t count) const;
  /// Other entries whose pictures look like `id`'s, the most alike first.
  std::vector<EntryId> alikeInPicture(EntryId id, std::size_t count) const;
  /// Groups of entries whose pictures a person takes for the same, each with its oldest first.
  std::vector<std::vector<EntryId>> duplicates(const GalleryControl& control = {}) const;

  void setRating(const std::vector<EntryId>& ids, int rating);  ///< in [0, 5]
  void setTags(EntryId id, const QStringList& tags);
  void addTag(const std::vector<EntryId>& ids, const QString& tag);
  void setNotes(EntryId id, const QString& notes);
  /// Removed entries are out of sight and out of every search, and can be brought back until they are purged.
  void remove(const std::vector<EntryId>& ids);
  void bringBack(const std::vector<EntryId>& ids);
  /// Deletes for good what was removed before `time`, pictures too. Returns how many.
  int purge(const QDateTime& time);

  std::vector<GalleryModel> models() const;  ///< of all entries, by name
  QStringList tags() const;                  ///< that are in use, by name
  std::int64_t count() const;

 private:
  struct Looks;

  void open(const GalleryControl& control);
  void lockOpening(const GalleryControl& control);
  bool openElsewhere() const;
  void finishIncoming();
  void salvage(const QString& damage, const GalleryControl& control);
  QString settle(const QString& uuid);  ///< moves a picture from incoming to its place, which is returned
  QString picturePath(const QString& uuid) const;
  QString incomingPath(const QString& uuid) const;
  const Looks& looks() const;
  std::vector<EntryId> removedIds() const;  ///< ascending

  QString m_folder;
  QStringList m_notices;
  std::unique_ptr<QLockFile> m_opening;   // while the gallery is being opened
  std::unique_ptr<QLockFile> m_presence;  // as long as it is open
  std::unique_ptr<GalleryDatabase> m_database;
  mutable std::unique_ptr<Looks> m_looks;  // of all entries; taken from the database at the first comparison
};

}  // namespace loom::app
