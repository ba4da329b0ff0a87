#include "app/gallery/gallery_record.h"

#include "app/gallery/gallery_schema.h"

#include <QFile>
#include <QUuid>

namespace loom::app {
namespace {

constexpr std::size_t kLongestStyle = 1u << 16;  // far above any w; what is longer is no place in a latent space

EntryId modelRow(const GalleryDatabase& database, const GalleryModel& model) {
  database.run(QStringLiteral("INSERT INTO model(sha256, network, name, path, architecture) VALUES(?, ?, ?, ?, ?)"
                              " ON CONFLICT(sha256, network) DO UPDATE SET name = excluded.name,"
                              " path = CASE excluded.path WHEN '' THEN path ELSE excluded.path END"),
               {model.sha256, model.group, model.name, model.path, model.architecture});
  return database
      .value(QStringLiteral("SELECT id FROM model WHERE sha256 = ? AND network = ?"), {model.sha256, model.group})
      .toLongLong();
}

QStringList column(const GalleryDatabase& database, const QString& sql, EntryId entry) {
  QStringList values;
  QSqlQuery query = database.run(sql, {entry});
  while (database.next(query)) {
    values << query.value(0).toString();
  }
  return values;
}

/// Qt binds a null string as NULL, where the tables want a text.
QString text(const QString& value) { return value.isNull() ? QStringLiteral("") : value; }

}  // namespace

QString newUuid() { return QUuid::createUuid().toString(QUuid::WithoutBraces); }

std::filesystem::path nativePath(const QString& path) {
  return std::filesystem::path(QFile::encodeName(path).toStdString());
}

QStringList tidyTags(const QStringList& tags) {
  QStringList tidy;
  for (const QString& tag : tags) {
    const QString name = tag.simplified();
    if (!name.isEmpty() && !tidy.contains(name, Qt::CaseInsensitive)) {
      tidy << name;
    }
  }
  return tidy;
}

GalleryRecord recordOf(const Provenance& provenance, const QString& modelPath) {
  const KeptProvenance kept = provenance.kept.value_or(KeptProvenance());
  GalleryRecord record;
  record.uuid = kept.id.empty() ? newUuid() : QString::fromStdString(kept.id);
  record.created = provenance.created.isValid() ? provenance.created : QDateTime::currentDateTimeUtc();
  record.rating = kept.rating;
  for (const std::string& tag : kept.tags) {
    record.tags << QString::fromStdString(tag);
  }
  record.tags = tidyTags(record.tags);
  record.notes = QString::fromStdString(kept.notes);
  for (const std::string& parent : kept.parents) {
    record.parents << QString::fromStdString(parent);
  }
  record.model = {QString::fromStdString(provenance.checkpointSha256),
                  QString::fromStdString(provenance.checkpointGroup), QString::fromStdString(provenance.checkpointName),
                  modelPath, QString::fromStdString(provenance.architecture)};
  record.state = QString::fromStdString(model::latentStateToJson(provenance.latent, provenance.z));
  record.style = kept.style.size() <= kLongestStyle ? kept.style : std::vector<float>();
  return record;
}

EntryId insertRecord(const GalleryDatabase& database, const GalleryRecord& record) {
  if (const QVariant there = database.value(QStringLiteral("SELECT id FROM entry WHERE uuid = ?"), {record.uuid});
      there.isValid()) {
    database.run(QStringLiteral("UPDATE entry SET removed = NULL WHERE id = ?"), {there});
    return there.toLongLong();
  }
  const GalleryModel& model = record.model;
  const EntryId modelId = modelRow(
      database, {text(model.sha256), text(model.group), text(model.name), text(model.path), text(model.architecture)});
  QVariant removed(QMetaType::fromType<qlonglong>());
  if (record.removed.isValid()) {
    removed = record.removed.toMSecsSinceEpoch();
  }
  const EntryId id =
      database
          .run(QStringLiteral("INSERT INTO entry(uuid, created, width, height, rating, notes, model, state, removed)"
                              " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"),
               {record.uuid, record.created.toMSecsSinceEpoch(), record.size.width(), record.size.height(),
                record.rating, text(record.notes), modelId, record.state, removed})
          .lastInsertId()
          .toLongLong();
  for (const QString& tag : record.tags) {
    database.run(QStringLiteral("INSERT OR IGNORE INTO tag(name, entry) VALUES(?, ?)"), {tag, id});
  }
  for (const QString& parent : record.parents) {
    database.run(QStringLiteral("INSERT OR IGNORE INTO parent(entry, uuid) VALUES(?, ?)"), {id, parent});
  }
  database.run(QStringLiteral("INSERT INTO thumbnail(entry, bytes) VALUES(?, ?)"), {id, record.thumbnail});
  insertLook(database, id, QImage::fromData(record.thumbnail), record.style);
  refreshText(database, id);
  return id;
}

QStringList tagsOf(const GalleryDatabase& database, EntryId entry) {
  return column(database, QStringLiteral("SELECT name FROM tag WHERE entry = ? ORDER BY name"), entry);
}

QStringList parentsOf(const GalleryDatabase& database, EntryId entry) {
  return column(database, QStringLiteral("SELECT uuid FROM parent WHERE entry = ? ORDER BY uuid"), entry);
}

void refreshText(const GalleryDatabase& database, EntryId entry) {
  database.run(QStringLiteral("DELETE FROM entry_text WHERE rowid = ?"), {entry});
  const QString tags = tagsOf(database, entry).join(QLatin1Char('\n'));
  database.run(
      QStringLiteral("INSERT INTO entry_text(rowid, notes, tags, model) SELECT entry.id, notes, ?,"
                     " name || ' ' || architecture FROM entry JOIN model ON model.id = model WHERE entry.id = ?"),
      {text(tags), entry});
}

}  // namespace loom::app
