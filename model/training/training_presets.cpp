// Recipes that were run (docs/training.md shows what came of them).
#include "model/training_settings.h"

#include <stdexcept>

namespace loom::model {
namespace {

TrainingSettings toy(const std::string& preset, const std::string& name) {
  TrainingSettings settings;
  settings.preset = preset;
  settings.family = Family::Toy;
  settings.toy = name;
  settings.zDim = 16;
  settings.width = 128;
  settings.depth = 3;
  settings.batch = 256;
  settings.learningRateG = settings.learningRateD = 1e-3;
  settings.emaHalfLife = 138.0;  // 0.995 a step
  settings.steps = 20000;
  settings.samplesEvery = 250;
  settings.snapshotEvery = 2500;
  return settings;
}

TrainingSettings toyWithR1(const std::string& preset, const std::string& name) {
  TrainingSettings settings = toy(preset, name);
  settings.r1 = 0.1;
  return settings;
}

TrainingSettings toyWasserstein(const std::string& preset, const std::string& name) {
  TrainingSettings settings = toy(preset, name);
  settings.loss = GanLoss::Wasserstein;
  settings.gradientPenalty = 1.0;
  settings.stepsOfD = 5;
  settings.beta1 = 0.0;
  settings.beta2 = 0.9;
  settings.decay = true;  // it circles around its end: smaller and smaller steps bring it there
  settings.emaHalfLife = 500.0;
  settings.steps = 30000;
  return settings;
}

TrainingSettings pictures(const std::string& preset) {
  TrainingSettings settings;
  settings.preset = preset;
  return settings;
}

TrainingSettings wasserstein(const std::string& preset) {
  TrainingSettings settings = pictures(preset);
  settings.loss = GanLoss::Wasserstein;
  settings.stepsOfD = 5;
  settings.beta1 = 0.5;
  return settings;
}

TrainingSettings conditional(const std::string& preset, Conditioning conditioning) {
  TrainingSettings settings = pictures(preset);
  settings.conditioning = conditioning;
  return settings;
}

std::vector<Preset> makePresets() {
  std::vector<Preset> presets;
  const auto add = [&](const char* summary, TrainingSettings settings) {
    presets.push_back({settings.preset, summary, std::move(settings)});
  };
  add("eight Gaussians in a ring, with R1: covers all of them", toyWithR1("ring-r1", "ring"));
  add("twenty-five Gaussians on a grid, with R1", toyWithR1("grid-r1", "grid"));
  add("the ring with WGAN-GP", toyWasserstein("ring-wgan-gp", "ring"));
  add("the grid with WGAN-GP", toyWasserstein("grid-wgan-gp", "grid"));
  TrainingSettings vanilla = toy("ring-vanilla", "ring");
  vanilla.emaHalfLife = 0.0;
  add("the ring with the plain GAN, which collapses: for teaching", vanilla);
  vanilla.preset = "grid-vanilla";
  vanilla.toy = "grid";
  add("the grid with the plain GAN, which collapses", vanilla);

  TrainingSettings gan = pictures("gan");
  gan.family = Family::Mlp;
  gan.width = 128;
  gan.depth = 4;
  gan.zDim = 100;
  add("the plain GAN of 2014: perceptrons, non-saturating loss", gan);
  gan.preset = "minimax";
  gan.loss = GanLoss::Minimax;
  add("the same with the minimax loss, which saturates", gan);
  add("DCGAN, the usual beginning for small pictures", pictures("dcgan"));
  TrainingSettings other = pictures("lsgan");
  other.loss = GanLoss::LeastSquares;
  add("DCGAN with the least-squares loss", other);
  other = pictures("hinge");
  other.loss = GanLoss::Hinge;
  other.spectralNorm = true;
  add("DCGAN with hinge loss and spectral norm (SNGAN)", other);
  other = pictures("dcgan-r1");
  other.r1 = 10.0;
  other.r1Every = 16;
  add("DCGAN with lazy R1: steadier, for few pictures", other);
  other = wasserstein("wgan");
  other.weightClip = 0.01;
  other.beta1 = 0.0;
  other.learningRateG = other.learningRateD = 5e-5;
  add("WGAN with weight clipping", other);
  other = wasserstein("wgan-gp");
  other.gradientPenalty = 10.0;
  other.beta2 = 0.9;
  add("WGAN-GP: slow and sure", other);
  add("conditional GAN: the class is embedded beside the input of G and D", conditional("cgan", Conditioning::Embedding));
  other = conditional("projection", Conditioning::Projection);
  other.loss = GanLoss::Hinge;
  other.spectralNorm = true;
  add("conditional, with a projection discriminator", other);
  add("conditional, with an auxiliary classifier (ACGAN)", conditional("acgan", Conditioning::Auxiliary));
  TrainingSettings grown;
  grown.preset = "progressive";
  grown.family = Family::Progressive;
  grown.loss = GanLoss::Wasserstein;
  grown.gradientPenalty = 10.0;
  grown.drift = 0.001;
  grown.zDim = 128;
  grown.width = 32;
  grown.widest = 128;
  grown.batch = 32;
  grown.learningRateG = grown.learningRateD = 1e-3;
  grown.beta1 = 0.0;
  grown.beta2 = 0.99;
  grown.growEvery = 1000;
  add("Progressive GAN: begins at 4 x 4 and doubles by itself", grown);

  TrainingSettings style;
  style.preset = "stylegan2";
  style.family = Family::Stylegan2;
  style.resolution = 64;
  style.zDim = 128;
  style.depth = 4;
  style.width = 32;
  style.widest = 256;
  style.batch = 16;
  style.learningRateG = style.learningRateD = 2e-3;
  style.beta1 = 0.0;
  style.beta2 = 0.99;
  style.r1 = 0.5;
  style.r1Every = 16;
  style.pathLength = 2.0;
  style.styleMixing = 0.9;
  style.mirror = true;
  style.steps = 50000;
  add("StyleGAN2: lazy R1, path length, style mixing", style);
  style.preset = "stylegan2-ada";
  style.augment = Augment::Ada;
  add("the same with ADA: for few pictures", style);
  style.preset = "stylegan2-diff";
  style.augment = Augment::Diff;
  add("the same with DiffAugment", style);
  return presets;
}

}  // namespace

const std::vector<Preset>& trainingPresets() {
  static const std::vector<Preset> kPresets = makePresets();
  return kPresets;
}

const Preset& presetNamed(std::string_view name) {
  std::string names;
  for (const Preset& preset : trainingPresets()) {
    if (preset.name == name) {
      return preset;
    }
    names += (names.empty() ? "" : ", ") + preset.name;
  }
  throw std::runtime_error("there is no preset '" + std::string(name) + "'; there are " + names);
}

}  // namespace loom::model
