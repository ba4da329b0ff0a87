#include "app/commands/direction_option.h"

#include "app/directions/direction_library.h"
#include "app/export/file_hash.h"
#include "model/direction_file.h"

#include <algorithm>

namespace loom::app {
namespace {

constexpr double kFarthest = 1e4;

/// A step in w, added to the styles of some layers.
struct Step {
  std::vector<float> values;
  int firstLayer = 0;
  int lastLayer = -1;
  std::string space;
};

struct Word {
  std::string name;       ///< all before the sign
  std::string file;       ///< FILE of FILE:INDEX; empty: it is none
  std::string index;
  std::string strength;
};

[[noreturn]] void malformed(const std::string& word) {
  throw UsageError("--direction takes FILE:INDEX=STRENGTH or the NAME=STRENGTH of a kept one, as in "
                   "directions.safetensors:0=2.5, not '" + word + "'");
}

Word parsed(const std::string& word) {
  const auto sign = word.rfind('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == word.size()) {
    malformed(word);
  }
  Word parts{word.substr(0, sign), {}, {}, word.substr(sign + 1)};
  const auto colon = parts.name.rfind(':');
  if (colon != std::string::npos && colon > 0 && colon + 1 < parts.name.size() &&
      parts.name.find_first_not_of("0123456789", colon + 1) == std::string::npos) {
    parts.file = parts.name.substr(0, colon);
    parts.index = parts.name.substr(colon + 1);
  }
  return parts;
}

Step scaled(std::vector<float> values, double by) {
  for (float& value : values) {
    value *= static_cast<float>(by);
  }
  return {std::move(values), 0, -1, {}};
}

Step fromFile(const Word& word, double strength) {
  constexpr int kMost = 1 << 20;
  const auto index = static_cast<std::size_t>(wholeNumber("--direction", word.index, 0, kMost));
  const model::FileDirections file = model::readDirections(word.file);
  if (index >= file.layers.size()) {
    throw std::runtime_error(word.file + " holds " + std::to_string(file.layers.size()) + " directions, counted from 0.");
  }
  const auto width = static_cast<std::ptrdiff_t>(file.directions.shape[1]);
  const auto begin = file.directions.values.begin() + static_cast<std::ptrdiff_t>(index) * width;
  Step step = scaled({begin, begin + width}, strength);
  step.firstLayer = file.layers[index].first;
  step.lastLayer = file.layers[index].second;
  step.space = file.space;
  return step;
}

Step fromLibrary(const Word& word, double strength, const std::string& checkpoint) {
  const DirectionLibrary library({checkpoint, sha256OfFile(checkpoint).value_or(""), {}, 0});
  const DirectionList list = library.load();
  const KeptDirection* direction = directionCalled(list.directions, word.name);
  if (!direction) {
    throw std::runtime_error("--direction: no kept direction of " + checkpoint + " is called '" + word.name + "'. latent-loom directions " +
                             checkpoint + " --list tells their names; one out of a file is FILE:INDEX=STRENGTH.");
  }
  Step step = scaled(direction->values, strength * direction->strength);
  step.firstLayer = direction->firstLayer;
  step.lastLayer = direction->lastLayer;
  step.space = list.space;
  return step;
}

}  // namespace

OptionSyntax directionOptionSyntax() {
  OptionSyntax option{"--direction", "", "NAME=STRENGTH",
                      "Move along a kept direction, in steps that the model's own latents take; or, with FILE:INDEX=STRENGTH, "
                      "along one of a file, by that length. May be given again."};
  option.repeats = true;
  return option;
}

void takeDirections(const Arguments& arguments, model::LatentState& look) {
  for (const std::string& text : arguments.values("--direction")) {
    const Word word = parsed(text);
    const double strength = realNumber("--direction", word.strength, -kFarthest, kFarthest);
    std::error_code ignored;
    const bool isFile = !word.file.empty() && std::filesystem::exists(word.file, ignored);
    if (!isFile && arguments.operands().empty()) {
      throw UsageError("say which checkpoint");
    }
    const Step step = isFile ? fromFile(word, strength) : fromLibrary(word, strength, arguments.operands()[0]);
    if (step.space == "z") {
      throw std::runtime_error("--direction: " + word.name + " is a direction of z, and --direction moves w, of generators with styles.");
    }
    const int first = step.lastLayer < 0 ? -1 : step.firstLayer;
    const int last = step.lastLayer < 0 ? -1 : step.lastLayer;
    for (int layer = first; layer <= last; ++layer) {
      for (std::size_t i = 0; i < step.values.size(); ++i) {
        look.styleOffsets[{layer, static_cast<int>(i)}] += step.values[i];
      }
    }
  }
}

}  // namespace loom::app
