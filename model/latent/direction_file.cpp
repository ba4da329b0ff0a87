#include "model/direction_file.h"

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/npy_reader.h"
#include "model/checkpoint/read_problem.h"
#include "model/latent/direction_table.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace loom::model {
namespace {

using Json = nlohmann::json;

constexpr int kMostLayers = 1000;
constexpr double kRounding = 1e-6;       // of float32 numbers of length 1, which then stay bit for bit
constexpr double kUnitTolerance = 1e-3;  // of a length that is meant to be 1

std::string lowerSuffix(const std::filesystem::path& path) {
  std::string suffix = path.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return suffix;
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& clause) {
  throw ModelError(fileName(path) + " cannot be used for directions: " + clause + ".");
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) {
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  }
  return text.empty() ? "a single number" : text;
}

/// count×dim of a shape that directions may have; nothing for all others.
std::optional<std::vector<std::int64_t>> tableShape(const std::vector<std::int64_t>& shape) {
  if (shape.size() == 1) {
    return std::vector<std::int64_t>{1, shape[0]};
  }
  if (shape.size() == 2) {
    return shape;
  }
  if (shape.size() == 3 && shape[1] == 1) {  // GANSpace's lat_comp
    return std::vector<std::int64_t>{shape[0], shape[2]};
  }
  return std::nullopt;
}

/// The tensor as a table, its size checked before its numbers are read.
FloatTensor tableOf(const TensorView& tensor, const std::filesystem::path& path) {
  const auto shape = tableShape(tensor.shape);
  if (!shape || (*shape)[0] < 1 || (*shape)[1] < 1) {
    fail(path, "its numbers are " + shapeText(tensor.shape) + ", and directions are count x dimensions");
  }
  if (tensor.elementCount() > kMostDirectionNumbers) {
    fail(path, "it holds " + shapeText(tensor.shape) + " numbers, more than the " + std::to_string(kMostDirectionNumbers) +
                   " that are read");
  }
  return {*shape, tensor.toFloat32()};
}

std::vector<float> listOf(const TensorView* tensor, std::int64_t count, const std::filesystem::path& path) {
  if (!tensor) {
    return {};
  }
  if (tensor->elementCount() != count) {
    fail(path, "it holds " + std::to_string(count) + " directions and " + std::to_string(tensor->elementCount()) + " " +
                   plainName(tensor->name));
  }
  return tensor->toFloat32();
}

std::string valueOf(const Checkpoint& file, const std::string& key) {
  const auto it = std::find_if(file.metadata.begin(), file.metadata.end(), [&](const auto& pair) { return pair.first == key; });
  return it == file.metadata.end() ? std::string() : it->second;
}

/// First and last layer of "3-7"; all of them of anything else.
std::pair<int, int> layersIn(const std::string& text) {
  int first = 0;
  int last = 0;
  const char* end = text.data() + text.size();
  const auto begun = std::from_chars(text.data(), end, first);
  if (begun.ec != std::errc() || begun.ptr == end || *begun.ptr != '-' ||
      std::from_chars(begun.ptr + 1, end, last).ec != std::errc() || first < 0 || last < first || last > kMostLayers) {
    return {0, -1};
  }
  return {first, last};
}

/// What a library of directions says of each: a JSON list of objects with `name` and `layers`. Nothing where the file has
/// none or it is of another length.
void takeEntries(const Checkpoint& file, FileDirections& found) {
  const Json entries = Json::parse(valueOf(file, "entries"), nullptr, false);
  if (!entries.is_array() || static_cast<std::int64_t>(entries.size()) != found.directions.shape[0]) {
    return;
  }
  found.names.clear();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto textAt = [&](const char* key) {
      const auto it = entries[i].is_object() ? entries[i].find(key) : entries[i].end();
      return entries[i].is_object() && it != entries[i].end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    found.names.push_back(plainName(textAt("name")));
    found.layers[i] = layersIn(textAt("layers"));
  }
}

FileDirections fromContainer(const Checkpoint& file) {
  const std::filesystem::path& path = file.path;
  const TensorView* directions = nullptr;
  const TensorView* strengths = nullptr;
  const TensorView* units = nullptr;
  const TensorView* only = nullptr;
  std::size_t tensors = 0;
  for (const TensorGroup& group : file.groups) {
    for (const TensorView& tensor : group.tensors) {
      ++tensors;
      only = &tensor;
      directions = tensor.name == "directions" ? &tensor : directions;
      strengths = tensor.name == "strengths" ? &tensor : strengths;
      units = tensor.name == "units" ? &tensor : units;
    }
  }
  if (!directions && tensors == 1) {
    directions = only;
  }
  if (!directions) {
    fail(path, "it holds " + std::to_string(tensors) +
                   " tensors and none is called directions; is it a checkpoint? Directions are a tensor directions of count x "
                   "dimensions");
  }
  FileDirections found;
  found.directions = tableOf(*directions, path);
  found.metadata = file.metadata;
  const std::string space = valueOf(file, "space");
  found.space = space == "w" || space == "z" ? space : "";
  const std::int64_t count = found.directions.shape[0];
  found.layers.assign(static_cast<std::size_t>(count), layersIn(valueOf(file, "layers")));
  // SeFa's strengths are eigenvalues, and of a z that no mapping network follows, deviations of a layer's answers.
  const bool deviations = valueOf(file, "method") != "sefa" && space != "z";
  found.units = units ? listOf(units, count, path) : deviations ? listOf(strengths, count, path) : std::vector<float>();
  takeEntries(file, found);
  return found;
}

