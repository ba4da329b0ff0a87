#include "app/commands/look_options.h"

#include "app/commands/direction_option.h"

#include <charconv>
#include <limits>

namespace loom::app {
namespace {

constexpr double kLargestPsi = 10;
constexpr int kMostLayers = 1000;
constexpr int kMostPixels = 65536;
constexpr int kMostClasses = 1 << 20;

std::vector<std::string> parts(const std::string& text, char separator) {
  std::vector<std::string> result(1);
  for (const char c : text) {
    if (c == separator) {
      result.emplace_back();
    } else {
      result.back() += c;
    }
  }
  return result;
}

/// "3" or "3:0.7,12:0.3"
std::map<int, float> classesFrom(const std::string& text) {
  std::map<int, float> classes;
  for (const std::string& part : parts(text, ',')) {
    const auto colon = part.find(':');
    const int index = wholeNumber("--class", part.substr(0, colon), 0, kMostClasses);
    const double weight = colon == std::string::npos ? 1.0 : realNumber("--class", part.substr(colon + 1), 0, 1e6);
    if (!classes.emplace(index, static_cast<float>(weight)).second) {
      throw UsageError("--class names " + std::to_string(index) + " twice");
    }
  }
  return classes;
}

void takeTransform(const Arguments& arguments, model::PictureTransform& transform) {
  if (const auto shift = arguments.value("--translate")) {
    const auto both = parts(*shift, ',');
    if (both.size() != 2) {
      throw UsageError("--translate takes X,Y, as in 0.25,-0.1, not '" + *shift + "'");
    }
    transform.x = static_cast<float>(realNumber("--translate", both[0], -100, 100));
    transform.y = static_cast<float>(realNumber("--translate", both[1], -100, 100));
  }
  if (const auto turn = arguments.value("--rotate")) {
    transform.turn = static_cast<float>(realNumber("--rotate", *turn, -3600, 3600));
  }
}

void takeNoise(const Arguments& arguments, model::LatentState& look) {
  using model::NoiseMode;
  if (const auto noise = arguments.value("--noise")) {
    look.noise = oneOf<NoiseMode>(
        "--noise", *noise, {{"const", NoiseMode::Constant}, {"none", NoiseMode::None}, {"random", NoiseMode::Random}});
  }
  if (const auto seed = arguments.value("--noise-seed")) {
    look.noiseSeed =
        static_cast<std::uint32_t>(wholeNumber("--noise-seed", *seed, 0, std::numeric_limits<int>::max()));
    if (look.noise.value_or(NoiseMode::Random) != NoiseMode::Random) {
      throw UsageError("--noise-seed needs --noise random");
    }
    look.noise = NoiseMode::Random;
  }
}

}  // namespace

std::vector<OptionSyntax> lookOptionSyntax() {
  return {
      {"--truncation", "", "PSI", "1 leaves variety, 0 gives the mean picture; for models that have it."},
      {"--truncation-cutoff", "", "LAYERS", "Truncate the first so many layers only; for StyleGANs."},
      {"--class", "", "CLASS", "A class by its index, or a blend of several: 3:0.7,12:0.3. Of StarGAN: its switches."},
      {"--noise", "", "HOW", "const: as stored in the model; random; none. For StyleGANs."},
      {"--noise-seed", "", "SEED", "Of --noise random (0)."},
      {"--resolution", "", "PIXELS", "A lower output of a network that has several."},
      {"--fade", "", "SHARE", "Of the lower resolution while a progressive network fades in, 0 to 1 (0)."},
      {"--norm-statistics", "", "WHICH", "stored or instance, where a network could use either."},
      {"--translate", "", "X,Y", "Shift the picture by shares of its size; StyleGAN3."},
      {"--rotate", "", "DEGREES", "Turn the picture anticlockwise; StyleGAN3."},
      directionOptionSyntax()};
}

model::LatentState lookFrom(const Arguments& arguments) {
  using model::NormStatistics;
  model::LatentState look;
  if (const auto psi = arguments.value("--truncation")) {
    look.truncation = realNumber("--truncation", *psi, -kLargestPsi, kLargestPsi);
  }
  if (const auto cutoff = arguments.value("--truncation-cutoff")) {
    look.truncationCutoff = wholeNumber("--truncation-cutoff", *cutoff, 0, kMostLayers);
  }
  if (const auto classes = arguments.value("--class")) {
    look.classes = classesFrom(*classes);
  }
  takeNoise(arguments, look);
  if (const auto pixels = arguments.value("--resolution")) {
    look.resolution = wholeNumber("--resolution", *pixels, 1, kMostPixels);
  }
  if (const auto fade = arguments.value("--fade")) {
    look.fade = static_cast<float>(realNumber("--fade", *fade, 0, 1));
  }
  if (const auto which = arguments.value("--norm-statistics")) {
    look.normStatistics = oneOf<NormStatistics>(
        "--norm-statistics", *which, {{"stored", NormStatistics::Stored}, {"instance", NormStatistics::Instance}});
  }
  takeTransform(arguments, look.transform);
  takeDirections(arguments, look);
  return look;
}

model::SynthesisSettings askedSettings(const model::LatentState& look, const model::GeneratorInfo& info) {
  model::SynthesisSettings settings;
  if (info.truncation != model::Truncation::TruncatedNormalZ) {
    settings.truncation = look.truncation;
    settings.truncationCutoff = look.truncationCutoff;
  }
  if (info.hasTruncationStatistics) {
    settings.truncation = look.truncation;
  }
  settings.noise = look.noise;
  settings.noiseSeed = look.noiseSeed;
  settings.resolution = look.resolution;
  settings.fade = look.fade;
  settings.normStatistics = look.normStatistics;
  if (look.transform != model::PictureTransform{}) {
    settings.transform = model::transformMatrix(look.transform);
  }
  return settings;
}

}  // namespace loom::app
