// One connection to the gallery's SQLite file: errors become sentences, writes are immediate transactions.
//
// Write-ahead log, so that one program writes while others read; a busy database is waited for; every commit is synced,
// so that nothing that was kept is lost to a crash. For the thread that made it.
#pragma once

#include "app/gallery/gallery_error.h"

#include <QSqlQuery>
#include <QString>
#include <QVariant>

namespace loom::app {

class GalleryDatabase {
 public:
  enum class Mode { Write, ReadOnly };

  /// Opens the file, or makes it. Throws GalleryError.
  explicit GalleryDatabase(const QString& path, Mode mode = Mode::Write);
  ~GalleryDatabase();
  GalleryDatabase(const GalleryDatabase&) = delete;
  GalleryDatabase& operator=(const GalleryDatabase&) = delete;

  const QString& path() const { return m_path; }

  /// One statement with its values for the question marks; a query that can be walked forwards. Throws GalleryDamaged
  /// where SQLite finds damage, GalleryError for everything else.
  QSqlQuery run(const QString& sql, const QVariantList& values = {}) const;
  /// The first column of the first row; invalid where there is none.
  QVariant value(const QString& sql, const QVariantList& values = {}) const;
  /// Moves `query` on. False at its end; damage that is met on the way throws like `run`.
  bool next(QSqlQuery& query) const;

  /// SQLite's own check of the file's structure; empty where it is sound, else what it found.
  QString findDamage() const;

 private:
  [[noreturn]] void fail(const QSqlError& error) const;

  QString m_path;
  QString m_connection;
};

/// A transaction that is rolled back unless it is committed.
class GalleryWrite {
 public:
  /// Waits for other writers. `version`: what the schema must still be, so that a program does not write into a
  /// database that a newer one has taken further meanwhile; throws GalleryNewer. 0: any.
  explicit GalleryWrite(const GalleryDatabase& database, int version);
  ~GalleryWrite();
  GalleryWrite(const GalleryWrite&) = delete;
  GalleryWrite& operator=(const GalleryWrite&) = delete;
  void commit();

 private:
  const GalleryDatabase& m_database;
  bool m_open = true;
};

}  // namespace loom::app
