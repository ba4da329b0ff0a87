#include "tests/bench/other_generator_figures.h"

#include "model/opened_model.h"
#include "tests/bench/figures.h"
#include "tests/bench/made_network.h"
#include "tests/model/other_checkpoints.h"

#include <QElapsedTimer>

#include <filesystem>
#include <functional>

namespace loom::bench {
namespace {

using model::OpenedModel;

struct Network {
  const char* name;
  const char* file;
  std::function<test::RandomNetwork()> make;
  int picture = 0;  ///< pixels of the picture it is given; 0: it is fed with a latent
};

const std::vector<Network>& networks() {
  static const std::vector<Network> kNetworks{
      {"DCGAN 64", "dcgan-64.safetensors", test::randomDcgan},
      {"Progressive GAN 256", "progressive-256.safetensors", [] { return test::randomProgressiveGan(256); }},
      {"StyleGAN 256", "stylegan1-256.safetensors", [] { return test::randomStylegan1(256); }},
      {"BigGAN 128", "biggan-128.safetensors", [] { return test::randomBigGan(96); }},
      {"BigGAN-deep 128", "biggan-deep-128.safetensors", test::randomBigGanDeep},
      {"CycleGAN 256", "cyclegan-256.safetensors", [] { return test::randomCyclegan(9); }, 256},
      {"pix2pix 256", "pix2pix-256.safetensors", test::randomPix2pix, 256},
      {"StarGAN 128", "stargan-128.safetensors", test::randomStargan, 128}};
  return kNetworks;
}

template <typename Work>
double timed(const Work& work) {
  QElapsedTimer clock;
  clock.start();
  work();
  return static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

/// A picture that is nowhere flat, in the network's range.
model::FloatTensor waves(int channels, int side) {
  model::FloatTensor picture{{1, channels, side, side}, {}};
  for (std::int64_t i = 0; i < picture.elementCount(); ++i) {
    picture.values.push_back(std::sin(static_cast<float>(i) * 0.37F));
  }
  return picture;
}

void measure(const Network& network, const OpenedModel& opened) {
  constexpr int kRuns = 9;
  constexpr int kTogether = 8;
  constexpr int kSide = 128;
  const bool changesPictures = network.picture > 0;
  const auto picture = changesPictures ? waves(opened.info().inputChannels, network.picture) : model::FloatTensor();
  Figure one{std::string(network.name) + ": one picture", {}};
  Figure batched{std::string(network.name) + ": one of eight made together", {}};
  model::LatentState state;
  for (int run = 0; run <= kRuns; ++run) {
    ++state.seed;
    const double took = timed([&] { opened.render(state, 0, {}, changesPictures ? &picture : nullptr); });
    if (run > 0) {  // the first meets memory that is not there yet
      one.samples.push_back(took);
    }
  }
  for (int run = 0; !changesPictures && run < kRuns / 3; ++run) {
    std::vector<model::LatentState> states(kTogether, state);
    for (model::LatentState& each : states) {
      each.seed = ++state.seed;
    }
    batched.samples.push_back(timed([&] { opened.renderSmall(states, kSide); }) / kTogether);
  }
  print(one);
  if (!changesPictures) {
    print(batched);
  }
}

}  // namespace

void measureOtherGenerators(const std::string& folder, const std::string& only) {
  for (const Network& network : networks()) {
    if (!std::string(network.name).starts_with(only)) {
      continue;
    }
    const std::filesystem::path path = madeNetwork(folder, network.file, network.make);
    std::shared_ptr<OpenedModel> opened;
    Figure opening{std::string(network.name) + ": opening", {}};
    for (int run = 0; run < 3; ++run) {
      opened.reset();
      opening.samples.push_back(timed([&] { opened = OpenedModel::open(path); }));
    }
    print(opening);
    measure(network, *opened);
  }
}

}  // namespace loom::bench
