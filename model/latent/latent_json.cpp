#include "model/latent_state.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace loom::model {
namespace {

using nlohmann::json;

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

}  // namespace

std::string latentStateToJson(const LatentState& state, const std::vector<float>& z) {
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
  if (!z.empty()) {
    object["z"] = z;
  }
  return object.dump();
}

LatentState latentStateFromJson(std::string_view text) {
  const json object = parseObject(text);
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
  return state;
}

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
