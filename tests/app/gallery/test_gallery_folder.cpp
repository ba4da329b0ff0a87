#include "app/gallery/gallery_folder.h"
#include "tests/app/gallery/some_entries.h"
#include "tests/refusal.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;
using loom::test::entryOf;
using loom::test::pictureOf;

class TestGalleryFolder : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  QString at(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void outAndInAgainLosesNothing() {
    Gallery from(at("from"));
    NewEntry given = entryOf(7, QStringLiteral("évil ../<name>.pth"));
    given.provenance.checkpointName = "\xC3\xA9vil <name>.pth";
    given.provenance.kept->style = {1, 2, 3};
    given.provenance.kept->parents = {newUuid().toStdString()};
    const EntryId id = from.keep(given);
    from.setTags(id, {QStringLiteral("one"), QStringLiteral("two, & three")});
    from.setNotes(id, QStringLiteral("changed later"));
    from.setRating({id}, 4);
    const FolderOutcome out = exportFolder(from, from.search(), at("out"));
    QCOMPARE(out.done, 1);
    QVERIFY2(out.problems.isEmpty(), qPrintable(out.problems.join(QLatin1Char('\n'))));
    QCOMPARE(exportFolder(from, from.search(), at("out")).done, 1);  // over the first
    QCOMPARE(QDir(at("out")).entryList(QDir::Files | QDir::Hidden).size(), 1);

    pictureOf(3).save(at("out") + QStringLiteral("/foreign.png"));
    QFile broken(at("out") + QStringLiteral("/broken.png"));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("\x89PNG\r\n\x1a\n nothing") > 0);
    broken.close();

    Gallery to(at("to"));
    const FolderOutcome in = importFolder(to, at("out"));
    QCOMPARE(in.done, 1);
    QCOMPARE(in.foreign + in.problems.size(), 2);
    QCOMPARE(to.count(), 1);
    const auto before = *from.entry(id);
    const auto after = *to.entry(*to.idOf(before.uuid));
    QCOMPARE(after.state, before.state);
    QCOMPARE(after.tags, before.tags);
    QCOMPARE(after.notes, before.notes);
    QCOMPARE(after.rating, 4);
    QCOMPARE(after.parents, before.parents);
    QCOMPARE(after.created, before.created);
    QVERIFY(after.style == before.style);
    QCOMPARE(to.picture(after.id), from.picture(id));
    const FolderOutcome again = importFolder(to, at("out"));
    QCOMPARE(again.done, 0);
    QCOMPARE(again.known, 1);
    QCOMPARE(to.count(), 1);
  }

  void oneThatFailsDoesNotEndTheRest() {
    Gallery gallery(at("g"));
    const EntryId gone = gallery.keep(entryOf(1));
    gallery.keep(entryOf(2));
    QVERIFY(QFile::remove(gallery.entry(gone)->picturePath));
    const FolderOutcome out = exportFolder(gallery, gallery.search(), at("out"));
    QCOMPARE(out.done, 1);
    QCOMPARE(out.problems.size(), 1);
    QVERIFY(out.problems[0].contains(gallery.entry(gone)->uuid));
  }

  void itIsCancelled() {
    Gallery gallery(at("g"));
    for (unsigned i = 0; i < 3; ++i) {
      gallery.keep(entryOf(i));
    }
    std::stop_source stop;
    const GalleryControl control{[&](const QString&, double fraction) {
                                   if (fraction > 0.3) {
                                     stop.request_stop();
                                   }
                                 },
                                 stop.get_token()};
    QVERIFY(!loom::test::refusal<GalleryStopped>([&] {
               exportFolder(gallery, gallery.search(), at("out"), control);
             }).empty());
    QCOMPARE(QDir(at("out")).entryList(QDir::Files).size(), 2);
  }
};

QTEST_GUILESS_MAIN(TestGalleryFolder)
#include "test_gallery_folder.moc"
