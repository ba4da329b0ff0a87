#include "app/directions/direction_search.h"

#include "app/directions/direction_error.h"
#include "model/checkpoint/read_problem.h"
#include "model/direction_file.h"

#include <algorithm>
#include <cstdio>

namespace loom::app {
namespace {

std::vector<float> rowOf(const model::FloatTensor& rows, std::size_t index) {
  const auto width = static_cast<std::ptrdiff_t>(rows.shape.at(1));
  const auto begin = rows.values.begin() + static_cast<std::ptrdiff_t>(index) * width;
  return {begin, begin + width};
}

/// One step along each, from the model's own latents; 1 where they do not move along it at all.
std::vector<float> unitsOf(const model::OpenedModel& opened, const model::FloatTensor& directions,
                           const model::Interrupt& interrupt) {
  constexpr int kSamples = 2000;
  std::vector<float> units = model::spreadAlong(opened, directions, kSamples, 0, interrupt);
  std::replace_if(
      units.begin(), units.end(), [](float unit) { return !(unit > 0.0F); }, 1.0F);
  return units;
}

std::string numberText(std::size_t index, std::size_t count) {
  return std::to_string(index + 1) + " of " + std::to_string(count);
}

std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

/// The directions that a method found, each `name` with its number.
FoundDirections kept(const model::LatentDirections& found, const std::vector<float>& units, const std::string& name,
                     const DirectionOrigin& made) {
  FoundDirections result;
  const std::size_t count = found.strengths.size();
  for (std::size_t i = 0; i < count; ++i) {
    DirectionOrigin origin{made.front(), {"number", numberText(i, count)}};
    origin.insert(origin.end(), made.begin() + 1, made.end());
    result.directions.push_back(keptDirection(name + " " + std::to_string(i + 1), rowOf(found.directions, i), units[i],
                                              std::move(origin), found.firstLayer, found.lastLayer));
  }
  result.strengths = found.strengths;
  return result;
}

}  // namespace

std::string latentSpace(const model::GeneratorInfo& info) { return info.wDim > 0 ? "w" : info.zDim > 0 ? "z" : ""; }

int latentDimensions(const model::GeneratorInfo& info) { return info.wDim > 0 ? info.wDim : info.zDim; }

std::vector<float> placeOf(const model::OpenedModel& opened, model::LatentState state,
                           const model::Interrupt& interrupt) {
  const model::GeneratorInfo& info = opened.info();
  if (info.styleLayers == 0) {
    return model::resolveZ(state, info);
  }
  state.styleOffsets.try_emplace({-1, 0}, 0.0F);  // without effect, but then the styles are what is answered
  const auto ws = opened.inputsFor(state, nullptr, interrupt).ws;
  std::vector<float> mean(static_cast<std::size_t>(info.wDim), 0.0F);
  for (std::size_t i = 0; ws && i < ws->values.size(); ++i) {
    mean[i % mean.size()] += ws->values[i] / static_cast<float>(info.styleLayers);
  }
  return mean;
}

model::LatentState movedAlong(model::LatentState state, const KeptDirection& direction, float strength) {
  state.directions.push_back({model::Direction{direction.name, direction.values}, strength * direction.strength,
                              direction.firstLayer, direction.lastLayer});
  return state;
}

FoundDirections searchByPca(const model::OpenedModel& opened, int count, int samples, std::uint32_t seed,
                            const SearchControl& control) {
  const auto found = model::findByPca(opened, count, samples, seed, control.interrupt, control.progress);
  // Without a mapping network the deviations are those of a layer's answers: no steps in z.
  const auto units = opened.info().wDim > 0 ? found.strengths : unitsOf(opened, found.directions, control.interrupt);
  std::vector<float> steps(units);
  std::replace_if(
      steps.begin(), steps.end(), [](float unit) { return !(unit > 0.0F); }, 1.0F);
  return kept(found, steps, "PCA",
              {{"method", "pca"}, {"samples", std::to_string(samples)}, {"seed", std::to_string(seed)}});
}

FoundDirections searchByActivations(const model::OpenedModel& opened, int layer, int count, int samples,
                                    std::uint32_t seed, const SearchControl& control) {
  const auto found = model::findByActivations(opened, layer, count, samples, seed, control.interrupt, control.progress);
  const std::string number = std::to_string(layer);
  return kept(found, unitsOf(opened, found.directions, control.interrupt), "Layer " + number + ":",
              {{"method", "pca"},
               {"activations", number},
               {"samples", std::to_string(samples)},
               {"seed", std::to_string(seed)}});
}

FoundDirections searchBySefa(const model::OpenedModel& opened, int count, int firstLayer, int lastLayer,
                             const SearchControl& control) {
  const auto found = model::findBySefa(opened, count, firstLayer, lastLayer);
  const std::string layers = layersText(found.firstLayer, found.lastLayer);
  return kept(found, unitsOf(opened, found.directions, control.interrupt),
              layers == "all" ? "SeFa" : "SeFa " + layers + ":", {{"method", "sefa"}, {"layers", layers}});
}

FoundDirections searchByBoundary(const model::OpenedModel& opened, const DirectionExamples& examples, double cost,
                                 std::uint32_t seed, const std::vector<KeptDirection>& unchanged,
                                 const SearchControl& control) {
  const int dimensions = latentDimensions(opened.info());
  for (const auto* places : {&examples.positives, &examples.negatives}) {
    if (places->shape.size() == 2 && places->shape[1] != dimensions) {
      throw model::ModelError("its latent space has " + std::to_string(dimensions) +
                              " dimensions, and the examples have " + std::to_string(places->shape[1]) +
                              ": they are of another model");
    }
  }
  model::BoundaryOptions options;
  options.cost = cost;
  options.seed = seed;
  std::string names;
  for (const KeptDirection& other : unchanged) {
    options.unchanged.values.insert(options.unchanged.values.end(), other.values.begin(), other.values.end());
    names += (names.empty() ? "" : ", ") + other.name;
  }
  if (!unchanged.empty()) {
    options.unchanged.shape = {static_cast<std::int64_t>(unchanged.size()), dimensions};
  }
  const model::Boundary boundary =
      model::findBoundary(examples.positives, examples.negatives, options, control.interrupt, control.progress);
  DirectionOrigin made{{"method", "boundary"},
                       {"of", examples.of},
                       {"positives", std::to_string(examples.positives.shape[0])},
                       {"negatives", std::to_string(examples.negatives.shape[0])},
                       {"accuracy", fixed(boundary.accuracy)},
                       {"folds", std::to_string(boundary.folds)}};
  if (!names.empty()) {
    made.emplace_back("unchanged", names);
  }
  return {{keptDirection(examples.of, boundary.normal, boundary.strength, std::move(made))}, {boundary.strength}};
}

FoundDirections searchBetween(const std::vector<float>& from, const std::vector<float>& to, const std::string& fromName,
                              const std::string& toName) {
  const model::Way way = model::wayBetween(from, to);
  return {{keptDirection("From " + fromName + " to " + toName, way.direction, way.strength,
                         {{"method", "between"}, {"from", fromName}, {"to", toName}})},
          {way.strength}};
}

FoundDirections searchInFile(const model::OpenedModel& opened, const std::filesystem::path& path,
                             const std::stop_token& stop) {
  const auto file = model::readDirections(path, latentDimensions(opened.info()), stop);
  const std::string space = latentSpace(opened.info());
  const std::string name = model::fileName(path);
  if (!file.space.empty() && file.space != space) {
    throw model::ModelError(name + " cannot be used for directions: they are of " + file.space +
                            ", and this model's are of " + space + ".");
  }
  const auto spreads = unitsOf(opened, file.directions, [&] { return stop.stop_requested(); });
  FoundDirections found;
  const std::string stem = path.stem().string();
  for (std::size_t i = 0; i < file.units.size(); ++i) {
    const bool named = i < file.names.size() && !file.names[i].empty();
    const float unit = file.units[i] > 0.0F ? file.units[i] : spreads[i];
    const std::string numbered = file.units.size() > 1 ? stem + " " + std::to_string(i + 1) : stem;
    auto [first, last] = file.layers[i];
    if (first >= opened.info().styleLayers) {
      first = 0;  // layers that this model has not
      last = -1;
    }
    found.directions.push_back(
        keptDirection(named ? file.names[i] : numbered, rowOf(file.directions, i), unit,
                      {{"method", "file"}, {"file", name}, {"number", numberText(i, file.units.size())}}, first, last));
    found.strengths.push_back(unit);
  }
  return found;
}

}  // namespace loom::app
