#include "app/directions/kept_direction.h"

#include "app/directions/direction_error.h"
#include "model/checkpoint/read_problem.h"

#include <QCryptographicHash>
#include <QString>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace loom::app {
namespace {

constexpr int kMostLayers = 1000;
constexpr int kIdLength = 32;

std::string idOf(const std::vector<float>& values, int firstLayer, int lastLayer) {
  QCryptographicHash hash(QCryptographicHash::Sha256);
  hash.addData(QByteArray::fromRawData(reinterpret_cast<const char*>(values.data()),
                                       static_cast<qsizetype>(values.size() * sizeof(float))));
  hash.addData(QByteArray::fromStdString(layersText(firstLayer, lastLayer)));
  return hash.result().toHex().left(kIdLength).toStdString();
}

/// `key` of `made`, as it may be shown.
std::string shown(const DirectionOrigin& made, const char* key) {
  for (const auto& [name, value] : made) {
    if (name == key) {
      return model::plainName(value);
    }
  }
  return "?";
}

}  // namespace

KeptDirection keptDirection(const std::string& name, std::vector<float> values, float strength, DirectionOrigin made,
                            int firstLayer, int lastLayer) {
  KeptDirection direction;
  direction.name = model::plainName(QString::fromStdString(name).simplified().toStdString());
  if (direction.name.empty()) {
    throw DirectionError("A direction needs a name: give it one.");
  }
  double squares = 0.0;
  for (const float value : values) {
    squares += static_cast<double>(value) * value;
  }
  const double length = std::sqrt(squares);
  if (!std::isfinite(length) || !(length > 0.0) || !std::isfinite(strength) || !(strength > 0.0F)) {
    throw DirectionError("The direction " + direction.name + " cannot be kept: it leads nowhere.");
  }
  for (float& value : values) {
    value = static_cast<float>(value / length);
  }
  direction.id = idOf(values, firstLayer, lastLayer);
  direction.values = std::move(values);
  direction.strength = strength;
  direction.made = std::move(made);
  direction.firstLayer = firstLayer;
  direction.lastLayer = lastLayer;
  return direction;
}

std::string describeOrigin(const DirectionOrigin& made) {
  const std::string method = shown(made, "method");
  const auto part = [&](const char* key) { return shown(made, key); };
  if (method == "pca") {
    const auto isLayer = [](const auto& entry) { return entry.first == "activations"; };
    const bool ofLayer = std::any_of(made.begin(), made.end(), isLayer);
    return "principal axis " + part("number") + (ofLayer ? " behind layer " + part("activations") : "") + ", of " +
           part("samples") + " latents from seed " + part("seed");
  }
  if (method == "sefa") {
    return "SeFa " + part("number") + ", of layers " + part("layers");
  }
  if (method == "boundary") {
    double accuracy = 0.0;
    const std::string text = part("accuracy");
    std::from_chars(text.data(), text.data() + text.size(), accuracy);
    return "boundary of " + part("of") + ": " + part("positives") + " with, " + part("negatives") + " without, " +
           std::to_string(std::lround(100.0 * accuracy)) + " % of the held-out ones on their side";
  }
  if (method == "between") {
    return "from " + part("from") + " to " + part("to");
  }
  if (method == "file") {
    return "out of " + part("file") + ", number " + part("number");
  }
  return method;
}

std::string layersText(int firstLayer, int lastLayer) {
  return lastLayer < 0 ? "all" : std::to_string(firstLayer) + "-" + std::to_string(lastLayer);
}

std::pair<int, int> layersFromText(const std::string& text) {
  int first = 0;
  int last = 0;
  const char* end = text.data() + text.size();
  const auto begun = std::from_chars(text.data(), end, first);
  if (begun.ec != std::errc() || begun.ptr == end || *begun.ptr != '-' || first < 0) {
    return {0, -1};
  }
  const auto ended = std::from_chars(begun.ptr + 1, end, last);
  if (ended.ec != std::errc() || ended.ptr != end || last < first || last > kMostLayers) {
    return {0, -1};
  }
  return {first, last};
}

}  // namespace loom::app
