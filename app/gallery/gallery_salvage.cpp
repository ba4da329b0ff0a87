#include "app/gallery/gallery_salvage.h"

#include "app/gallery/gallery_record.h"
#include "app/gallery/gallery_schema.h"
#include "app/gallery/picture_look.h"

#include <QDirIterator>
#include <QFileInfo>
#include <QSqlRecord>
#include <QUuid>

#include <memory>
#include <optional>
#include <set>

namespace loom::app {
namespace {

void checkStop(const GalleryControl& control) {
  if (control.stop.stop_requested()) {
    throw GalleryStopped("Saving the damaged gallery was cancelled. It is as it was; opening it again begins anew.");
  }
}

/// A damaged database, where every answer may be missing.
class Wreck {
 public:
  explicit Wreck(const QString& path) {
    try {
      m_database = std::make_unique<GalleryDatabase>(path, GalleryDatabase::Mode::ReadOnly);
      m_version = m_database->value(QStringLiteral("PRAGMA user_version")).toInt();
    } catch (const GalleryError&) {
      m_database.reset();  // not even a database any more
    }
  }

  /// Every number that an entry may have. Walking stops at damage: from both ends, and by the indexes, different parts
  /// are reached; where one walk broke off, all numbers up to the largest are worth a try.
  std::set<EntryId> ids() const {
    std::set<EntryId> ids;
    bool broken = false;
    for (const char* order :
         {"NOT INDEXED ORDER BY id", "NOT INDEXED ORDER BY id DESC", "INDEXED BY entry_by_time WHERE removed IS NULL",
          "INDEXED BY sqlite_autoindex_entry_1"}) {
      broken = !walk(QStringLiteral("SELECT id FROM entry ") + QLatin1String(order), [&](const QSqlQuery& row) {
        ids.insert(row.value(0).toLongLong());
      }) || broken;
    }
    constexpr EntryId kMostTried = 10'000'000;  // a damaged number may be anything
    if (broken && !ids.empty()) {
      const EntryId last = std::min(*ids.rbegin(), kMostTried);
      for (EntryId id = 1; id < last; ++id) {
        ids.insert(ids.end(), id);
      }
    }
    return ids;
  }

  /// What is left of an entry; nothing where too little is to be an entry.
  std::optional<GalleryRecord> record(EntryId id) const {
    std::optional<GalleryRecord> record;
    walk(
        QStringLiteral(
            "SELECT entry.*, sha256, network, name, path, architecture FROM entry JOIN model ON model.id = model"
            " WHERE entry.id = ?"),
        [&](const QSqlQuery& row) { record = recordOfRow(row); }, id);
    if (!record || !usable(*record)) {
      return std::nullopt;
    }
    const QVariant thumbnail = one(QStringLiteral("SELECT bytes FROM thumbnail WHERE entry = ?"), id);
    record->thumbnail = thumbnail.toByteArray();
    if (m_version > 1) {
      walk(
          QStringLiteral("SELECT name FROM tag WHERE entry = ?"),
          [&](const QSqlQuery& row) { record->tags << row.value(0).toString(); }, id);
      walk(
          QStringLiteral("SELECT uuid FROM parent WHERE entry = ?"),
          [&](const QSqlQuery& row) { record->parents << row.value(0).toString(); }, id);
      record->style = bytesAsFloats(one(QStringLiteral("SELECT bytes FROM style WHERE entry = ?"), id).toByteArray());
      record->tags = tidyTags(record->tags);
    }
    return record;
  }

 private:
  template <typename Take>
  bool walk(const QString& sql, const Take& take, std::optional<EntryId> id = std::nullopt) const {
    if (!m_database) {
      return false;
    }
    try {
      QSqlQuery query = m_database->run(sql, id ? QVariantList{*id} : QVariantList());
      while (m_database->next(query)) {
        take(query);
      }
      return true;
    } catch (const GalleryError&) {
      return false;
    }
  }

  QVariant one(const QString& sql, EntryId id) const {
    QVariant value;
    walk(
        sql, [&](const QSqlQuery& row) { value = row.value(0); }, id);
    return value;
  }

