#include "model/latent_state.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace loom::model {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestText = 4096;  // of a path
constexpr std::size_t kMostSources = 256;
constexpr std::size_t kMostDirections = 1024;
constexpr int kDeepestSource = 3;  // sources of sources of sources
constexpr int kMaxDimension = 1 << 20;  // far above any z in the field; bounds what a hostile text can make us hold

[[noreturn]] void fail(const std::string& reason) { throw std::runtime_error("the latent state is damaged: " + reason); }

json parseObject(std::string_view text) {
  const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {
    fail("it is no JSON object");
  }
  return parsed;
}

double numberIn(const json& value, const char* name, double low, double high) {
  if (!value.is_number()) {
    fail(std::string(name) + " is not a number");
  }
  const auto number = value.get<double>();
  if (!(number >= low && number <= high)) {
    fail(std::string(name) + " is out of range");
  }
  return number;
}

void readSeed(const json& object, const char* name, std::uint32_t& seed) {
  if (const auto it = object.find(name); it != object.end()) {
    const double number = numberIn(*it, name, 0, std::numeric_limits<std::uint32_t>::max());
    if (number != std::floor(number)) {
      fail(std::string(name) + " is not a whole number");
    }
    seed = static_cast<std::uint32_t>(number);
  }
}

float floatIn(const json& value, const char* name) {
  constexpr double kLimit = std::numeric_limits<float>::max();
  return static_cast<float>(numberIn(value, name, -kLimit, kLimit));
}

int dimensionIn(const json& value, const char* name) {
  return static_cast<int>(numberIn(value, name, 0, kMaxDimension));
}

void readPad(const json& object, PadPosition& pad) {
  const auto it = object.find("pad");
  if (it == object.end()) {
    return;
  }
  if (!it->is_array() || it->size() != 2) {
    fail("pad is not a pair of numbers");
  }
  pad.x = static_cast<float>(numberIn((*it)[0], "pad", -1, 1));
  pad.y = static_cast<float>(numberIn((*it)[1], "pad", -1, 1));
}

void readEdits(const json& object, LatentState& state) {
  if (const auto it = object.find("edits"); it != object.end()) {
    if (!it->is_array()) {
      fail("edits is not a list");
    }
    for (const json& edit : *it) {
      if (!edit.is_array() || edit.size() != 2) {
        fail("an edit is not a pair of dimension and value");
      }
      state.edits[dimensionIn(edit[0], "an edit's dimension")] = floatIn(edit[1], "an edit's value");
    }
  }
  if (const auto it = object.find("locks"); it != object.end()) {
    if (!it->is_array()) {
      fail("locks is not a list");
    }
    for (const json& lock : *it) {
      state.locks.insert(dimensionIn(lock, "a lock"));
    }
  }
}

constexpr std::pair<NoiseMode, const char*> kNoiseNames[] = {
    {NoiseMode::Constant, "const"}, {NoiseMode::Random, "random"}, {NoiseMode::None, "none"}};
constexpr std::pair<NormStatistics, const char*> kStatisticsNames[] = {{NormStatistics::Original, "original"},
                                                                      {NormStatistics::Stored, "stored"},
                                                                      {NormStatistics::Instance, "instance"}};

template <typename Value, std::size_t Count>
Value namedIn(const json& object, const char* name, const std::pair<Value, const char*> (&names)[Count]) {
  for (const auto& [value, text] : names) {
    if (object[name] == text) {
      return value;
    }
  }
  fail(std::string(name) + " is none that is known");
}

template <typename Value, std::size_t Count>
const char* nameIn(Value wanted, const std::pair<Value, const char*> (&names)[Count]) {
  return std::find_if(std::begin(names), std::end(names), [&](const auto& entry) { return entry.first == wanted; })
      ->second;
}

json objectOf(const LatentState& state);
LatentState stateOf(const json& object, int depth);

