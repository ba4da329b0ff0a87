#include "model/training_settings.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace loom::model {
namespace {

using Settings = TrainingSettings;

struct Row {
  SettingInfo info;
  std::function<std::string(const Settings&)> get;
  std::function<void(Settings&, const std::string&)> set;  // throws a clause without the setting's name
};

std::string shortest(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

template <typename Number>
Number parsed(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("takes a number, not '" + text + "'");
  }
  return number;
}

template <typename Number>
Row number(const char* name, const char* text, Number Settings::*field, double low, double high, bool live = false) {
  return {{name, text, live},
          [field](const Settings& s) {
            if constexpr (std::is_floating_point_v<Number>) {
              return shortest(s.*field);
            } else {
              return std::to_string(s.*field);
            }
          },
          [field, low, high](Settings& s, const std::string& value) {
            const auto wanted = parsed<Number>(value);
            if (!(static_cast<double>(wanted) >= low && static_cast<double>(wanted) <= high)) {
              throw std::runtime_error("takes " + shortest(low) + " to " + shortest(high) + ", not " + value);
            }
            s.*field = wanted;
          }};
}

Row yesNo(const char* name, const char* text, bool Settings::*field) {
  return {{name, text, false},
          [field](const Settings& s) { return s.*field ? "yes" : "no"; },
          [field](Settings& s, const std::string& value) {
            if (value != "yes" && value != "no") {
              throw std::runtime_error("takes yes or no, not '" + value + "'");
            }
            s.*field = value == "yes";
          }};
}

template <typename Value>
Row choice(const char* name, const char* text, Value Settings::*field,
           std::vector<std::pair<std::string, Value>> choices) {
  return {{name, text, false},
          [field, choices](const Settings& s) {
            return std::find_if(choices.begin(), choices.end(), [&](const auto& c) { return c.second == s.*field; })
                ->first;
          },
          [field, choices](Settings& s, const std::string& value) {
            std::string names;
            for (const auto& [option, meaning] : choices) {
              if (option == value) {
                s.*field = meaning;
                return;
              }
              names += (names.empty() ? "" : ", ") + option;
            }
            throw std::runtime_error("takes one of " + names + ", not '" + value + "'");
          }};
}

const std::vector<Row>& rows() {
  constexpr double kMostSteps = 1e9;
  static const std::vector<Row> kRows{
      {{"preset", "The preset that the settings began with"},
       [](const Settings& s) { return s.preset; },
       [](Settings& s, const std::string& value) { s.preset = value; }},
      choice<Family>("family", "The network", &Settings::family,
                     {{"toy", Family::Toy}, {"mlp", Family::Mlp}, {"dcgan", Family::Dcgan}, {"progressive", Family::Progressive},
                      {"stylegan2", Family::Stylegan2}}),
      choice<GanLoss>("loss", "What G and D play for", &Settings::loss,
                      {{"minimax", GanLoss::Minimax},
                       {"non-saturating", GanLoss::NonSaturating},
                       {"least-squares", GanLoss::LeastSquares},
                       {"hinge", GanLoss::Hinge},
                       {"wasserstein", GanLoss::Wasserstein}}),
      choice<Conditioning>("conditioning", "How classes enter", &Settings::conditioning,
                           {{"none", Conditioning::None},
                            {"embedding", Conditioning::Embedding},
                            {"projection", Conditioning::Projection},
                            {"auxiliary", Conditioning::Auxiliary}}),
      number("seed", "Of weights, latents and the order of the data", &Settings::seed, 0, 4294967295.0),
      number("resolution", "Pixels: 4 to 1024, a power of two", &Settings::resolution, 4, 1024),
      number("channels", "1 grey, 3 colour, 0 as the data", &Settings::channels, 0, 3),
      number("z-dim", "Length of z", &Settings::zDim, 1, 4096),
      number("width", "Filters next to the picture, or units of an MLP's layers", &Settings::width, 1, 4096),
      number("widest", "Most filters of a layer of StyleGAN2 and Progressive GAN", &Settings::widest, 1, 4096),
      number("depth", "Hidden layers of an MLP, or layers of StyleGAN2's mapping", &Settings::depth, 1, 16),
      number("batch", "Pictures in one step", &Settings::batch, 2, 65536),
      number("learning-rate-g", "Of G's Adam", &Settings::learningRateG, 0, 1, true),
      number("learning-rate-d", "Of D's Adam", &Settings::learningRateD, 0, 1, true),
      yesNo("decay", "Learning rates fall in a line to 0 at the last step", &Settings::decay),
      number("beta1", "Of Adam", &Settings::beta1, 0, 0.9999),
      number("beta2", "Of Adam", &Settings::beta2, 0, 0.999999),
      number("steps-of-d", "Steps of D for each of G", &Settings::stepsOfD, 1, 100, true),
      number("gradient-penalty", "Lambda of WGAN-GP; 0 none", &Settings::gradientPenalty, 0, 1e6, true),
      number("drift", "Holds D's scores near 0, times their square; 0 none", &Settings::drift, 0, 1e6, true),
      number("r1", "Gamma of R1; 0 none", &Settings::r1, 0, 1e6, true),
      number("r1-every", "Steps between two applications of R1", &Settings::r1Every, 1, 1000),
      number("path-length", "Weight of path length regularisation; 0 none", &Settings::pathLength, 0, 1e6, true),
      number("path-length-every", "Steps between two applications of it", &Settings::pathLengthEvery, 1, 1000),
      number("style-mixing", "Share of StyleGAN2's batches with two styles", &Settings::styleMixing, 0, 1, true),
      number("grow-every", "Steps of each stage of a Progressive GAN; 0 whole at once", &Settings::growEvery, 0, kMostSteps),
      choice<Augment>("augment", "What D sees in place of the pictures", &Settings::augment,
                      {{"none", Augment::None}, {"ada", Augment::Ada}, {"diff", Augment::Diff}}),
      number("ada-target", "What ADA holds the mean sign of D(real) at", &Settings::adaTarget, 0, 1, true),
      number("ada-p", "ADA's strength at the beginning", &Settings::adaP, 0, 1),
      number("weight-clip", "D's weights stay within this; 0 free", &Settings::weightClip, 0, 100, true),
      yesNo("spectral-norm", "Of D's layers", &Settings::spectralNorm),
      number("ema-half-life", "Steps after which an old weight counts half in the average of G; 0 no average",
             &Settings::emaHalfLife, 0, 1e7),
      yesNo("mirror", "Mirror half of the pictures", &Settings::mirror),
      yesNo("mixed-precision", "bfloat16 where it is safe", &Settings::mixedPrecision),
      choice<std::string>("toy", "The two-dimensional data", &Settings::toy, {{"ring", "ring"}, {"grid", "grid"}}),
      number("steps", "Steps of G after which the run is done", &Settings::steps, 1, kMostSteps, true),
      number("snapshot-every", "Steps between two snapshots", &Settings::snapshotEvery, 1, kMostSteps, true),
      number("samples-every", "Steps between two sheets of samples", &Settings::samplesEvery, 1, kMostSteps, true),
  };
  return kRows;
}

const Row& rowNamed(std::string_view name) {
  for (const Row& row : rows()) {
    if (row.info.name == name) {
      return row;
    }
  }
  std::string names;
  for (const Row& row : rows()) {
    names += (names.empty() ? "" : ", ") + row.info.name;
  }
  throw std::runtime_error("there is no setting '" + std::string(name) + "'; there are " + names);
}

}  // namespace

const std::vector<SettingInfo>& settingTable() {
  static const std::vector<SettingInfo> kTable = [] {
    std::vector<SettingInfo> table;
    for (const Row& row : rows()) {
      table.push_back(row.info);
    }
    return table;
  }();
  return kTable;
}

std::string settingValue(const TrainingSettings& settings, std::string_view name) {
  return rowNamed(name).get(settings);
}

void setSetting(TrainingSettings& settings, std::string_view name, std::string_view value) {
  const Row& row = rowNamed(name);
  try {
    row.set(settings, std::string(value));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(row.info.name + " " + error.what());
  }
}

std::string settingsToJson(const TrainingSettings& settings) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const Row& row : rows()) {
    object[row.info.name] = row.get(settings);
  }
  return object.dump();
}

TrainingSettings settingsFromJson(std::string_view text) {
  const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    throw std::runtime_error("the settings are no JSON object");
  }
  TrainingSettings settings;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) {
      throw std::runtime_error("the setting " + name + " is no text");
    }
    setSetting(settings, name, value.get_ref<const std::string&>());
  }
  return settings;
}

}  // namespace loom::model
