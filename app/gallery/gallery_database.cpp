#include "app/gallery/gallery_database.h"

#include <QDir>
#include <QSqlDatabase>
#include <QSqlError>
#include <QUuid>

namespace loom::app {
namespace {

constexpr int kPatienceMs = 15000;

/// SQLite's primary result codes, which Qt hands on as text; the extended ones keep them in their low byte.
enum SqliteCode {
  kBusy = 5,
  kLocked = 6,
  kReadOnly = 8,
  kInputOutput = 10,
  kCorrupt = 11,
  kFull = 13,
  kCannotOpen = 14,
  kNotADatabase = 26
};

int codeOf(const QSqlError& error) { return error.nativeErrorCode().toInt() & 0xff; }

QString reasonOf(const QSqlError& error) {
  switch (codeOf(error)) {
    case kBusy:
    case kLocked:
      return QStringLiteral("another program is writing to it and does not finish. Close that program, or try again");
    case kFull: return QStringLiteral("the disk is full. Make room and try again; what was kept before is safe");
    case kReadOnly: return QStringLiteral("it may not be written to. Check the rights of the file and of its folder");
    case kInputOutput: return QStringLiteral("the disk does not answer as it should (%1)").arg(error.databaseText());
    case kCannotOpen:
      return QStringLiteral("it cannot be opened or made. Check the rights of the file and of its folder");
    default: return error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
  }
}

}  // namespace

GalleryDatabase::GalleryDatabase(const QString& path, Mode mode)
    : m_path(path), m_connection(QStringLiteral("gallery-") + QUuid::createUuid().toString(QUuid::WithoutBraces)) {
  const QString driver = QStringLiteral("QSQLITE");
  if (!QSqlDatabase::isDriverAvailable(driver)) {
    throw GalleryError(
        "The gallery cannot be opened: Qt's SQLite plugin is missing. Install libqt6sql6-sqlite (Debian, "
        "Ubuntu) or your system's package of that kind.");
  }
  auto database = QSqlDatabase::addDatabase(driver, m_connection);
  database.setDatabaseName(path);
  QString options = QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(kPatienceMs);
  if (mode == Mode::ReadOnly) {
    options += QStringLiteral(";QSQLITE_OPEN_READONLY");
  }
  database.setConnectOptions(options);
  try {
    if (!database.open()) {
      fail(database.lastError());
    }
    if (mode == Mode::Write) {
      value(QStringLiteral("PRAGMA journal_mode=WAL"));
      run(QStringLiteral("PRAGMA synchronous=FULL"));
      run(QStringLiteral("PRAGMA foreign_keys=ON"));
    }
    run(QStringLiteral("PRAGMA cache_size=-32000"));  // kilobytes: the tables without pictures of 100,000 entries fit
  } catch (...) {
    database = {};
    QSqlDatabase::removeDatabase(m_connection);
    throw;
  }
}

GalleryDatabase::~GalleryDatabase() {
  QSqlDatabase::database(m_connection, /*open=*/false).close();
  QSqlDatabase::removeDatabase(m_connection);
}

void GalleryDatabase::fail(const QSqlError& error) const {
  const int code = codeOf(error);
  const QString file = QDir::toNativeSeparators(m_path);
  if (code == kCorrupt || code == kNotADatabase) {
    throw GalleryDamaged(
        QStringLiteral("The gallery %1 is damaged (%2). Close the program and open it again: what can be "
                       "read is saved, and the damaged file is put aside.")
            .arg(file, error.databaseText())
            .toStdString());
  }
  throw GalleryError(QStringLiteral("The gallery %1 cannot be used: %2.").arg(file, reasonOf(error)).toStdString());
}

QSqlQuery GalleryDatabase::run(const QString& sql, const QVariantList& values) const {
  QSqlQuery query(QSqlDatabase::database(m_connection, /*open=*/false));
  query.setForwardOnly(true);
  if (!query.prepare(sql)) {
    fail(query.lastError());
  }
  for (const QVariant& value : values) {
    query.addBindValue(value);
  }
  if (!query.exec()) {
    fail(query.lastError());
  }
  return query;
}

QVariant GalleryDatabase::value(const QString& sql, const QVariantList& values) const {
  QSqlQuery query = run(sql, values);
  return next(query) ? query.value(0) : QVariant();
}

bool GalleryDatabase::next(QSqlQuery& query) const {
  if (query.next()) {
    return true;
  }
  if (query.lastError().isValid()) {
    fail(query.lastError());
  }
  return false;
}

QString GalleryDatabase::findDamage() const {
  const QString found = value(QStringLiteral("PRAGMA quick_check(1)")).toString();
  return found == QStringLiteral("ok") ? QString() : found;
}

GalleryWrite::GalleryWrite(const GalleryDatabase& database, int version) : m_database(database) {
  m_database.run(QStringLiteral("BEGIN IMMEDIATE"));
  const int found = version == 0 ? 0 : m_database.value(QStringLiteral("PRAGMA user_version")).toInt();
  if (found != version) {
    m_database.run(QStringLiteral("ROLLBACK"));
    throw GalleryNewer(
        QStringLiteral("The gallery %1 was taken over by another version of Latent Loom while this one was "
                       "running. Nothing was changed; close this program and use the newer one.")
            .arg(QDir::toNativeSeparators(database.path()))
            .toStdString());
  }
}

GalleryWrite::~GalleryWrite() {
  if (m_open) {
    try {
      m_database.run(QStringLiteral("ROLLBACK"));
    } catch (const GalleryError&) {
      // SQLite has rolled back by itself, as it does after a full disk.
    }
  }
}

void GalleryWrite::commit() {
  m_database.run(QStringLiteral("COMMIT"));
  m_open = false;
}

}  // namespace loom::app