/// Fields that stand at their defaults are not written: most states say no more than a seed.
void writeConditioning(json& object, const LatentState& state) {
  for (const auto& [index, weight] : state.classes) {
    object["classes"].push_back({index, weight});
  }
  for (const StyleSource& source : state.sources) {
    json layers = json::array();
    for (const auto& [layer, strength] : source.layers) {
      layers.push_back({layer, strength});
    }
    object["sources"].push_back({{"layers", layers}, {"state", objectOf(*source.recipe)}});
  }
  for (const DirectionStep& step : state.directions) {
    object["directions"].push_back({{"name", step.direction->name},
                                    {"strength", step.strength},
                                    {"layers", {step.firstLayer, step.lastLayer}},
                                    {"values", step.direction->values}});
  }
  for (const auto& [place, offset] : state.styleOffsets) {
    object["style_offsets"].push_back({place.layer, place.dimension, offset});
  }
  if (state.truncationCutoff) {
    object["truncation_cutoff"] = *state.truncationCutoff;
  }
}

void writeSynthesis(json& object, const LatentState& state) {
  if (state.noise) {
    object["noise"] = nameIn(*state.noise, kNoiseNames);
    object["noise_seed"] = state.noiseSeed;
  }
  if (state.transform != PictureTransform{}) {
    object["transform"] = {state.transform.x, state.transform.y, state.transform.turn};
  }
  if (state.resolution != 0) {
    object["resolution"] = state.resolution;
  }
  if (state.fade != 0.0F) {
    object["fade"] = state.fade;
  }
  if (state.normStatistics != NormStatistics::Original) {
    object["norm_statistics"] = nameIn(state.normStatistics, kStatisticsNames);
  }
  if (state.input != InputPicture{}) {
    object["input"] = {{"path", state.input.path}, {"sha256", state.input.sha256}, {"side", state.input.side}};
  }
}

/// Calls `take` for each entry of the list `name`, which must be lists of `width` values.
template <typename Take>
void readRows(const json& object, const char* name, std::size_t width, const Take& take) {
  const auto it = object.find(name);
  if (it == object.end()) {
    return;
  }
  if (!it->is_array()) {
    fail(std::string(name) + " is not a list");
  }
  for (const json& row : *it) {
    if (!row.is_array() || row.size() != width) {
      fail("an entry of " + std::string(name) + " has not " + std::to_string(width) + " values");
    }
    take(row);
  }
}

std::string textIn(const json& object, const char* name, const char* whose) {
  const auto it = object.find(name);
  if (it == object.end() || !it->is_string() || it->get_ref<const std::string&>().size() > kLongestText) {
    fail(std::string(whose) + name + " is no text");
  }
  return it->get<std::string>();
}

/// The list `name` of objects, at most `most`; empty where there is none.
std::vector<json> objectsIn(const json& object, const char* name, std::size_t most) {
  const auto it = object.find(name);
  if (it == object.end()) {
    return {};
  }
  if (!it->is_array() || it->size() > most) {
    fail(std::string(name) + " is no list of at most " + std::to_string(most));
  }
  for (const json& entry : *it) {
    if (!entry.is_object()) {
      fail("an entry of " + std::string(name) + " is no object");
    }
  }
  return {it->begin(), it->end()};
}

void readSources(const json& object, LatentState& state, int depth) {
  for (const json& entry : objectsIn(object, "sources", kMostSources)) {
    const auto recipe = entry.find("state");
    if (depth >= kDeepestSource || recipe == entry.end() || !recipe->is_object()) {
      fail("a source of styles has no state, or too many within one another");
    }
    StyleSource source{stateOf(*recipe, depth + 1), {}};
    readRows(entry, "layers", 2, [&](const json& row) {
      source.layers[dimensionIn(row[0], "a source's layer")] = static_cast<float>(numberIn(row[1], "a strength", 0, 1));
    });
    state.sources.push_back(std::move(source));
  }
}

void readDirections(const json& object, LatentState& state) {
  for (const json& entry : objectsIn(object, "directions", kMostDirections)) {
    const auto values = entry.find("values");
    const auto layers = entry.find("layers");
    if (values == entry.end() || !values->is_array() || values->size() > kMaxDimension) {
      fail("a direction has no values");
    }
    if (layers == entry.end() || !layers->is_array() || layers->size() != 2 || !entry.contains("strength")) {
      fail("a direction has no strength or no layers");
    }
    Direction direction{textIn(entry, "name", "a direction's "), {}};
    for (const json& value : *values) {
      direction.values.push_back(floatIn(value, "a direction's value"));
    }
    state.directions.push_back({std::move(direction), floatIn(entry["strength"], "a direction's strength"),
                                dimensionIn((*layers)[0], "a direction's layer"),
                                static_cast<int>(numberIn((*layers)[1], "a direction's layer", -1, kMaxDimension))});
  }
}

