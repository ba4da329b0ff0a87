// Opening the gallery: who else has it open, what a killed program left, and what to do with a damaged database.
#include "app/export/atomic_file.h"
#include "app/gallery/gallery.h"
#include "app/gallery/gallery_looks.h"
#include "app/gallery/gallery_record.h"
#include "app/gallery/gallery_salvage.h"
#include "app/gallery/gallery_schema.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QStandardPaths>

namespace loom::app {
namespace {

/// A picture that is younger may be another program's, which is writing its entry just now.
constexpr int kIncomingMinutes = 10;
constexpr int kRemovedDays = 30;
/// Below this size the whole database is checked at each opening, which takes some hundredths of a second; above it,
/// where the last program did not close it.
constexpr qint64 kQuicklyChecked = 64 << 20;

QString databasePath(const QString& folder) { return folder + QStringLiteral("/gallery.sqlite"); }
/// What salvaging has made, until it stands in its place.
QString savedPath(const QString& folder) { return folder + QStringLiteral("/gallery-saved.sqlite"); }

std::unique_ptr<QLockFile> lockAt(const QString& path) {
  auto lock = std::make_unique<QLockFile>(path);
  lock->setStaleLockTime(0);  // a lock is stale when its program is gone, however old it is
  return lock;
}

/// The database and its log, under another name. False where that fails; then nothing was moved.
bool moveDatabase(const QString& from, const QString& to) {
  if (!QFile::rename(from, to)) {
    return false;
  }
  for (const char* suffix : {"-wal", "-shm"}) {
    QFile::rename(from + QLatin1String(suffix), to + QLatin1String(suffix));
  }
  return true;
}

}  // namespace

QString Gallery::defaultFolder() {
  return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/gallery");
}

Gallery::Gallery(const QString& folder, const GalleryControl& control) : m_folder(QDir::cleanPath(folder)) {
  for (const char* name : {"", "/pictures", "/incoming", "/open"}) {
    if (!QDir().mkpath(m_folder + QLatin1String(name))) {
      throw GalleryError(
          QStringLiteral("The gallery's folder %1 cannot be made. Check the rights of the folder above it.")
              .arg(QDir::toNativeSeparators(m_folder + QLatin1String(name)))
              .toStdString());
    }
  }
  lockOpening(control);
  open(control);
  m_opening->unlock();
}

Gallery::~Gallery() = default;

void Gallery::lockOpening(const GalleryControl& control) {
  m_opening = lockAt(m_folder + QStringLiteral("/gallery.lock"));
  constexpr int kLookMs = 100;
  while (!m_opening->tryLock(kLookMs)) {
    if (m_opening->error() == QLockFile::PermissionError || m_opening->error() == QLockFile::UnknownError) {
      throw GalleryError(
          QStringLiteral("The gallery's folder %1 cannot be written to. Check its rights, and whether the "
                         "disk is full.")
              .arg(QDir::toNativeSeparators(m_folder))
              .toStdString());
    }
    if (control.stop.stop_requested()) {
      throw GalleryStopped("The gallery was not opened, since that was cancelled.");
    }
    if (control.progress) {
      control.progress(QStringLiteral("Waiting for another program that is opening the gallery"), 0);
    }
  }
  m_presence = lockAt(QStringLiteral("%1/open/%2.lock").arg(m_folder, newUuid()));
  m_presence->tryLock(0);
}

bool Gallery::openElsewhere() const {
  const QDir open(m_folder + QStringLiteral("/open"));
  for (const QString& name : open.entryList({QStringLiteral("*.lock")}, QDir::Files)) {
    if (open.filePath(name) != m_presence->fileName() && !lockAt(open.filePath(name))->tryLock(0)) {
      return true;  // else its program is gone, and the lock goes with this object
    }
  }
  return false;
}

void Gallery::open(const GalleryControl& control) {
  const QString path = databasePath(m_folder);
  if (!QFileInfo::exists(path) && QFileInfo::exists(savedPath(m_folder))) {
    moveDatabase(savedPath(m_folder), path);  // a salvage that was killed at its last step
  }
  const bool lost = !QFileInfo::exists(path);
  const bool notClosed = QFileInfo(path + QStringLiteral("-wal")).size() > 0 && !openElsewhere();
  const QString backups = m_folder + QStringLiteral("/backups");
  QString backup;
  try {
    m_database = std::make_unique<GalleryDatabase>(path);
    backup = prepareGallery(*m_database, backups, control);
    if (control.checkAll || notClosed || QFileInfo(path).size() < kQuicklyChecked) {
      if (const QString damage = m_database->findDamage(); !damage.isEmpty()) {
        throw GalleryDamaged(damage.toStdString());
      }
    }
  } catch (const GalleryDamaged& damage) {
    m_database.reset();
    salvage(QString::fromStdString(damage.what()), control);
    m_database = std::make_unique<GalleryDatabase>(path);
    prepareGallery(*m_database, backups, control);
  }
  if (!backup.isEmpty()) {
    m_notices << QStringLiteral("The gallery was brought up to date. As it was before, it is kept as %1.")
                     .arg(QDir::toNativeSeparators(backup));
  }
  if (lost) {
    if (const int found = adoptPictures(*m_database, m_folder + QStringLiteral("/pictures"), control); found > 0) {
      m_notices
          << QStringLiteral("The gallery's database was missing. %1 pictures were taken into a new one.").arg(found);
    }
  }
  finishIncoming();
  purge(QDateTime::currentDateTimeUtc().addDays(-kRemovedDays));
}

void Gallery::finishIncoming() {
  const QDateTime old = QDateTime::currentDateTimeUtc().addSecs(-60 * kIncomingMinutes);
  const QDir incoming(m_folder + QStringLiteral("/incoming"));
  for (const QFileInfo& draft : incoming.entryInfoList({QStringLiteral(".latent-loom-*")}, QDir::Dirs | QDir::Hidden)) {
    if (draft.lastModified() < old) {
      QDir(draft.filePath()).removeRecursively();  // half a picture, of which nothing was promised
    }
  }
  int adopted = 0;
  for (const QFileInfo& file : incoming.entryInfoList({QStringLiteral("*.png")}, QDir::Files)) {
    const QString uuid = file.completeBaseName();
    if (idOf(uuid)) {
      settle(uuid);
    } else if (file.lastModified() < old && adoptPicture(*m_database, file.filePath())) {
      settle(uuid);
      ++adopted;
    }
  }
  if (adopted > 0) {
    m_notices << QStringLiteral("%1 pictures that were being kept when the program ended are in the gallery now.")
                     .arg(adopted);
  }
}

void Gallery::salvage(const QString& damage, const GalleryControl& control) {
  const QString path = databasePath(m_folder);
  if (openElsewhere()) {
    throw GalleryError(
        QStringLiteral("The gallery %1 is damaged, and another Latent Loom has it open. Close all of them and "
                       "open the gallery again: what can be read is saved then.")
            .arg(QDir::toNativeSeparators(path))
            .toStdString());
  }
  const QString damagedFolder = m_folder + QStringLiteral("/damaged");
  QDir().mkpath(damagedFolder);
  SalvageCount count;
  {
    FileDraft draft(nativePath(savedPath(m_folder)));
    {
      GalleryDatabase fresh(QString::fromStdString(draft.path().string()));
      prepareGallery(fresh, damagedFolder, control);
      count = salvageRows(path, fresh, control);
      count.fromPictures = adoptPictures(fresh, m_folder + QStringLiteral("/pictures"), control);
      fresh.value(QStringLiteral("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    draft.commit();
  }
  const QString stamp = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
  const QString aside = QStringLiteral("%1/gallery-%2.sqlite").arg(damagedFolder, stamp);
  if (!moveDatabase(path, aside) || !moveDatabase(savedPath(m_folder), path)) {
    throw GalleryError(
        QStringLiteral("The damaged gallery %1 cannot be put aside as %2. Check the rights of both folders.")
            .arg(QDir::toNativeSeparators(path), QDir::toNativeSeparators(aside))
            .toStdString());
  }
  m_notices << QStringLiteral(
                   "The gallery's database was damaged. %1 pictures are in a new one: %2 as they were, %3 from "
                   "their files (with the rating, tags and notes that they had when they were kept). The damaged "
                   "database is kept as %4. What was found: %5")
                   .arg(count.fromRows + count.fromPictures)
                   .arg(count.fromRows)
                   .arg(count.fromPictures)
                   .arg(QDir::toNativeSeparators(aside), damage);
}

}  // namespace loom::app
