#include "app/commands/direction_option.h"

#include "app/directions/direction_library.h"
#include "app/export/file_hash.h"
#include "model/direction_file.h"

#include <algorithm>

namespace loom::app {
namespace {

constexpr double kFarthest = 1e4;

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

model::DirectionStep fromFile(const Word& word, double strength) {
  constexpr int kMost = 1 << 20;
  const auto index = static_cast<std::size_t>(wholeNumber("--direction", word.index, 0, kMost));
  const model::FileDirections file = model::readDirections(word.file);
  if (index >= file.layers.size()) {
    throw std::runtime_error(word.file + " holds " + std::to_string(file.layers.size()) + " directions, counted from 0.");
  }
  const auto width = static_cast<std::ptrdiff_t>(file.directions.shape[1]);
  const auto begin = file.directions.values.begin() + static_cast<std::ptrdiff_t>(index) * width;
  const std::string name = std::filesystem::path(word.file).stem().string() + " " + word.index;
  return {model::Direction{file.names.empty() ? name : file.names[index], {begin, begin + width}},
          static_cast<float>(strength), file.layers[index].first, file.layers[index].second};
}

model::DirectionStep fromLibrary(const Word& word, double strength, const std::string& checkpoint) {
  const DirectionLibrary library({checkpoint, sha256OfFile(checkpoint).value_or(""), {}, 0});
  const DirectionList list = library.load();
  const KeptDirection* direction = directionCalled(list.directions, word.name);
  if (!direction) {
    throw std::runtime_error("--direction: no kept direction of " + checkpoint + " is called '" + word.name + "'. latent-loom directions " +
                             checkpoint + " --list tells their names; one out of a file is FILE:INDEX=STRENGTH.");
  }
  return {model::Direction{direction->name, direction->values}, static_cast<float>(strength) * direction->strength,
          direction->firstLayer, direction->lastLayer};
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
    look.directions.push_back(isFile ? fromFile(word, strength) : fromLibrary(word, strength, arguments.operands()[0]));
  }
}

void checkDirections(const model::LatentState& look, const model::GeneratorInfo& info, const std::string& model) {
  const auto dimensions = static_cast<std::size_t>(std::max(0, info.wDim > 0 ? info.wDim : info.zDim));
  for (const model::DirectionStep& step : look.directions) {
    if (step.direction->values.size() != dimensions) {
      throw std::runtime_error("--direction: " + step.direction->name + " is of another generator: it has " +
                               std::to_string(step.direction->values.size()) + " dimensions, and " + model + " moves in " +
                               std::to_string(dimensions) + ".");
    }
    if (step.firstLayer > 0 && step.firstLayer >= info.mixLayers()) {
      throw std::runtime_error("--direction: " + step.direction->name + " begins at layer " +
                               std::to_string(step.firstLayer) + ", and " + model + " has " +
                               std::to_string(info.mixLayers()) + ".");
    }
  }
}

}  // namespace loom::app