void readConditioning(const json& object, LatentState& state) {
  readRows(object, "classes", 2, [&](const json& row) {
    state.classes[dimensionIn(row[0], "a class")] = static_cast<float>(numberIn(row[1], "a class's weight", 0, 1e6));
  });
  readRows(object, "style_offsets", 3, [&](const json& row) {
    const auto layer = static_cast<int>(numberIn(row[0], "a style's layer", -1, kMaxDimension));
    state.styleOffsets[{layer, dimensionIn(row[1], "a style's dimension")}] = floatIn(row[2], "a style's offset");
  });
  if (object.contains("truncation_cutoff")) {
    state.truncationCutoff = dimensionIn(object["truncation_cutoff"], "truncation_cutoff");
  }
}


void readSynthesis(const json& object, LatentState& state) {
  if (object.contains("noise")) {
    state.noise = namedIn(object, "noise", kNoiseNames);
    readSeed(object, "noise_seed", state.noiseSeed);
  }
  if (const auto it = object.find("transform"); it != object.end()) {
    if (!it->is_array() || it->size() != 3) {
      fail("transform is not three numbers");
    }
    state.transform = {floatIn((*it)[0], "transform"), floatIn((*it)[1], "transform"), floatIn((*it)[2], "transform")};
  }
  if (object.contains("resolution")) {
    state.resolution = dimensionIn(object["resolution"], "resolution");
  }
  if (object.contains("fade")) {
    state.fade = static_cast<float>(numberIn(object["fade"], "fade", 0, 1));
  }
  if (object.contains("norm_statistics")) {
    state.normStatistics = namedIn(object, "norm_statistics", kStatisticsNames);
  }
  if (const auto it = object.find("input"); it != object.end()) {
    if (!it->is_object()) {
      fail("the input picture is no object");
    }
    state.input.path = textIn(*it, "path", "the input picture's ");
    state.input.sha256 = textIn(*it, "sha256", "the input picture's ");
    if (it->contains("side")) {
      state.input.side = static_cast<int>(numberIn((*it)["side"], "the input picture's side", 1, kLargestInputSide));
    }
  }
}

json objectOf(const LatentState& state) {
  json object{{"seed", state.seed},
              {"target_seed", state.targetSeed},
              {"blend", state.blend},
              {"plane_seed", state.planeSeed},
              {"pad", {state.pad.x, state.pad.y}},
              {"truncation", state.truncation},
              {"edits", json::array()},
              {"locks", state.locks}};
  for (const auto& [dimension, value] : state.edits) {
    object["edits"].push_back({dimension, value});
  }
  writeConditioning(object, state);
  writeSynthesis(object, state);
  return object;
}

LatentState stateOf(const json& object, int depth) {
  LatentState state;
  readSeed(object, "seed", state.seed);
  readSeed(object, "target_seed", state.targetSeed);
  readSeed(object, "plane_seed", state.planeSeed);
  if (const auto it = object.find("blend"); it != object.end()) {
    state.blend = static_cast<float>(numberIn(*it, "blend", 0, 1));
  }
  if (const auto it = object.find("truncation"); it != object.end()) {
    state.truncation = numberIn(*it, "truncation", -10, 10);
  }
  readPad(object, state.pad);
  readEdits(object, state);
  readConditioning(object, state);
  readSources(object, state, depth);
  readDirections(object, state);
  readSynthesis(object, state);
  return state;
}

}  // namespace

std::string latentStateToJson(const LatentState& state, const std::vector<float>& z) {
  json object = objectOf(state);
  if (!z.empty()) {
    object["z"] = z;
  }
  return object.dump();
}

LatentState latentStateFromJson(std::string_view text) { return stateOf(parseObject(text), 0); }

std::vector<float> zFromJson(std::string_view text) {
  const json object = parseObject(text);
  std::vector<float> z;
  if (const auto it = object.find("z"); it != object.end()) {
    if (!it->is_array() || it->size() > kMaxDimension) {
      fail("z is not a list of numbers");
    }
    for (const json& value : *it) {
      z.push_back(floatIn(value, "a value of z"));
    }
  }
  return z;
}

}  // namespace loom::model