FileDirections fromNpy(const std::filesystem::path& path, const std::stop_token& stop) {
  const Checkpoint file = readWith(NpyReader(), MappedFile::open(path), path, {.stop = stop, .progress = {}, .limits = {}});
  FileDirections found;
  found.directions = tableOf(file.groups.at(0).tensors.at(0), path);
  return found;
}

FileDirections fromCsv(const std::filesystem::path& path, const std::stop_token& stop) {
  try {
    DirectionTable table = readDirectionTable(path, stop);
    FileDirections found;
    found.directions = {{table.rows, table.columns}, std::move(table.values)};
    if (std::any_of(table.names.begin(), table.names.end(), [](const std::string& name) { return !name.empty(); })) {
      found.names = std::move(table.names);
    }
    return found;
  } catch (const ReadProblem& problem) {
    refuse(path, problem);
  }
}

/// Makes every row's length 1, and takes a length that was another for the unit where the file tells none.
void normalise(FileDirections& found, const std::filesystem::path& path) {
  const auto count = static_cast<std::size_t>(found.directions.shape[0]);
  const auto width = static_cast<std::size_t>(found.directions.shape[1]);
  const bool told = !found.units.empty();
  found.units.resize(count, 0.0F);
  for (std::size_t row = 0; row < count; ++row) {
    float* values = found.directions.values.data() + row * width;
    double squares = 0.0;
    for (std::size_t i = 0; i < width; ++i) {
      squares += static_cast<double>(values[i]) * values[i];
    }
    const double length = std::sqrt(squares);
    if (!std::isfinite(length) || !(length > 1e-30)) {
      fail(path, "its direction " + std::to_string(row) + " (counted from 0) " +
                     (std::isfinite(length) ? "is zero everywhere" : "holds values that are no numbers"));
    }
    for (std::size_t i = 0; i < width && std::abs(length - 1.0) > kRounding; ++i) {
      values[i] = static_cast<float>(values[i] / length);
    }
    if (!told && std::abs(length - 1.0) > kUnitTolerance) {
      found.units[row] = static_cast<float>(length);
    }
    if (!std::isfinite(found.units[row]) || found.units[row] < 0.0F) {
      fail(path, "the strength of its direction " + std::to_string(row) + " (counted from 0) is no number above 0");
    }
  }
}

FileDirections checked(FileDirections found, const std::filesystem::path& path, int dimensions) {
  const std::int64_t count = found.directions.shape[0];
  const std::int64_t width = found.directions.shape[1];
  if (dimensions > 0 && width != dimensions) {
    fail(path, "its directions have " + std::to_string(width) + " dimensions, and this model's latent space has " +
                   std::to_string(dimensions) + (count == dimensions ? "; it may be written columns first: transpose it" : ""));
  }
  if (count > kMostDirections) {
    fail(path, "it holds " + std::to_string(count) + " directions, and " + std::to_string(kMostDirections) + " are read at most");
  }
  if (found.layers.empty()) {
    found.layers.assign(static_cast<std::size_t>(count), {0, -1});
  }
  normalise(found, path);
  return found;
}

}  // namespace

FileDirections directionsIn(const Checkpoint& file, int dimensions) {
  return checked(fromContainer(file), file.path, dimensions);
}

FileDirections readDirections(const std::filesystem::path& path, int dimensions, const std::stop_token& stop) {
  const std::string suffix = lowerSuffix(path);
  if (suffix == ".npy" || suffix == ".csv") {
    return checked(suffix == ".npy" ? fromNpy(path, stop) : fromCsv(path, stop), path, dimensions);
  }
  return directionsIn(readCheckpoint(path, {.stop = stop, .progress = {}, .limits = {}}), dimensions);
}

FloatTensor readTable(const std::filesystem::path& path, const std::stop_token& stop) {
  const Checkpoint file = readWith(NpyReader(), MappedFile::open(path), path, {.stop = stop, .progress = {}, .limits = {}});
  const TensorView& array = file.groups.at(0).tensors.at(0);
  if (array.shape.empty() || array.shape.size() > 2 || array.elementCount() < 1 ||
      array.elementCount() > kMostDirectionNumbers) {
    throw ModelError(fileName(path) + " cannot be used as examples: it is an array of " + shapeText(array.shape) +
                     ", and places are N x dimensions, seeds N numbers.");
  }
  FloatTensor table{{array.shape[0], array.shape.size() == 2 ? array.shape[1] : 1}, array.toFloat32()};
  if (!std::all_of(table.values.begin(), table.values.end(), [](float value) { return std::isfinite(value); })) {
    throw ModelError(fileName(path) + " cannot be used as examples: it holds values that are no numbers.");
  }
  return table;
}

}  // namespace loom::model
