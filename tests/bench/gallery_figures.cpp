#include "tests/bench/gallery_figures.h"

#include "tests/app/gallery/some_entries.h"
#include "tests/ui/window_bench.h"
#include "ui/shell/gallery_grid.h"
#include "ui/shell/gallery_list.h"
#include "ui/shell/gallery_panel.h"

#include <QElapsedTimer>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <cmath>

namespace loom::bench {
namespace {

constexpr int kTimes = 20;

template <typename Work>
Figure measured(const char* name, double limit, Work work) {
  Figure figure{name, {}, limit, 1.0};
  for (int i = 0; i < kTimes; ++i) {
    QElapsedTimer clock;
    clock.start();
    work(i);
    figure.samples.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
  }
  return figure;
}

}  // namespace

std::vector<Figure> measureGallery(int entries) {
  constexpr double kSearch = 50.0;
  constexpr double kPage = 5.0;
  constexpr std::size_t kPageSize = 64;
  const QTemporaryDir folder;
  test::fillGallery(folder.path(), entries);
  app::Gallery gallery(folder.path());
  const std::vector<app::EntryId> all = gallery.search();
  std::vector<Figure> figures;
  const auto search = [&](const char* name, const app::GalleryFilter& filter) {
    figures.push_back(measured(name, kSearch, [&](int) { gallery.search(filter); }));
  };
  app::GalleryFilter filter;
  search("gallery: everything, newest first", filter);
  filter.order = app::GalleryOrder::BestRated;
  search("gallery: everything, best rated first", filter);
  filter = {};
  filter.text = QStringLiteral("number7");
  search("gallery: words that fit one in nine", filter);
  filter.text = QStringLiteral("note");
  search("gallery: a word that fits every entry", filter);
  filter = {};
  filter.tags = {QStringLiteral("tag7")};
  filter.leastRating = 3;
  search("gallery: a tag and a rating", filter);
  filter = {};
  filter.modelSha256 = QString(63, QLatin1Char('b')) + QLatin1Char('1');
  search("gallery: one of eight models", filter);
  figures.push_back(measured("gallery: a page of 64", kPage, [&](int i) {
    const auto at =
        all.begin() + static_cast<std::ptrdiff_t>((all.size() - kPageSize) * static_cast<std::size_t>(i) / kTimes);
    gallery.rows({at, at + static_cast<std::ptrdiff_t>(kPageSize)});
  }));
  gallery.alikeInPicture(all[0], 1);  // what is compared by is in memory from here on
  figures.push_back(measured("gallery: 200 that look alike", 0,
                             [&](int i) { gallery.alikeInPicture(all[static_cast<std::size_t>(i)], 200); }));
  figures.push_back(measured("gallery: 200 near in w", 0,
                             [&](int i) { gallery.alikeInStyle(all[static_cast<std::size_t>(i)], 200); }));
  figures.push_back(measured("gallery: a picture of 1024² kept", 0, [&](int i) {
    static const QImage picture = test::pictureOf(1, 1024);
    app::NewEntry entry = test::entryOf(static_cast<unsigned>(i));
    entry.picture = picture;
    gallery.keep(entry);
  }));
  return figures;
}

Figure measureGalleryScroll(int entries, double seconds) {
  constexpr int kBeatMs = 5;
  constexpr int kScrollMs = 16;
  Figure figure{"gallery: UI thread's gaps while it scrolls", {}, 50.0, 1.0};
  test::WindowBench bench;
  test::fillGallery(bench.file(QStringLiteral("gallery")), entries, 8);
  if (!bench.show()) {
    return figure;
  }
  ui::GalleryPanel& panel = bench.window().gallery();
  bench.window().action(ui::ActionId::ShowGallery)->trigger();
  if (!QTest::qWaitFor([&] { return panel.list().rowCount() == entries; }, test::kPatienceMs)) {
    return figure;
  }
  QTest::qWait(1000);  // the window has its new layout
  QScrollBar& bar = *panel.grid().verticalScrollBar();
  QElapsedTimer sinceBeat;
  QTimer beat;
  beat.setTimerType(Qt::PreciseTimer);
  beat.setInterval(kBeatMs);
  QObject::connect(&beat, &QTimer::timeout, [&] {
    figure.samples.push_back(static_cast<double>(sinceBeat.nsecsElapsed()) / 1e6);
    sinceBeat.start();
  });
  QTimer hand;
  int step = 0;
  hand.setInterval(kScrollMs);
  QObject::connect(&hand, &QTimer::timeout, [&] {
    // Slowly, row by row, and in great leaps, in turn.
    ++step;
    bar.setValue(step % 100 < 50 ? bar.value() + bar.singleStep()
                                 : static_cast<int>((0.5 + 0.5 * std::sin(step * 0.05)) * bar.maximum()));
  });
  sinceBeat.start();
  beat.start();
  hand.start();
  QTest::qWait(static_cast<int>(seconds * 1000.0));
  beat.stop();
  hand.stop();
  return figure;
}

}  // namespace loom::bench
