#include "tests/app/gallery/some_entries.h"
#include "tests/refusal.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace loom::app;
using loom::test::entryOf;
using loom::test::pictureOf;

class TestGalleryAlike : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;
  std::unique_ptr<Gallery> m_gallery;

  EntryId keep(const QImage& picture, std::vector<float> style = {},
               const QString& model = QStringLiteral("faces.pth")) {
    NewEntry entry = entryOf(1, model);
    entry.picture = picture;
    entry.provenance.kept->style = std::move(style);
    return m_gallery->keep(entry);
  }

 private Q_SLOTS:
  void init() {
    m_gallery.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_gallery = std::make_unique<Gallery>(m_folder->path());
  }

  void byStyle() {
    const EntryId a = keep(pictureOf(1), {0, 0, 0});
    const EntryId far = keep(pictureOf(1), {5, 5, 0});
    const EntryId near = keep(pictureOf(2), {0, 0.1F, 0});
    const EntryId between = keep(pictureOf(3), {1, 0, 1});
    keep(pictureOf(1), {0, 0, 0}, QStringLiteral("other.pkl"));  // another model's w is another space
    const EntryId without = keep(pictureOf(1));
    QCOMPARE(m_gallery->alikeInStyle(a, 10), (std::vector<EntryId>{near, between, far}));
    QCOMPARE(m_gallery->alikeInStyle(a, 1), std::vector<EntryId>{near});
    QVERIFY(m_gallery->alikeInStyle(without, 10).empty());
    QVERIFY(m_gallery->alikeInStyle(12345, 10).empty());
    const EntryId late = keep(pictureOf(9), {0, 0, 0.01F});  // after the first comparison
    m_gallery->remove({near});
    QCOMPARE(m_gallery->alikeInStyle(a, 2), (std::vector<EntryId>{late, between}));
  }

  void theTrueNearestAmongMany() {
    m_gallery.reset();
    QTemporaryDir folder;
    constexpr int kCount = 12'000;
    loom::test::fillGallery(folder.path(), kCount, 64);
    const Gallery gallery(folder.path());
    std::vector<std::pair<double, EntryId>> truth;
    const auto style = gallery.entry(4)->style;
    for (EntryId id = 12; id <= kCount; id += 8) {  // the same model's
      const auto other = gallery.entry(id)->style;
      double sum = 0;
      for (std::size_t k = 0; k < style.size(); ++k) {
        sum += (style[k] - other[k]) * (style[k] - other[k]);
      }
      truth.emplace_back(sum, id);
    }
    std::sort(truth.begin(), truth.end());
    const auto found = gallery.alikeInStyle(4, 10);
    QCOMPARE(found.size(), std::size_t(10));
    int right = 0;
    for (int i = 0; i < 10; ++i) {
      right += static_cast<int>(std::count(found.begin(), found.end(), truth[static_cast<std::size_t>(i)].second));
    }
    QVERIFY2(right >= 9, qPrintable(QString::number(right)));
    QCOMPARE(found[0], truth[0].second);
  }

  void byPicture() {
    const QImage picture = pictureOf(5, 64);
    const EntryId a = keep(picture);
    const EntryId other = keep(pictureOf(6, 64));
    const EntryId alike =
        keep(picture.scaled(48, 48, Qt::KeepAspectRatio, Qt::SmoothTransformation), {}, QStringLiteral("other.pkl"));
    QCOMPARE(m_gallery->alikeInPicture(a, 10), (std::vector<EntryId>{alike, other}));
    QCOMPARE(m_gallery->alikeInPicture(a, 1), std::vector<EntryId>{alike});
    m_gallery->remove({alike});
    QCOMPARE(m_gallery->alikeInPicture(a, 10), std::vector<EntryId>{other});
  }

  void duplicates() {
    QImage red(32, 32, QImage::Format_RGB888);
    red.fill(Qt::red);
    QImage blue = red;
    blue.fill(Qt::blue);
    const EntryId a = keep(pictureOf(1, 64));
    const EntryId b = keep(pictureOf(2, 64));
    const EntryId a2 = keep(pictureOf(1, 64).scaled(40, 40, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    const EntryId r = keep(red);
    keep(blue);  // as plain as the red one, but another picture
    const EntryId r2 = keep(red);
    const EntryId r3 = keep(red);
    QVERIFY(b > a);
    QCOMPARE(m_gallery->duplicates(), (std::vector<std::vector<EntryId>>{{a, a2}, {r, r2, r3}}));
    m_gallery->remove({a2, r3});
    QCOMPARE(m_gallery->duplicates(), (std::vector<std::vector<EntryId>>{{r, r2}}));
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(!loom::test::refusal<GalleryStopped>([&] { m_gallery->duplicates({{}, stop.get_token()}); }).empty());
  }
};

QTEST_GUILESS_MAIN(TestGalleryAlike)
#include "test_gallery_alike.moc"
