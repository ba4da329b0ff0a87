// Timings, nothing else: what must hold on every machine is a test. `kUsage` tells the arguments.
#include "model/compute_device.h"
#include "tests/bench/gallery_figures.h"
#include "tests/bench/generator_figures.h"
#include "tests/bench/gpu_check.h"
#include "tests/bench/kernel_figures.h"
#include "tests/bench/open_figures.h"
#include "tests/bench/other_generator_figures.h"
#include "tests/bench/start_figures.h"
#include "tests/bench/training_figures.h"
#include "tests/bench/video_figures.h"
#include "tests/bench/window_figures.h"
#include "ui/shell/imgui_backend/gl_abilities.h"

#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>

#include <QApplication>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace {

constexpr const char* kUsage =
    R"(latent-loom-bench [PART] [--against FILE] [--networks FOLDER] [--network NAME] [--benchmark_...]
latent-loom-bench --gpu-check

PART     --window-only, --large-only (the window with a StyleGAN2 of 1024 pixels), --gallery-only, --video-only,
         --opening-only, --training-only, --generators-only, --others-only (generators that are no StyleGAN2 or 3),
         --kernels-only, --parts-only; without it all of them
FILE     another program's figures on the same jobs, for ratios:
         {"program": "PyTorch", "milliseconds": {"train dcgan, a step": 75.2}}
FOLDER   keeps the networks that the generators' figures are of (build/networks)
NAME     picks some of them: "StyleGAN2 256"
Options that begin with --benchmark_ are Google Benchmark's, for --parts-only.
)";

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

void printHead() { std::printf("%-52s %6s %9s %9s %9s\n", "milliseconds", "count", "median", "95 %", "worst"); }

/// Takes the option's value from the arguments; empty where it is not there.
std::string takeValue(int& argc, char** argv, const char* option) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], option) == 0) {
      std::string value = argv[i + 1];
      std::rotate(argv + i, argv + i + 2, argv + argc);
      argc -= 2;
      return value;
    }
  }
  return {};
}

bool readOthers(const std::string& path) {
  std::ifstream file(path);
  const auto json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("program") || !json.contains("milliseconds")) {
    std::fprintf(stderr, "%s holds no figures: {\"program\": …, \"milliseconds\": {\"name\": number}} is wanted.\n",
                 path.c_str());
    return false;
  }
  try {
    loom::bench::others() = {json["program"].get<std::string>(),
                             json["milliseconds"].get<std::map<std::string, double>>()};
  } catch (const nlohmann::json::exception& error) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), error.what());
    return false;
  }
  return true;
}

void measureTraining() {
  printHead();
  for (const auto& figure : loom::bench::measureTraining()) {
    loom::bench::print(figure);
  }
  std::printf("\n");
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

void measureFilms() {
  constexpr int kFrames = 300;
  constexpr int kRounds = 3;
  printHead();
  loom::bench::measureVideo(kFrames, kRounds);
  std::printf("\n");
}

void measureLargeWindow(const std::string& folder) {
  constexpr double kSeconds = 20.0;
  printHead();
  for (const auto& figure : loom::bench::measureLargeStalls(folder, kSeconds)) {
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
  for (const Figure& figure : measureTrainingLive(kStallSeconds, kMoves / 3)) {
    print(figure);
  }
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
  if (const std::string against = takeValue(argc, argv, "--against"); !against.empty() && !readOthers(against)) {
    return 2;
  }
  if (takeOption(argc, argv, "--gpu-check")) {
    return loom::bench::gpuCheck();
  }
  if (const std::string first = takeValue(argc, argv, "--first-picture"); !first.empty()) {
    return loom::bench::firstPicture(first);
  }
  const std::string folder = takeValue(argc, argv, "--networks");
  const std::string networks = folder.empty() ? "build/networks" : folder;
  const std::string network = takeValue(argc, argv, "--network");
  std::string only;
  for (const char* part : {"window", "large", "gallery", "video", "opening", "training", "generators", "others", "kernels",
                           "parts"}) {
    if (takeOption(argc, argv, ("--" + std::string(part) + "-only").c_str())) {
      only = part;
    }
  }
  const auto unknown = std::find_if(argv + 1, argv + argc, [](const char* argument) {
    return std::strncmp(argument, "--benchmark_", std::strlen("--benchmark_")) != 0;
  });
  if (unknown != argv + argc) {
    const bool asked = std::strcmp(*unknown, "--help") == 0;
    std::fprintf(asked ? stdout : stderr, "%s", kUsage);
    return asked ? 0 : 2;
  }
  const auto wanted = [&](const char* part) { return only.empty() || only == part; };
  if (wanted("window") || wanted("large") || wanted("gallery")) {
    QApplication application(argc, argv);
    if (wanted("window")) {
      measureWindow();
    }
    if (wanted("large")) {
      measureLargeWindow(networks);
    }
    if (wanted("gallery")) {
      measureKeeping();
    }
  }
  if (wanted("video")) {
    measureFilms();
  }
  if (wanted("opening")) {
    measureOpening();
  }
  if (wanted("training")) {
    measureTraining();
  }
  if (wanted("generators")) {
    printHead();
    loom::bench::measureGenerators(networks, network);
    std::printf("\n");
  }
  if (wanted("others")) {
    printHead();
    loom::bench::measureOtherGenerators(networks, network);
    std::printf("\n");
  }
  if (wanted("kernels")) {
    loom::bench::measureKernels();
  }
  if (wanted("parts")) {
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
  }
  return 0;
}
