// gallery_writer FOLDER FIRST COUNT: keeps pictures of seeds FIRST… and tells the UUID of each once it is kept.
#include "tests/app/gallery/some_entries.h"

#include <QCoreApplication>

#include <cstdio>

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);
  try {
    loom::app::Gallery gallery(QString::fromLocal8Bit(argv[1]));
    const int first = std::atoi(argv[2]);
    for (int i = 0; i < std::atoi(argv[3]); ++i) {
      const auto id = gallery.keep(loom::test::entryOf(static_cast<unsigned>(first + i)));
      std::printf("%s\n", qPrintable(gallery.entry(id)->uuid));
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