  static GalleryRecord recordOfRow(const QSqlQuery& row) {
    const auto text = [&](const char* name) { return row.value(QLatin1String(name)).toString(); };
    const auto time = [&](const char* name) {
      return QDateTime::fromMSecsSinceEpoch(row.value(QLatin1String(name)).toLongLong());
    };
    GalleryRecord record;
    record.uuid = text("uuid");
    record.created = time("created");
    record.size = QSize(row.value(QStringLiteral("width")).toInt(), row.value(QStringLiteral("height")).toInt());
    record.rating = std::clamp(row.value(QStringLiteral("rating")).toInt(), 0, kBestRating);
    record.notes = text("notes");
    record.model = {text("sha256"), text("network"), text("name"), text("path"), text("architecture")};
    record.state = text("state");
    if (row.record().contains(QStringLiteral("tags"))) {
      record.tags = tidyTags(text("tags").split(QLatin1Char('\n')));
    }
    if (row.record().contains(QStringLiteral("removed")) && !row.isNull(QStringLiteral("removed"))) {
      record.removed = time("removed");
    }
    return record;
  }

  /// Damage that changed a text without breaking the file is met here.
  static bool usable(const GalleryRecord& record) {
    try {
      model::latentStateFromJson(record.state.toStdString());
    } catch (const std::runtime_error&) {
      return false;
    }
    return !QUuid::fromString(record.uuid).isNull() && record.model.sha256.size() == 64 && record.created.isValid();
  }

  std::unique_ptr<GalleryDatabase> m_database;
  int m_version = 0;
};

}  // namespace

SalvageCount salvageRows(const QString& damagedPath, const GalleryDatabase& fresh, const GalleryControl& control) {
  const Wreck wreck(damagedPath);
  const QString pictures = QFileInfo(damagedPath).path() + QStringLiteral("/pictures");
  const std::set<EntryId> ids = wreck.ids();
  SalvageCount count;
  std::size_t done = 0;
  GalleryWrite write(fresh, kGalleryVersion);
  for (const EntryId id : ids) {
    checkStop(control);
    if (control.progress) {
      control.progress(QStringLiteral("Saving the damaged gallery"),
                       static_cast<double>(++done) / static_cast<double>(ids.size()));
    }
    auto record = wreck.record(id);
    if (!record) {
      continue;
    }
    if (QImage::fromData(record->thumbnail).isNull()) {
      const QImage picture(QStringLiteral("%1/%2/%3.png").arg(pictures, record->uuid.left(2), record->uuid));
      if (picture.isNull()) {
        continue;  // neither picture nor thumbnail
      }
      record->thumbnail = thumbnailOf(picture);
    }
    insertRecord(fresh, *record);
    ++count.fromRows;
  }
  write.commit();
  return count;
}

bool adoptPicture(const GalleryDatabase& database, const QString& path) {
  try {
    const auto provenance = readProvenance(nativePath(path));
    const QImage picture(path);
    const QString uuid = QFileInfo(path).completeBaseName();
    if (!provenance || picture.isNull() || QUuid::fromString(uuid).isNull()) {
      return false;
    }
    GalleryRecord record = recordOf(*provenance, {});
    record.uuid = uuid;  // that is where the entry's picture is looked for
    record.size = picture.size();
    record.thumbnail = thumbnailOf(picture);
    insertRecord(database, record);
    return true;
  } catch (const ProvenanceError&) {
    return false;
  }
}

int adoptPictures(const GalleryDatabase& database, const QString& folder, const GalleryControl& control) {
  QStringList paths;
  QDirIterator files(folder, {QStringLiteral("*.png")}, QDir::Files, QDirIterator::Subdirectories);
  while (files.hasNext()) {
    paths << files.next();
  }
  int adopted = 0;
  qsizetype done = 0;
  GalleryWrite write(database, kGalleryVersion);
  for (const QString& path : paths) {
    checkStop(control);
    if (control.progress) {
      control.progress(QStringLiteral("Looking through the gallery's pictures"),
                       static_cast<double>(++done) / static_cast<double>(paths.size()));
    }
    const QVariant there =
        database.value(QStringLiteral("SELECT id FROM entry WHERE uuid = ?"), {QFileInfo(path).completeBaseName()});
    adopted += static_cast<int>(!there.isValid() && adoptPicture(database, path));
  }
  write.commit();
  return adopted;
}

}  // namespace loom::app
