#include "tests/bench/generator_figures.h"

#include "model/opened_model.h"
#include "tests/bench/figures.h"
#include "tests/bench/made_network.h"
#include "tests/model/style_checkpoints.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QProcess>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

namespace loom::bench {
namespace {

using model::OpenedModel;
using model::Precision;
using model::RenderOptions;

struct Network {
  const char* name;
  const char* file;
  std::function<test::RandomNetwork()> make;
  int runs = 5;
  bool wall = false;
};

const std::vector<Network>& networks() {
  static const std::vector<Network> kNetworks{
      {"StyleGAN2 256", "stylegan2-256.safetensors", [] { return test::randomStylegan2(256, 16384); }, 9, true},
      {"StyleGAN2 1024", "stylegan2-1024.safetensors", [] { return test::randomStylegan2(1024, 32768); }, 5, false},
      {"StyleGAN3-T 256", "stylegan3-t-256.safetensors", [] { return test::randomStylegan3(256, 16384, false); }, 3,
       false},
      // -R has twice the channels, as train.py of NVlabs/stylegan3 configures it.
      {"StyleGAN3-R 256", "stylegan3-r-256.safetensors", [] { return test::randomStylegan3(256, 32768, true, 1024); },
       3, false}};
  return kNetworks;
}

double milliseconds(const QElapsedTimer& clock) { return static_cast<double>(clock.nsecsElapsed()) * 1e-6; }

template <typename Work>
double timed(const Work& work) {
  QElapsedTimer clock;
  clock.start();
  work();
  return milliseconds(clock);
}

/// Until a quarter-size picture is there on the way to the whole.
double timeToCoarse(const OpenedModel& opened, const model::LatentState& state) {
  QElapsedTimer clock;
  double first = 0.0;
  RenderOptions options{.precision = opened.info().hasDrafts ? Precision::Draft : Precision::Exact};
  options.coarseResolution = opened.info().width / 4;
  options.coarse = [&](const model::Frame&) { first = milliseconds(clock); };
  clock.start();
  opened.render(state, 0, {}, nullptr, options);
  return first;
}

/// Exact pictures, drafts and first coarse ones in turns, so that what else the machine does weighs on all alike.
void measurePictures(const Network& network, const OpenedModel& opened) {
  const std::string name = network.name;
  Figure exact{name + ": one picture", {}};
  Figure draft{name + ": draft", {}};
  Figure coarse{name + ": first coarse picture", {}};
  model::LatentState state;
  opened.render(state);
  for (int run = 0; run < network.runs; ++run) {
    ++state.seed;
    exact.samples.push_back(timed([&] { opened.render(state); }));
    if (!opened.info().resolutions.empty()) {
      coarse.samples.push_back(timeToCoarse(opened, state));
    }
    if (opened.info().hasDrafts) {
      draft.samples.push_back(timed([&] { opened.render(state, 0, {}, nullptr, {.precision = Precision::Draft}); }));
    }
  }
  for (const Figure& figure : {exact, draft, coarse}) {
    if (!figure.samples.empty()) {
      print(figure);
    }
  }
}

/// The style of each of the last third of the layers in turns, from one picture to the next.
void measureFineMoves(const Network& network, const OpenedModel& opened) {
  const int layers = opened.info().styleLayers;
  for (const auto& [precision, word] : {std::pair{Precision::Exact, "exact"}, {Precision::Draft, "draft"}}) {
    Figure moved{std::string(network.name) + ": a fine style moved, " + word, {}};
    for (int layer = layers - layers / 3; layer < layers; ++layer) {
      const RenderOptions options{.precision = precision, .keepActivations = true};
      model::LatentState state;
      for (int run = 0; run <= network.runs; ++run) {
        state.styleOffsets[{layer, 3}] = 0.1F * static_cast<float>(run + 1);
        const double took = timed([&] { opened.render(state, 0, {}, nullptr, options); });
        if (run > 0) {  // the first fills what is kept
          moved.samples.push_back(took);
        }
      }
    }
    print(moved);
  }
}

void measureWall(const Network& network, const OpenedModel& opened) {
  constexpr int kSeeds = 64;
  constexpr int kBatch = 8;
  Figure wall{std::string(network.name) + ": wall of 64 seeds", {}};
  std::vector<float> z;
  wall.samples.push_back(timed([&] {
    for (int seed = 0; seed < kSeeds; seed += kBatch) {
      model::GeneratorInputs inputs;
      inputs.z = model::FloatTensor{{kBatch, opened.info().zDim}, {}};
      for (int i = 0; i < kBatch; ++i) {
        const auto one = model::normalVector(static_cast<std::uint32_t>(seed + i), opened.info().zDim);
        inputs.z->values.insert(inputs.z->values.end(), one.begin(), one.end());
      }
      opened.generate(inputs);
    }
  }));
  print(wall);
}

/// This program anew, for the time of a start and the memory of one job alone.
void measureStart(const Network& network, const QString& path) {
  constexpr int kStarts = 3;
  Figure start{std::string(network.name) + ": start to first picture", {}};
  Figure memory{std::string(network.name) + ": peak memory of it (MB)", {}};
  for (int run = 0; run < kStarts; ++run) {
    QProcess self;
    self.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    start.samples.push_back(timed([&] {
      self.start(QStringLiteral("/proc/self/exe"), {QStringLiteral("--first-picture"), path});
      self.waitForFinished(-1);
    }));
    memory.samples.push_back(self.readAllStandardOutput().trimmed().toDouble());
  }
  print(start);
  print(memory);
}

}  // namespace

int firstPicture(const std::string& path) {
  const auto opened = OpenedModel::open(path);
  opened->render({});
  // Of this program since it began; what getrusage tells begins with the program that started it.
  std::ifstream status("/proc/self/status");
  double kilobytes = 0.0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      kilobytes = std::stod(line.substr(line.find_first_of("0123456789")));
    }
  }
  std::printf("%.0f\n", kilobytes * 1.024 / 1000.0);
  return 0;
}

void measureGenerators(const std::string& folder, const std::string& only) {
  for (const Network& network : networks()) {
    if (!std::string(network.name).starts_with(only)) {
      continue;
    }
    const std::filesystem::path path = madeNetwork(folder, network.file, network.make);
    measureStart(network, QString::fromStdString(path.string()));
    const auto opened = OpenedModel::open(path);
    measurePictures(network, *opened);
    if (!opened->info().resolutions.empty()) {
      measureFineMoves(network, *opened);
    }
    if (network.wall) {
      measureWall(network, *opened);
    }
  }
}

}  // namespace loom::bench
