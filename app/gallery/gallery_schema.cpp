#include "app/gallery/gallery_schema.h"

#include "app/gallery/picture_look.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QtEndian>

namespace loom::app {
namespace {

const char* const kTables[] = {
    "CREATE TABLE model(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, network TEXT NOT NULL, name TEXT NOT NULL,"
    " path TEXT NOT NULL, architecture TEXT NOT NULL, UNIQUE(sha256, network))",
    // AUTOINCREMENT: a number is never given twice, so that a list that is not fresh cannot show a wrong picture.
    "CREATE TABLE entry(id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,"
    " width INTEGER NOT NULL, height INTEGER NOT NULL, rating INTEGER NOT NULL DEFAULT 0 CHECK(rating BETWEEN 0 AND 5),"
    " notes TEXT NOT NULL DEFAULT '', model INTEGER NOT NULL REFERENCES model(id), state TEXT NOT NULL,"
    " removed INTEGER)",
    "CREATE TABLE thumbnail(entry INTEGER PRIMARY KEY REFERENCES entry(id) ON DELETE CASCADE, bytes BLOB NOT NULL)",
};

const char* const kTablesSinceVersion2[] = {
    "CREATE TABLE tag(name TEXT NOT NULL COLLATE NOCASE, entry INTEGER NOT NULL REFERENCES entry(id) ON DELETE CASCADE,"
    " PRIMARY KEY(name, entry)) WITHOUT ROWID",
    "CREATE INDEX tag_of_entry ON tag(entry)",
    "CREATE TABLE parent(entry INTEGER NOT NULL REFERENCES entry(id) ON DELETE CASCADE, uuid TEXT NOT NULL,"
    " PRIMARY KEY(entry, uuid)) WITHOUT ROWID",
    "CREATE TABLE look(entry INTEGER PRIMARY KEY REFERENCES entry(id) ON DELETE CASCADE, hash INTEGER NOT NULL,"
    " features BLOB NOT NULL, sketch BLOB)",
    "CREATE TABLE style(entry INTEGER PRIMARY KEY REFERENCES entry(id) ON DELETE CASCADE, bytes BLOB NOT NULL)",
    "CREATE INDEX entry_by_time ON entry(created, id) WHERE removed IS NULL",
    "CREATE INDEX entry_by_rating ON entry(rating, created, id) WHERE removed IS NULL",
    "CREATE INDEX entry_by_model ON entry(model, created, id) WHERE removed IS NULL",
    "CREATE VIRTUAL TABLE entry_text USING fts5(notes, tags, model, tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER entry_gone AFTER DELETE ON entry BEGIN DELETE FROM entry_text WHERE rowid = old.id; END",
};

void setVersion(const GalleryDatabase& database) {
  database.run(QStringLiteral("PRAGMA user_version = %1").arg(kGalleryVersion));
  database.run(QStringLiteral("PRAGMA application_id = %1").arg(kGalleryApplicationId));
}

void create(const GalleryDatabase& database) {
  GalleryWrite write(database, 0);
  for (const char* sql : kTables) {
    database.run(QString::fromLatin1(sql));
  }
  for (const char* sql : kTablesSinceVersion2) {
    database.run(QString::fromLatin1(sql));
  }
  setVersion(database);
  write.commit();
}

QString backUp(const GalleryDatabase& database, const QString& backups, int version) {
  QDir().mkpath(backups);
  const QString stamp = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
  const QString target = QStringLiteral("%1/gallery-v%2-%3.sqlite").arg(backups).arg(version).arg(stamp);
  const QString draft = target + QStringLiteral(".part");
  QFile::remove(draft);  // of an attempt that was killed within the same millisecond: never, but VACUUM would refuse
  database.run(QStringLiteral("VACUUM INTO ?"), {draft});
  if (!QFile::rename(draft, target)) {
    throw GalleryError(
        QStringLiteral("The gallery cannot be brought up to date: its backup %1 cannot be written. Make room "
                       "or check the rights of that folder; the gallery was left as it is.")
            .arg(QDir::toNativeSeparators(target))
            .toStdString());
  }
  return target;
}

/// Whatever is text in version 1's `tags`, line by line.
void moveTags(const GalleryDatabase& database, EntryId entry, const QString& tags) {
  for (const QString& tag : tags.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
    database.run(QStringLiteral("INSERT OR IGNORE INTO tag(name, entry) VALUES(?, ?)"), {tag.trimmed(), entry});
  }
}

void migrateFrom1(const GalleryDatabase& database, const GalleryControl& control) {
  GalleryWrite write(database, 1);
  database.run(QStringLiteral("ALTER TABLE entry ADD COLUMN removed INTEGER"));
  for (const char* sql : kTablesSinceVersion2) {
    database.run(QString::fromLatin1(sql));
  }
  const double count = database.value(QStringLiteral("SELECT count(*) FROM entry")).toDouble();
  double done = 0;
  QSqlQuery rows = database.run(QStringLiteral(
      "SELECT entry.id, tags, notes, name || ' ' || architecture, bytes FROM entry JOIN model ON model.id = model"
      " LEFT JOIN thumbnail ON thumbnail.entry = entry.id"));
  while (database.next(rows)) {
    if (control.stop.stop_requested()) {
      throw GalleryStopped("The gallery was not brought up to date, since that was cancelled. It is as it was.");
    }
    const EntryId entry = rows.value(0).toLongLong();
    const QString tags = rows.value(1).toString();
    moveTags(database, entry, tags);
    database.run(QStringLiteral("INSERT INTO entry_text(rowid, notes, tags, model) VALUES(?, ?, ?, ?)"),
                 {entry, rows.value(2), tags, rows.value(3)});
    insertLook(database, entry, QImage::fromData(rows.value(4).toByteArray()), {});
    if (control.progress) {
      control.progress(QStringLiteral("Bringing the gallery up to date"), ++done / count);
    }
  }
  database.run(QStringLiteral("ALTER TABLE entry DROP COLUMN tags"));
  setVersion(database);
  write.commit();
}

}  // namespace

QByteArray floatBytes(const std::vector<float>& values) {
  QByteArray bytes(static_cast<qsizetype>(values.size() * sizeof(float)), '\0');
  if (!values.empty()) {  // Qt copies, and copying from a null pointer is undefined even for no bytes
    qToLittleEndian<float>(values.data(), static_cast<qsizetype>(values.size()), bytes.data());
  }
  return bytes;
}

std::vector<float> bytesAsFloats(const QByteArray& bytes) {
  std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
  if (!values.empty()) {
    qFromLittleEndian<float>(bytes.data(), static_cast<qsizetype>(values.size()), values.data());
  }
  return values;
}

void insertLook(const GalleryDatabase& database, EntryId entry, const QImage& thumbnail,
                const std::vector<float>& style) {
  const PictureLook look = lookOf(thumbnail);
  const QByteArray features(reinterpret_cast<const char*>(look.features.data()),
                            static_cast<qsizetype>(look.features.size()));
  const QVariant sketch = style.empty() ? QVariant(QMetaType::fromType<QByteArray>()) : floatBytes(sketchOf(style));
  database.run(QStringLiteral("INSERT OR REPLACE INTO look(entry, hash, features, sketch) VALUES(?, ?, ?, ?)"),
               {entry, static_cast<qint64>(look.hash), features, sketch});
  if (!style.empty()) {
    database.run(QStringLiteral("INSERT OR REPLACE INTO style(entry, bytes) VALUES(?, ?)"), {entry, floatBytes(style)});
  }
}

QString prepareGallery(const GalleryDatabase& database, const QString& backups, const GalleryControl& control) {
  const QString file = QDir::toNativeSeparators(database.path());
  const int version = database.value(QStringLiteral("PRAGMA user_version")).toInt();
  const int application = database.value(QStringLiteral("PRAGMA application_id")).toInt();
  const bool empty = database.value(QStringLiteral("SELECT count(*) FROM sqlite_master")).toInt() == 0;
  if (empty && version == 0) {
    create(database);
    return {};
  }
  if (application != kGalleryApplicationId || version < 1) {
    throw GalleryError(
        QStringLiteral("%1 is a database, but no gallery of Latent Loom. Move it away, and a new gallery is made.")
            .arg(file)
            .toStdString());
  }
  if (version > kGalleryVersion) {
    throw GalleryNewer(
        QStringLiteral("The gallery %1 was written by a newer version of Latent Loom (its format is %2, this "
                       "program knows %3). Update Latent Loom to use it; it was left as it is.")
            .arg(file)
            .arg(version)
            .arg(kGalleryVersion)
            .toStdString());
  }
  if (version == kGalleryVersion) {
    return {};
  }
  if (control.progress) {
    control.progress(QStringLiteral("Backing the gallery up"), 0);
  }
  const QString backup = backUp(database, backups, version);
  migrateFrom1(database, control);
  return backup;
}

}  // namespace loom::app
