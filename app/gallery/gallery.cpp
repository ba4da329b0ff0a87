#include "app/gallery/gallery.h"

#include "app/export/picture_file.h"
#include "app/gallery/gallery_looks.h"
#include "app/gallery/gallery_record.h"
#include "app/gallery/gallery_schema.h"
#include "app/gallery/picture_look.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImageReader>
#include <QLockFile>

#include <algorithm>

namespace loom::app {
namespace {

QString numbers(const std::vector<EntryId>& ids) {
  QString text;
  for (const EntryId id : ids) {
    text += (text.isEmpty() ? QString() : QStringLiteral(",")) + QString::number(id);
  }
  return text;
}

}  // namespace

QString Gallery::picturePath(const QString& uuid) const {
  return QStringLiteral("%1/pictures/%2/%3.png").arg(m_folder, uuid.left(2), uuid);
}

QString Gallery::incomingPath(const QString& uuid) const {
  return QStringLiteral("%1/incoming/%2.png").arg(m_folder, uuid);
}

QString Gallery::settle(const QString& uuid) {
  QString target = picturePath(uuid);
  if (!QFileInfo::exists(target)) {
    QDir().mkpath(QFileInfo(target).path());
    QFile::rename(incomingPath(uuid), target);  // else it stays where it is found too, and the next opening tries again
  }
  return target;
}

EntryId Gallery::keep(const NewEntry& entry) {
  GalleryRecord record = recordOf(entry.provenance, entry.modelPath);
  if (const auto there = idOf(record.uuid)) {
    GalleryWrite write(*m_database, kGalleryVersion);
    insertRecord(*m_database, record);
    write.commit();
    return *there;
  }
  if (!entry.inputPath.isEmpty()) {
    model::LatentState latent = entry.provenance.latent;
    latent.input.path = entry.inputPath.toStdString();
    record.state = QString::fromStdString(model::latentStateToJson(latent, entry.provenance.z));
  }
  record.size = entry.picture.size();
  record.thumbnail = thumbnailOf(entry.picture);
  Provenance provenance = entry.provenance;
  provenance.created = record.created;
  if (!provenance.kept) {
    provenance.kept.emplace();
  }
  provenance.kept->id = record.uuid.toStdString();
  // The file comes first: killed after it, its entry is made of it at the next opening.
  writePicture(entry.picture, nativePath(incomingPath(record.uuid)), provenance);
  GalleryWrite write(*m_database, kGalleryVersion);
  const EntryId id = insertRecord(*m_database, record);
  write.commit();
  settle(record.uuid);
  return id;
}

std::optional<EntryId> Gallery::keepFile(const QString& path) {
  const auto provenance = readProvenance(nativePath(path));
  if (!provenance) {
    return std::nullopt;
  }
  QImageReader reader(path);
  reader.setAutoTransform(true);
  QImage picture = reader.read();
  if (picture.isNull()) {
    throw GalleryError(QStringLiteral("%1 cannot be read: %2.")
                           .arg(QDir::toNativeSeparators(path), reader.errorString())
                           .toStdString());
  }
  return keep({std::move(picture), *provenance, {}});
}

std::vector<GalleryRow> Gallery::rows(const std::vector<EntryId>& ids) const {
  std::map<EntryId, GalleryRow> found;
  QSqlQuery query = m_database->run(
      QStringLiteral(
          "SELECT entry.id, created, width, height, rating, name, bytes FROM entry JOIN model ON model.id = model"
          " LEFT JOIN thumbnail ON thumbnail.entry = entry.id WHERE removed IS NULL AND entry.id IN (%1)")
          .arg(numbers(ids)));
  while (m_database->next(query)) {
    const EntryId id = query.value(0).toLongLong();
    found[id] = {id,
                 QDateTime::fromMSecsSinceEpoch(query.value(1).toLongLong()),
                 QSize(query.value(2).toInt(), query.value(3).toInt()),
                 query.value(4).toInt(),
                 query.value(5).toString(),
                 query.value(6).toByteArray()};
  }
  std::vector<GalleryRow> rows;
  for (const EntryId id : ids) {
    if (const auto it = found.find(id); it != found.end()) {
      rows.push_back(std::move(it->second));
      found.erase(it);
    }
  }
  return rows;
}

std::optional<GalleryEntry> Gallery::entry(EntryId id) const {
  QSqlQuery query = m_database->run(
      QStringLiteral(
          "SELECT uuid, created, width, height, rating, notes, sha256, network, name, path, architecture, state,"
          " bytes FROM entry JOIN model ON model.id = model LEFT JOIN style ON style.entry = entry.id"
          " WHERE entry.id = ? AND removed IS NULL"),
      {id});
  if (!m_database->next(query)) {
    return std::nullopt;
  }
  const auto text = [&](int column) { return query.value(column).toString(); };
  GalleryEntry entry;
  entry.id = id;
  entry.uuid = text(0);
  entry.created = QDateTime::fromMSecsSinceEpoch(query.value(1).toLongLong());
  entry.size = QSize(query.value(2).toInt(), query.value(3).toInt());
  entry.rating = query.value(4).toInt();
  entry.notes = text(5);
  entry.model = {text(6), text(7), text(8), text(9), text(10)};
  entry.state = text(11);
  entry.style = bytesAsFloats(query.value(12).toByteArray());
  entry.tags = tagsOf(*m_database, id);
  entry.parents = parentsOf(*m_database, id);
  const QString settled = picturePath(entry.uuid);
  entry.picturePath = QFileInfo::exists(settled) ? settled : incomingPath(entry.uuid);
  return entry;
}

std::optional<EntryId> Gallery::idOf(const QString& uuid) const {
  const QVariant id = m_database->value(QStringLiteral("SELECT id FROM entry WHERE uuid = ?"), {uuid});
  return id.isValid() ? std::optional(id.toLongLong()) : std::nullopt;
}

QImage Gallery::picture(EntryId id) const {
  const auto found = entry(id);
  if (!found) {
    throw GalleryError("This picture is not in the gallery any more.");
  }
  QImageReader reader(found->picturePath);
  QImage picture = reader.read();
  if (picture.isNull()) {
    throw GalleryError(
        QStringLiteral("The picture %1 of the gallery cannot be read: %2. Its state is still known: bring it "
                       "back and keep it again.")
            .arg(QDir::toNativeSeparators(found->picturePath), reader.errorString())
            .toStdString());
  }
  return picture;
}

void Gallery::setRating(const std::vector<EntryId>& ids, int rating) {
  GalleryWrite write(*m_database, kGalleryVersion);
  m_database->run(QStringLiteral("UPDATE entry SET rating = ? WHERE id IN (%1)").arg(numbers(ids)),
                  {std::clamp(rating, 0, kBestRating)});
  write.commit();
}

void Gallery::setTags(EntryId id, const QStringList& tags) {
  GalleryWrite write(*m_database, kGalleryVersion);
  m_database->run(QStringLiteral("DELETE FROM tag WHERE entry = ?"), {id});
  for (const QString& tag : tidyTags(tags)) {
    m_database->run(QStringLiteral("INSERT OR IGNORE INTO tag(name, entry) SELECT ?, id FROM entry WHERE id = ?"),
                    {tag, id});
  }
  refreshText(*m_database, id);
  write.commit();
}

void Gallery::addTag(const std::vector<EntryId>& ids, const QString& tag) {
  const QStringList tidy = tidyTags({tag});
  if (tidy.isEmpty()) {
    return;
  }
  GalleryWrite write(*m_database, kGalleryVersion);
  for (const EntryId id : ids) {
    m_database->run(QStringLiteral("INSERT OR IGNORE INTO tag(name, entry) SELECT ?, id FROM entry WHERE id = ?"),
                    {tidy.first(), id});
    refreshText(*m_database, id);
  }
  write.commit();
}

void Gallery::setNotes(EntryId id, const QString& notes) {
  GalleryWrite write(*m_database, kGalleryVersion);
  m_database->run(QStringLiteral("UPDATE entry SET notes = ? WHERE id = ?"),
                  {notes.isNull() ? QStringLiteral("") : notes, id});
  refreshText(*m_database, id);
  write.commit();
}

void Gallery::remove(const std::vector<EntryId>& ids) {
  GalleryWrite write(*m_database, kGalleryVersion);
  m_database->run(QStringLiteral("UPDATE entry SET removed = ? WHERE removed IS NULL AND id IN (%1)").arg(numbers(ids)),
                  {QDateTime::currentMSecsSinceEpoch()});
  write.commit();
}

void Gallery::bringBack(const std::vector<EntryId>& ids) {
  GalleryWrite write(*m_database, kGalleryVersion);
  m_database->run(QStringLiteral("UPDATE entry SET removed = NULL WHERE id IN (%1)").arg(numbers(ids)));
  write.commit();
}

int Gallery::purge(const QDateTime& time) {
  std::vector<EntryId> ids;
  QStringList uuids;
  QSqlQuery query =
      m_database->run(QStringLiteral("SELECT id, uuid FROM entry WHERE removed < ?"), {time.toMSecsSinceEpoch()});
  while (m_database->next(query)) {
    ids.push_back(query.value(0).toLongLong());
    uuids << query.value(1).toString();
  }
  query.finish();
  if (ids.empty()) {
    return 0;
  }
  GalleryWrite write(*m_database, kGalleryVersion);
  m_database->run(QStringLiteral("DELETE FROM entry WHERE removed < ? AND id IN (%1)").arg(numbers(ids)),
                  {time.toMSecsSinceEpoch()});
  write.commit();
  for (const QString& uuid : uuids) {
    QFile::remove(picturePath(uuid));
    QFile::remove(incomingPath(uuid));
  }
  return static_cast<int>(ids.size());
}

std::vector<GalleryModel> Gallery::models() const {
  std::vector<GalleryModel> models;
  QSqlQuery query = m_database->run(
      QStringLiteral("SELECT sha256, network, name, path, architecture FROM model WHERE EXISTS"
                     "(SELECT 1 FROM entry WHERE entry.model = model.id AND removed IS NULL) ORDER BY name, network"));
  const auto text = [&](int column) { return query.value(column).toString(); };
  while (m_database->next(query)) {
    models.push_back({text(0), text(1), text(2), text(3), text(4)});
  }
  return models;
}

QStringList Gallery::tags() const {
  QStringList tags;
  QSqlQuery query = m_database->run(QStringLiteral(
      "SELECT DISTINCT tag.name FROM tag JOIN entry ON entry.id = tag.entry WHERE removed IS NULL ORDER BY tag.name"));
  while (m_database->next(query)) {
    tags << query.value(0).toString();
  }
  return tags;
}

std::int64_t Gallery::count() const {
  return m_database->value(QStringLiteral("SELECT count(*) FROM entry WHERE removed IS NULL")).toLongLong();
}

}  // namespace loom::app
