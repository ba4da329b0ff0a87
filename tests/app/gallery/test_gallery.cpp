// Keeping, changing, removing.
#include "tests/app/gallery/some_entries.h"
#include "tests/refusal.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;
using loom::test::entryOf;
using loom::test::pictureOf;
using loom::test::refusal;

class TestGallery : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  QString folder() const { return m_folder->filePath(QStringLiteral("g")); }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void everythingComesBack() {
    NewEntry given = entryOf(7);
    given.provenance.checkpointGroup = "g_ema";
    given.provenance.latent.edits = {{0, 1.5F}, {9, -2.0F}};
    given.provenance.kept->rating = 3;
    given.provenance.kept->tags = {"late", "soft light", "Late", "  "};
    given.provenance.kept->notes = "two\nlines, \"quoted\" % ' é 日本";
    given.provenance.kept->parents = {newUuid().toStdString()};
    given.provenance.kept->style = {1.0F, -2.5e-20F, 3.0F};
    EntryId id = 0;
    {
      Gallery gallery(folder());
      QVERIFY(gallery.notices().isEmpty());
      id = gallery.keep(given);
    }
    const Gallery gallery(folder());  // as the next start of the program sees it
    QCOMPARE(gallery.count(), 1);
    const auto entry = gallery.entry(id);
    QVERIFY(entry);
    QVERIFY(loom::model::latentStateFromJson(entry->state.toStdString()) == given.provenance.latent);
    QVERIFY(loom::model::zFromJson(entry->state.toStdString()) == given.provenance.z);
    QCOMPARE(entry->model, (GalleryModel{QString::fromStdString(given.provenance.checkpointSha256), "g_ema",
                                         "faces.pth", "/models/faces.pth", "DCGAN"}));
    QCOMPARE(entry->rating, 3);
    QCOMPARE(entry->tags, (QStringList{"late", "soft light"}));
    QCOMPARE(entry->notes.toStdString(), given.provenance.kept->notes);
    QCOMPARE(entry->parents, QStringList{QString::fromStdString(given.provenance.kept->parents[0])});
    QVERIFY(entry->style == given.provenance.kept->style);
    QCOMPARE(entry->created, given.provenance.created);
    QCOMPARE(entry->size, given.picture.size());
    QCOMPARE(gallery.picture(id).convertToFormat(QImage::Format_RGB888), given.picture);
    // The file alone tells it as well.
    const auto written = readProvenance(entry->picturePath.toStdString());
    QVERIFY(written && written->kept && written->kept->id == entry->uuid.toStdString());
    QVERIFY(written->latent == given.provenance.latent);
    QVERIFY(written->kept->style == given.provenance.kept->style);
    const auto rows = gallery.rows({id, 999, id});
    QCOMPARE(rows.size(), std::size_t(1));
    QCOMPARE(QImage::fromData(rows[0].thumbnail).convertToFormat(QImage::Format_RGB888), given.picture);
    QCOMPARE(rows[0].modelName, QStringLiteral("faces.pth"));
  }

  void theInputPicturesFolderStaysAtHome() {
    Gallery gallery(folder());
    NewEntry given = entryOf(1);
    given.provenance.latent.input.path = "horse.jpg";
    given.provenance.latent.input.sha256 = std::string(64, 'c');
    given.inputPath = QStringLiteral("/home/somebody/horse.jpg");
    const auto entry = *gallery.entry(gallery.keep(given));
    QCOMPARE(loom::model::latentStateFromJson(entry.state.toStdString()).input.path, "/home/somebody/horse.jpg");
    QCOMPARE(readProvenance(entry.picturePath.toStdString())->latent.input.path, "horse.jpg");
  }

  void changesAreKept() {
    Gallery gallery(folder());
    const EntryId a = gallery.keep(entryOf(1));
    const EntryId b = gallery.keep(entryOf(2));
    gallery.setRating({a, b}, 5);
    gallery.setRating({b}, -3);
    gallery.setTags(a, {"  one ", "ONE", "two"});
    gallery.addTag({a, b}, QStringLiteral("three"));
    gallery.setNotes(b, QStringLiteral("hm"));
    gallery.setNotes(b, QString());
    gallery.setTags(999, {QStringLiteral("nobody")});  // an entry that is gone
    const Gallery other(folder());
    QCOMPARE(other.entry(a)->rating, 5);
    QCOMPARE(other.entry(b)->rating, 0);
    QCOMPARE(other.entry(a)->tags, (QStringList{"one", "three", "two"}));
    QCOMPARE(other.entry(b)->tags, QStringList{"three"});
    QCOMPARE(other.tags(), (QStringList{"one", "three", "two"}));
    QCOMPARE(other.entry(b)->notes, QString());
  }

  void keepingTwiceMakesOneEntry() {
    Gallery gallery(folder());
    const EntryId id = gallery.keep(entryOf(1));
    NewEntry again = entryOf(2);
    again.provenance.kept->id = gallery.entry(id)->uuid.toStdString();
    QCOMPARE(gallery.keep(again), id);
    QCOMPARE(gallery.count(), 1);
    QCOMPARE(gallery.picture(id).convertToFormat(QImage::Format_RGB888), pictureOf(1));
  }

  void modelsAreKnownByHashAndTheirPathIsTheNewest() {
    Gallery gallery(folder());
    NewEntry first = entryOf(1);
    gallery.keep(first);
    NewEntry second = entryOf(2);
    second.modelPath = QStringLiteral("/elsewhere/faces.pth");
    gallery.keep(second);
    NewEntry third = entryOf(3);
    third.modelPath.clear();
    gallery.keep(third);
    QCOMPARE(gallery.models().size(), std::size_t(1));
    QCOMPARE(gallery.models()[0].path, QStringLiteral("/elsewhere/faces.pth"));
  }

  void removedOnesComeBackUntilTheyArePurged() {
    Gallery gallery(folder());
    const EntryId a = gallery.keep(entryOf(1));
    const EntryId b = gallery.keep(entryOf(2));
    const QString file = gallery.entry(a)->picturePath;
    gallery.remove({a});
    QVERIFY(!gallery.entry(a));
    QCOMPARE(gallery.search(), std::vector<EntryId>{b});
    QVERIFY(gallery.rows({a}).empty());
    QCOMPARE(gallery.count(), 1);
    gallery.bringBack({a});
    QCOMPARE(gallery.count(), 2);
    gallery.remove({a});
    QCOMPARE(gallery.purge(QDateTime::currentDateTimeUtc().addDays(-1)), 0);
    QVERIFY(QFileInfo::exists(file));
    QCOMPARE(gallery.purge(QDateTime::currentDateTimeUtc().addSecs(5)), 1);
    QVERIFY(!QFileInfo::exists(file));
    gallery.bringBack({a});
    QVERIFY(!gallery.entry(a));
    QVERIFY(gallery.entry(b));
  }

  void aMissingPictureIsTold() {
    Gallery gallery(folder());
    const EntryId id = gallery.keep(entryOf(1));
    QVERIFY(QFile::remove(gallery.entry(id)->picturePath));
    const std::string message = refusal<GalleryError>([&] { gallery.picture(id); });
    QVERIFY2(message.find(gallery.entry(id)->uuid.toStdString()) != std::string::npos, message.c_str());
    QCOMPARE(gallery.rows({id}).size(), std::size_t(1));  // its thumbnail and state are still there
  }

  void aFolderThatCannotBeIsTold() {
    const QString file = m_folder->filePath(QStringLiteral("file"));
    QVERIFY(QFile(file).open(QIODevice::WriteOnly));
    const std::string message = refusal<GalleryError>([&] { Gallery gallery(file + QStringLiteral("/g")); });
    QVERIFY2(message.find("file/g") != std::string::npos, message.c_str());
  }
};

QTEST_GUILESS_MAIN(TestGallery)
#include "test_gallery.moc"
