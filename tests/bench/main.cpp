// latent-loom-bench [--parts-only | --window-only | --opening-only | --gallery-only] [Google Benchmark's options]
#include "model/compute_device.h"
#include "tests/bench/gallery_figures.h"
#include "tests/bench/open_figures.h"
#include "tests/bench/start_figures.h"
#include "tests/bench/window_figures.h"
#include "ui/shell/imgui_backend/gl_abilities.h"

#include <benchmark/benchmark.h>

#include <QApplication>

#include <algorithm>
#include <cstring>

namespace {

bool takeOption(int& argc, char** argv, const char* option) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], option) == 0) {
      std::rotate(argv + i, argv + i + 1, argv + argc);
      --argc;
      return true;
    }
  }
  return false;
}

void printHead() {
  std::printf("%-52s %6s %9s %9s %9s\n", "milliseconds", "count", "median", "95 %", "worst");
}

void measureOpening() {
  constexpr int kMegabytes = 350;
  constexpr int kOpenings = 5;
  printHead();
  for (const auto& figure : loom::bench::measureOpening(kMegabytes, kOpenings)) {
    loom::bench::print(figure);
  }
  std::printf("\n");
}

void measureWindow() {
  using namespace loom::bench;
  constexpr int kStarts = 7;
  constexpr int kMoves = 150;
  constexpr double kStallSeconds = 12.0;
  std::printf("device: %s; OpenGL: %s\n\n", loom::model::computeDevice().name.c_str(),
              qPrintable(loom::ui::glAbilities().renderer));
  printHead();
  for (const Figure& figure : measureStart(kStarts)) {
    print(figure);
  }
  print(measureSlider(kMoves));
  print(measureStalls(kStallSeconds));
  std::printf("\n");
}

void measureKeeping() {
  constexpr int kEntries = 100'000;
  constexpr double kScrollSeconds = 8.0;
  printHead();
  for (const auto& figure : loom::bench::measureGallery(kEntries)) {
    loom::bench::print(figure);
  }
  loom::bench::print(loom::bench::measureGalleryScroll(kEntries, kScrollSeconds));
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  const bool partsOnly = takeOption(argc, argv, "--parts-only");
  const bool windowOnly = takeOption(argc, argv, "--window-only");
  const bool openingOnly = takeOption(argc, argv, "--opening-only");
  const bool galleryOnly = takeOption(argc, argv, "--gallery-only");
  if (!partsOnly && !openingOnly) {
    QApplication application(argc, argv);
    if (!galleryOnly) {
      measureWindow();
    }
    if (!windowOnly) {
      measureKeeping();
    }
  }
  if (!partsOnly && !windowOnly && !galleryOnly) {
    measureOpening();
  }
  if (!windowOnly && !openingOnly && !galleryOnly) {
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
  }
  return 0;
}
