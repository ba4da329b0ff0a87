// Filters and full text, also among a hundred thousand. How long they take: ./dev bench.
#include "tests/app/gallery/some_entries.h"

#include <QTemporaryDir>
#include <QTest>

using namespace loom::app;
using loom::test::entryOf;

class TestGallerySearch : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;
  QString folder() const { return m_folder.filePath(QString::fromLatin1(QTest::currentTestFunction())); }

  static EntryId keep(Gallery& gallery, unsigned seed, const QString& model, int rating, const QStringList& tags,
                      const QString& notes) {
    NewEntry entry = entryOf(seed, model);
    entry.provenance.kept->rating = rating;
    entry.provenance.kept->notes = notes.toStdString();
    for (const QString& tag : tags) {
      entry.provenance.kept->tags.push_back(tag.toStdString());
    }
    return gallery.keep(entry);
  }

 private Q_SLOTS:
  void eachFilter() {
    using Ids = std::vector<EntryId>;
    Gallery gallery(folder());
    const EntryId a = keep(gallery, 3, "faces_v2.pth", 5, {"Late", "soft light"}, "Grün und Über");
    const EntryId b = keep(gallery, 1, "faces_v2.pth", 2, {"late"}, "the quick brown fox");
    const EntryId c = keep(gallery, 2, "cats.pkl", 0, {}, "foxes; 日本語");
    const auto text = [&](const char* words) {
      GalleryFilter filter;
      filter.text = QString::fromUtf8(words);
      return gallery.search(filter);
    };
    QCOMPARE(gallery.search(), (Ids{a, c, b}));
    QCOMPARE(text("fox"), (Ids{c, b}));
    QCOMPARE(text("quick fox"), Ids{b});
    QCOMPARE(text("uber grun"), Ids{a});
    QCOMPARE(text("LATE"), (Ids{a, b}));
    QCOMPARE(text("light"), Ids{a});
    QCOMPARE(text("faces_v2"), (Ids{a, b}));
    QCOMPARE(text("cats"), Ids{c});
    QCOMPARE(text("日本"), Ids{c});
    QCOMPARE(text("nothing"), Ids{});
    QCOMPARE(text("  "), (Ids{a, c, b}));
    // What is FTS5's language is no more than text here.
    for (const char* hostile :
         {"\"", "*", "NEAR(", "notes:", "fox\" OR \"", "-", "'; DROP TABLE entry; --", "^", "()"}) {
      text(hostile);
    }
    QCOMPARE(text("fox \" OR"), Ids{});
    QCOMPARE(gallery.count(), 3);

    GalleryFilter filter;
    filter.leastRating = 2;
    QCOMPARE(gallery.search(filter), (Ids{a, b}));
    filter.order = GalleryOrder::Oldest;
    QCOMPARE(gallery.search(filter), (Ids{b, a}));
    filter = {};
    filter.order = GalleryOrder::BestRated;
    QCOMPARE(gallery.search(filter), (Ids{a, b, c}));
    filter = {};
    filter.tags = {QStringLiteral("LATE")};
    QCOMPARE(gallery.search(filter), (Ids{a, b}));
    filter.tags << QStringLiteral("soft light");
    QCOMPARE(gallery.search(filter), Ids{a});
    filter = {};
    filter.modelSha256 = gallery.entry(c)->model.sha256;
    QCOMPARE(gallery.search(filter), Ids{c});
    filter = {};
    filter.from = gallery.entry(c)->created;
    QCOMPARE(gallery.search(filter), (Ids{a, c}));
    filter.to = filter.from;
    QCOMPARE(gallery.search(filter), Ids{c});

    // Changes are found at once, and what was is not found any more.
    gallery.setNotes(b, QStringLiteral("a slow hedgehog"));
    gallery.setTags(b, {QStringLiteral("early")});
    QCOMPARE(text("hedge"), Ids{b});
    QCOMPARE(text("quick"), Ids{});
    QCOMPARE(text("late"), Ids{a});
    gallery.remove({a});
    QCOMPARE(text("faces_v2"), Ids{b});
    gallery.purge(QDateTime::currentDateTimeUtc().addSecs(5));
    gallery.bringBack({a});
    QCOMPARE(text("light"), Ids{});
  }

  void aHundredThousand() {
    constexpr int kCount = 100'000;
    loom::test::fillGallery(folder(), kCount, 4);
    const Gallery gallery(folder());
    QVERIFY2(gallery.notices().isEmpty(), qPrintable(gallery.notices().join(QLatin1Char(' '))));
    // Entry i has number i + 1.
    const std::vector<EntryId> all = gallery.search();
    QCOMPARE(all.size(), std::size_t(kCount));
    for (int i = 0; i < kCount; ++i) {
      QCOMPARE(all[static_cast<std::size_t>(i)], EntryId(kCount - i));
    }
    const auto expected = [&](auto wanted) {
      std::vector<EntryId> ids;
      for (int i = kCount; i-- > 0;) {
        if (wanted(i)) {
          ids.push_back(i + 1);
        }
      }
      return ids;
    };
    GalleryFilter filter;
    filter.text = QStringLiteral("number777 note");
    QCOMPARE(gallery.search(filter),
             expected([](int i) { return QString::number(i).startsWith(QStringLiteral("777")); }));
    filter = {};
    filter.text = QStringLiteral("note");
    QCOMPARE(gallery.search(filter).size(), std::size_t(kCount));
    filter = {};
    filter.tags = {QStringLiteral("tag7")};
    filter.leastRating = 4;
    filter.modelSha256 = QString(63, QLatin1Char('b')) + QLatin1Char('1');
    QCOMPARE(gallery.search(filter), expected([](int i) { return i % 50 == 7 && i % 6 >= 4 && i % 8 == 1; }));
    filter = {};
    filter.from = QDateTime({2026, 1, 1}, {0, 0}, Qt::UTC).addSecs(60 * 500);
    filter.to = filter.from.addSecs(60 * 9);
    QCOMPARE(gallery.search(filter), expected([](int i) { return i >= 500 && i < 510; }));
    // A page from the middle, in the list's order.
    const std::vector<EntryId> page(all.begin() + 50'000, all.begin() + 50'100);
    const auto rows = gallery.rows(page);
    QCOMPARE(rows.size(), page.size());
    for (std::size_t i = 0; i < page.size(); ++i) {
      QCOMPARE(rows[i].id, page[i]);
    }
  }
};

QTEST_GUILESS_MAIN(TestGallerySearch)
#include "test_gallery_search.moc"
