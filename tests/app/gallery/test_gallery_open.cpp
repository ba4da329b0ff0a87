// Two programs at once, killed ones, damaged, newer and older databases: nothing is lost, and a clear word.
#include "tests/app/gallery/some_entries.h"
#include "tests/refusal.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;
using loom::test::entryOf;
using loom::test::pictureOf;
using loom::test::refusal;

class TestGalleryOpen : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  QString folder() const { return m_folder->filePath(QStringLiteral("g")); }
  QString database() const { return folder() + QStringLiteral("/gallery.sqlite"); }

  std::unique_ptr<QProcess> writer(int first, int count) {
    auto process = std::make_unique<QProcess>();
    process->start(QStringLiteral(LOOM_GALLERY_WRITER), {folder(), QString::number(first), QString::number(count)});
    return process;
  }
  static QStringList linesOf(QProcess& process) {
    return QString::fromLatin1(process.readAllStandardOutput()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  }
  QStringList files(const char* name) const {
    return QDir(folder() + QLatin1Char('/') + QLatin1String(name)).entryList(QDir::Files);
  }
  void spoil(qint64 at, const QByteArray& bytes) {
    QFile file(database());
    QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(at) && file.write(bytes) == bytes.size());
  }
  /// A gallery of `count` entries, each tagged, rated 3 and noted, all in the database's file.
  QStringList makeGallery(int count) {
    QStringList uuids;
    Gallery gallery(folder());
    for (int i = 0; i < count; ++i) {
      NewEntry entry = entryOf(static_cast<unsigned>(i));
      entry.provenance.kept->style.assign(512, static_cast<float>(i));
      const EntryId id = gallery.keep(entry);
      gallery.setRating({id}, 3);
      gallery.setTags(id, {QStringLiteral("kept"), QStringLiteral("n%1").arg(i)});
      gallery.setNotes(id, QStringLiteral("a note"));
      uuids << gallery.entry(id)->uuid;
    }
    return uuids;
  }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void twoProgramsAtOnce() {
    constexpr int kEach = 15;
    auto a = writer(0, kEach);
    auto b = writer(100, kEach);
    Gallery here(folder());
    here.keep(entryOf(1000));
    QVERIFY(a->waitForFinished() && b->waitForFinished());
    QVERIFY2(a->exitCode() == 0, a->readAllStandardError().constData());
    QVERIFY2(b->exitCode() == 0, b->readAllStandardError().constData());
    const QStringList kept = linesOf(*a) + linesOf(*b);
    QCOMPARE(kept.size(), 2 * kEach);
    QCOMPARE(here.count(), 2 * kEach + 1);  // seen without opening anew
    for (const QString& uuid : kept) {
      QVERIFY(!here.picture(*here.idOf(uuid)).isNull());
    }
    QVERIFY(here.notices().isEmpty());
  }

  void twoConnectionsSeeOneAnother() {
    Gallery a(folder());
    Gallery b(folder());
    const EntryId id = a.keep(entryOf(1));
    b.setRating({id}, 4);
    QCOMPARE(a.entry(id)->rating, 4);
    a.remove({id});
    QCOMPARE(b.count(), 0);
  }

  void killedWhileWriting() {
    QStringList kept;
    for (int round = 0; round < 4; ++round) {
      auto process = writer(round * 1000, 1'000'000);
      QStringList lines;
      while (lines.size() < 5 + round) {
        QVERIFY2(process->waitForReadyRead(), process->readAllStandardError().constData());
        lines += linesOf(*process);
      }
      process->kill();
      QVERIFY(process->waitForFinished());
      QString rest = QString::fromLatin1(process->readAllStandardOutput());
      rest.truncate(rest.lastIndexOf(QLatin1Char('\n')) + 1);
      kept += lines + rest.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    }
    const Gallery gallery(folder());
    QVERIFY(gallery.notices().isEmpty());
    for (const QString& uuid : kept) {
      const auto id = gallery.idOf(uuid);
      QVERIFY2(id && gallery.entry(*id), qPrintable(uuid));
      QVERIFY(!gallery.picture(*id).isNull());
    }
    // At most one more of each killed program: kept, but not told.
    QVERIFY(gallery.count() <= kept.size() + 4);
  }

  void aPictureWithoutItsEntryIsTakenIn() {
    { const Gallery make(folder()); }
    QString uuid;
    {
      Gallery other(m_folder->filePath(QStringLiteral("other")));
      const auto entry = *other.entry(other.keep(entryOf(5)));
      uuid = entry.uuid;
      QVERIFY(QFile::copy(entry.picturePath, folder() + QStringLiteral("/incoming/%1.png").arg(uuid)));
    }
    {
      const Gallery young(folder());
      QCOMPARE(young.count(), 0);  // another program may be at it just now
    }
    QFile file(folder() + QStringLiteral("/incoming/%1.png").arg(uuid));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(QDateTime::currentDateTime().addSecs(-3600), QFileDevice::FileModificationTime));
    file.close();
    const Gallery gallery(folder());
    QCOMPARE(gallery.count(), 1);
    QCOMPARE(gallery.notices().size(), 1);
    QVERIFY(gallery.idOf(uuid));
    QCOMPARE(gallery.picture(*gallery.idOf(uuid)).convertToFormat(QImage::Format_RGB888), pictureOf(5));
    QVERIFY(files("incoming").isEmpty());
  }

  void aNewerOneIsRefusedAndLeftAlone() {
    makeGallery(2);
    {
      const GalleryDatabase future(database());
      future.run(QStringLiteral("PRAGMA user_version = 99"));
    }
    const QByteArray before = [&] {
      QFile file(database());
      (void)file.open(QIODevice::ReadOnly);
      return file.readAll();
    }();
    const std::string message = refusal<GalleryNewer>([&] { Gallery gallery(folder()); });
    QVERIFY2(message.find("newer version") != std::string::npos && message.find("99") != std::string::npos,
             message.c_str());
    QFile file(database());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll() == before);
  }

  void oneThatIsTakenOverMeanwhileIsNotWrittenTo() {
    Gallery gallery(folder());
    const EntryId id = gallery.keep(entryOf(1));
    const GalleryDatabase future(database());
    future.run(QStringLiteral("PRAGMA user_version = 99"));
    QVERIFY(!refusal<GalleryNewer>([&] { gallery.setRating({id}, 5); }).empty());
    QVERIFY(!refusal<GalleryNewer>([&] { gallery.keep(entryOf(2)); }).empty());
    QCOMPARE(gallery.entry(id)->rating, 0);
  }

  void anotherProgramsDatabaseIsRefused() {
    QDir().mkpath(folder());
    {
      const GalleryDatabase other(database());
      other.run(QStringLiteral("CREATE TABLE recipes(name TEXT)"));
    }
    const std::string message = refusal<GalleryError>([&] { Gallery gallery(folder()); });
    QVERIFY2(message.find("no gallery") != std::string::npos, message.c_str());
  }

  void anOlderOneIsBroughtUpToDateAfterABackup() {
    QDir().mkpath(folder());
    const QString uuid = newUuid();
    {
      // Version 1, as it was.
      const GalleryDatabase old(database());
      old.run(
          "CREATE TABLE model(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, network TEXT NOT NULL, name TEXT NOT NULL,"
          " path TEXT NOT NULL, architecture TEXT NOT NULL, UNIQUE(sha256, network))");
      old.run(
          "CREATE TABLE entry(id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,"
          " width INTEGER NOT NULL, height INTEGER NOT NULL, rating INTEGER NOT NULL DEFAULT 0 CHECK(rating BETWEEN 0 AND 5),"
          " notes TEXT NOT NULL DEFAULT '', model INTEGER NOT NULL REFERENCES model(id), state TEXT NOT NULL,"
          " tags TEXT NOT NULL DEFAULT '')");
      old.run(
          "CREATE TABLE thumbnail(entry INTEGER PRIMARY KEY REFERENCES entry(id) ON DELETE CASCADE, bytes BLOB NOT NULL)");
      old.run("PRAGMA user_version = 1");
      old.run(QStringLiteral("PRAGMA application_id = %1").arg(kGalleryApplicationId));
      old.run("INSERT INTO model VALUES(4, ?, '', 'faces.pth', '/models/faces.pth', 'DCGAN')",
              {QString(64, QLatin1Char('a'))});
      for (int i = 0; i < 3; ++i) {
        old.run("INSERT INTO entry VALUES(?, ?, 1700000000000, 32, 32, ?, 'old note', 4, '{\"seed\":8}', ?)",
                {10 + i, i == 0 ? uuid : newUuid(), i, i == 0 ? "soft light\nlate\n" : ""});
        old.run("INSERT INTO thumbnail VALUES(?, ?)",
                {10 + i, thumbnailOf(pictureOf(i == 2 ? 0U : static_cast<unsigned>(i)))});
      }
    }
    {
      // Cancelled: as it was, and it works the next time.
      std::stop_source stop;
      stop.request_stop();
      QVERIFY(!refusal<GalleryStopped>([&] { Gallery gallery(folder(), {{}, stop.get_token()}); }).empty());
      const GalleryDatabase still(database());
      QCOMPARE(still.value("PRAGMA user_version").toInt(), 1);
      QCOMPARE(still.value("SELECT tags FROM entry WHERE id = 10").toString(), QStringLiteral("soft light\nlate\n"));
    }
    const auto backups = files("backups").size();
    const Gallery gallery(folder());
    QCOMPARE(gallery.notices().size(), 1);
    const auto entry = gallery.entry(10);
    QVERIFY(entry);
    QCOMPARE(entry->uuid, uuid);
    QCOMPARE(entry->tags, (QStringList{"late", "soft light"}));
    QCOMPARE(entry->notes, QStringLiteral("old note"));
    QCOMPARE(gallery.entry(12)->rating, 2);
    GalleryFilter filter;
    filter.text = QStringLiteral("soft old faces");
    QCOMPARE(gallery.search(filter), std::vector<EntryId>{10});
    QCOMPARE(gallery.duplicates(), (std::vector<std::vector<EntryId>>{{10, 12}}));
    // The backup is version 1 with all that it had.
    QCOMPARE(files("backups").size(), backups + 1);
    const GalleryDatabase backup(folder() + QStringLiteral("/backups/") + files("backups").last(),
                                 GalleryDatabase::Mode::ReadOnly);
    QCOMPARE(backup.value("PRAGMA user_version").toInt(), 1);
    QCOMPARE(backup.value("SELECT tags FROM entry WHERE id = 10").toString(), QStringLiteral("soft light\nlate\n"));
    QCOMPARE(backup.value("SELECT count(*) FROM entry").toInt(), 3);
    // Once is enough.
    const Gallery again(folder());
    QVERIFY(again.notices().isEmpty());
  }

  void aDamagedOneIsSaved_data() {
    QTest::addColumn<QString>("how");
    for (const char* how : {"header", "empty", "middle", "tail", "text", "missing"}) {
      QTest::newRow(how) << QString::fromLatin1(how);
    }
  }
  void aDamagedOneIsSaved() {
    QFETCH(QString, how);
    constexpr int kCount = 40;
    const QStringList uuids = makeGallery(kCount);
    const qint64 size = QFileInfo(database()).size();
    QVERIFY(size > 100'000);
    if (how == "header") {
      spoil(0, QByteArray(4096, '\x5a'));
    } else if (how == "empty") {
      spoil(0, "no database at all");
      QFile(database()).resize(18);
    } else if (how == "middle") {
      spoil(size / 3, QByteArray(20'000, '\xff'));
    } else if (how == "tail") {
      QFile(database()).resize(size / 2);
    } else if (how == "text") {
      spoil(4096, QByteArray(8192, 'x'));
    } else {
      QVERIFY(QFile::remove(database()));
    }
    const Gallery gallery(folder());
    QCOMPARE(gallery.notices().size(), 1);
    QCOMPARE(gallery.count(), kCount);
    int whole = 0;
    for (int i = 0; i < kCount; ++i) {
      const auto id = gallery.idOf(uuids[i]);
      QVERIFY2(id, qPrintable(uuids[i]));
      const auto entry = *gallery.entry(*id);
      QCOMPARE(loom::model::latentStateFromJson(entry.state.toStdString()).seed, static_cast<std::uint32_t>(i));
      QCOMPARE(gallery.picture(*id).convertToFormat(QImage::Format_RGB888), pictureOf(static_cast<unsigned>(i)));
      QCOMPARE(entry.created, entryOf(static_cast<unsigned>(i)).provenance.created);
      whole += static_cast<int>(entry.rating == 3 && entry.notes == "a note");
    }
    if (how == "middle") {
      QVERIFY2(whole >= kCount / 2, qPrintable(QString::number(whole)));  // what was not hit is as it was
    }
    // The damaged file is there to be looked at, and the new one is sound.
    QCOMPARE(QDir(folder() + "/damaged").entryList({"*.sqlite"}).size(), how == "missing" ? 0 : 1);
    const Gallery again(folder());
    QVERIFY2(again.notices().isEmpty(), qPrintable(again.notices().join(' ')));
    QCOMPARE(again.count(), kCount);
  }

  void aDamagedOneThatAnotherHasOpenIsNotMovedAway() {
    makeGallery(3);
    {
      const Gallery other(folder());
      spoil(0, QByteArray(100, '\x5a'));
      const std::string message = refusal<GalleryError>([&] { Gallery gallery(folder()); });
      QVERIFY2(message.find("another Latent Loom") != std::string::npos, message.c_str());
      QVERIFY(QFileInfo::exists(database()));
      QVERIFY(files("damaged").isEmpty());
    }
    const Gallery gallery(folder());
    QCOMPARE(gallery.count(), 3);
  }

  void aSalvageThatWasKilledAtItsLastStep() {
    makeGallery(3);
    QVERIFY(QFile::rename(database(), folder() + QStringLiteral("/gallery-saved.sqlite")));
    const Gallery gallery(folder());
    QCOMPARE(gallery.count(), 3);
    QVERIFY(gallery.notices().isEmpty());
  }
};

QTEST_GUILESS_MAIN(TestGalleryOpen)
#include "test_gallery_open.moc"
