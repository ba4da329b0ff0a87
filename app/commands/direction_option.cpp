#include "app/commands/direction_option.h"

#include "model/checkpoint/checkpoint_reader.h"

#include <algorithm>
#include <charconv>

namespace loom::app {
namespace {

struct Wanted {
  std::string file;
  int index = 0;
  double strength = 0.0;
};

Wanted parsed(const std::string& word) {
  const auto sign = word.rfind('=');
  const auto colon = word.rfind(':', sign);
  if (sign == std::string::npos || colon == std::string::npos || colon == 0) {
    throw UsageError("--direction takes FILE:INDEX=STRENGTH, as in directions.safetensors:0=2.5, not '" + word + "'");
  }
  constexpr int kMost = 1 << 20;
  constexpr double kFarthest = 1e4;
  return {word.substr(0, colon), wholeNumber("--direction", word.substr(colon + 1, sign - colon - 1), 0, kMost),
          realNumber("--direction", word.substr(sign + 1), -kFarthest, kFarthest)};
}

std::string metadataOf(const model::Checkpoint& file, const std::string& key) {
  const auto it = std::find_if(file.metadata.begin(), file.metadata.end(), [&](const auto& pair) { return pair.first == key; });
  return it == file.metadata.end() ? std::string() : it->second;
}

/// First and last layer of "3-7"; 0 and −1, all of them, of anything else.
std::pair<int, int> layersOf(const std::string& text) {
  int first = 0;
  int last = 0;
  const char* end = text.data() + text.size();
  const auto begun = std::from_chars(text.data(), end, first);
  if (begun.ec != std::errc() || begun.ptr == end || *begun.ptr != '-' ||
      std::from_chars(begun.ptr + 1, end, last).ec != std::errc() || first < 0 || last < first || last > 1000) {
    return {0, -1};
  }
  return {first, last};
}

}  // namespace

OptionSyntax directionOptionSyntax() {
  OptionSyntax option{"--direction", "", "FILE:INDEX=STRENGTH",
                      "Move along a direction that `latent-loom directions` wrote; may be given again."};
  option.repeats = true;
  return option;
}

void takeDirections(const Arguments& arguments, model::LatentState& look) {
  for (const std::string& word : arguments.values("--direction")) {
    const Wanted wanted = parsed(word);
    const model::Checkpoint file = model::readCheckpoint(wanted.file);
    const model::TensorView* directions = nullptr;
    for (const model::TensorGroup& group : file.groups) {
      for (const model::TensorView& tensor : group.tensors) {
        if (tensor.name == "directions" && tensor.shape.size() == 2) {
          directions = &tensor;
        }
      }
    }
    if (!directions || wanted.index >= directions->shape[0]) {
      throw std::runtime_error(wanted.file + (directions ? " holds " + std::to_string(directions->shape[0]) + " directions, counted from 0."
                                                         : " holds no tensor directions of count × dimensions."));
    }
    const std::vector<float> values = directions->toFloat32();
    const auto [first, last] = layersOf(metadataOf(file, "layers"));
    const auto width = directions->shape[1];
    const auto begin = values.begin() + wanted.index * width;
    const std::string name = std::filesystem::path(wanted.file).stem().string() + " " + std::to_string(wanted.index);
    look.directions.push_back({model::Direction{name, {begin, begin + width}}, static_cast<float>(wanted.strength), first, last});
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
