#include "model/chain/layout_names.h"
#include "model/chain_layout.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <set>

namespace loom::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "latent-loom layout";
constexpr int kVersion = 1;
constexpr std::size_t kMostLayers = 512;
constexpr std::size_t kMostText = 4096;
constexpr std::size_t kMostMatches = 4096;
constexpr int kMostClasses = 1 << 16;
constexpr int kMostStep = 64;  // stride, padding, scale: far above any in the field
constexpr int kMostSide = 1 << 16;

[[noreturn]] void fail(const std::string& where, const std::string& reason) {
  throw LayoutError("the layout is damaged: " + where + " " + reason);
}

/// Reads one object: every key once, in any order; `finish` refuses the ones that nobody asked for.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string where) : m_object(object), m_where(std::move(where)) {
    if (!object.is_object()) {
      fail(m_where, "is no JSON object");
    }
    if (const Json* guessed = find("guessed")) {
      readGuessed(*guessed);
    }
  }

  const Json* find(const char* key) {
    m_known.insert(key);
    const auto it = m_object.find(key);
    return it == m_object.end() ? nullptr : &*it;
  }
  std::string place(const char* key) const { return m_where + ", \"" + key + "\","; }
  bool guessed(const char* key) const { return m_guessed.contains(key); }

  void text(const char* key, std::string& target) {
    if (const Json* value = find(key)) {
      target = textIn(*value, key);
    }
  }
  void number(const char* key, Told<int>& target, int low, int high) {
    if (const Json* value = find(key)) {
      target = {static_cast<int>(wholeIn(*value, key, low, high)), guessed(key)};
    }
  }
  void number(const char* key, Told<double>& target, double low, double high) {
    if (const Json* value = find(key)) {
      target = {numberIn(*value, key, low, high), guessed(key)};
    }
  }
  template <typename Enum>
  void name(const char* key, Told<Enum>& target) {
    if (const Json* value = find(key)) {
      const std::string text = textIn(*value, key);
      const auto found = enumNamed<Enum>(text);
      if (!found) {
        fail(place(key), "is \"" + text + "\", it can be " + namesOf<Enum>());
      }
      target = {*found, guessed(key)};
    }
  }
  double numberIn(const Json& value, const char* key, double low, double high) const {
    const double number = value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
    if (!(number >= low && number <= high)) {
      fail(place(key), "is no number from " + short_(low) + " to " + short_(high));
    }
    return number;
  }
  std::int64_t wholeIn(const Json& value, const char* key, double low, double high) const {
    const double number = numberIn(value, key, low, high);
    if (number != std::floor(number)) {
      fail(place(key), "is no whole number");
    }
    return static_cast<std::int64_t>(number);
  }
  std::string textIn(const Json& value, const char* key) const {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > kMostText) {
      fail(place(key), "is no text of at most 4096 bytes");
    }
    return value.get<std::string>();
  }
  const Json& arrayIn(const Json& value, const char* key, std::size_t least, std::size_t most) const {
    if (!value.is_array() || value.size() < least || value.size() > most) {
      fail(place(key), "is no list of " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
  }
  void finish() const {
    for (const auto& [key, value] : m_object.items()) {
      if (!m_known.contains(key)) {
        fail(m_where, "has a key that is not known: \"" + key.substr(0, 80) + "\"");
      }
    }
    for (const std::string& key : m_guessed) {
      if (!m_known.contains(key)) {
        fail(place("guessed"), "names what is not there: \"" + key.substr(0, 80) + "\"");
      }
    }
  }

 private:
  static std::string short_(double number) {
    std::string text = Json(number).dump();
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
  }
  void readGuessed(const Json& list) {
    for (const Json& key : arrayIn(list, "guessed", 0, 64)) {
      m_guessed.insert(textIn(key, "guessed"));
    }
  }

  const Json& m_object;
  std::string m_where;
  std::set<std::string, std::less<>> m_known;
  std::set<std::string, std::less<>> m_guessed;
};

LayoutLayer layerFrom(const Json& object, const std::string& where) {
  ObjectReader reader(object, where);
  LayoutLayer layer;
  if (!reader.find("kind")) {
    fail(where, "has no \"kind\"");
  }
  reader.name("kind", layer.kind);
  reader.text("tensors", layer.tensors);
  reader.number("stride", layer.stride, 1, kMostStep);
  reader.number("padding", layer.padding, 0, kMostStep);
  reader.number("output_padding", layer.outputPadding, 0, kMostStep);
  reader.number("eps", layer.eps, 0.0, 1e3);
  reader.name("function", layer.activation);
  reader.number("slope", layer.slope, -1e3, 1e3);
  reader.number("scale", layer.scale, 1, kMostStep);
  reader.name("mode", layer.mode);
  if (const Json* shape = reader.find("shape")) {
    layer.shape.guessed = reader.guessed("shape");
    for (const Json& side : reader.arrayIn(*shape, "shape", 3, 3)) {
      layer.shape.value.push_back(static_cast<int>(reader.wholeIn(side, "shape", 1, kMostSide)));
    }
  }
  reader.finish();
  return layer;
}

LayoutLabels labelsFrom(const Json& object) {
  ObjectReader reader(object, "\"labels\"");
  LayoutLabels labels;
  reader.number("classes", labels.classes, 0, kMostClasses);
  reader.text("embedding", labels.embedding);
  reader.name("entry", labels.entry);
  if (const Json* names = reader.find("names")) {
    for (const Json& name : reader.arrayIn(*names, "names", 0, kMostClasses)) {
      labels.names.push_back(reader.textIn(name, "names"));
    }
  }
  reader.finish();
  if (!labels.present()) {
    fail("\"labels\"", "has neither \"classes\" nor an \"embedding\"");
  }
  return labels;
}

void readMatches(const Json& object, ChainLayout& layout) {
  if (!object.is_object() || object.size() > kMostMatches) {
    fail("\"matches\"", "is no object of tensors and their shapes");
  }
  for (const auto& [tensor, shape] : object.items()) {
    if (!shape.is_array() || shape.size() > 8) {
      fail("\"matches\"", "has no shape for " + tensor.substr(0, 80));
    }
    auto& sides = layout.matches[tensor];
    for (const Json& side : shape) {
      if (!side.is_number_unsigned() || side.get<std::uint64_t>() > std::numeric_limits<std::int32_t>::max()) {
        fail("\"matches\"", "has a size that is no whole number for " + tensor.substr(0, 80));
      }
      sides.push_back(side.get<std::int64_t>());
    }
  }
}

/// Writes an object's told values, and which of them are guesses.
class ObjectWriter {
 public:
  template <typename Value>
  void put(const char* key, const Told<Value>& told) {
    if constexpr (std::is_enum_v<Value>) {
      m_object[key] = nameOf(told.value);
    } else {
      m_object[key] = told.value;
    }
    if (told.guessed) {
      m_guessed.push_back(key);
    }
  }
  Json& operator[](const char* key) { return m_object[key]; }
  Json take() {
    if (!m_guessed.empty()) {
      m_object["guessed"] = m_guessed;
    }
    return std::move(m_object);
  }

 private:
  Json m_object = Json::object();
  Json m_guessed = Json::array();
};

Json jsonOf(const LayoutLayer& layer) {
  ObjectWriter writer;
  writer.put("kind", layer.kind);
  if (!layer.tensors.empty()) {
    writer["tensors"] = layer.tensors;
  }
  switch (layer.kind.value) {
    case LayerKind::TransposedConv:
      writer.put("output_padding", layer.outputPadding);
      [[fallthrough]];
    case LayerKind::Conv:
      writer.put("stride", layer.stride);
      writer.put("padding", layer.padding);
      break;
    case LayerKind::BatchNorm:
    case LayerKind::InstanceNorm: writer.put("eps", layer.eps); break;
    case LayerKind::Activation:
      writer.put("function", layer.activation);
      if (layer.activation.value == ActivationKind::LeakyReLU) {
        writer.put("slope", layer.slope);
      }
      break;
    case LayerKind::Upsample:
      writer.put("scale", layer.scale);
      writer.put("mode", layer.mode);
      break;
    case LayerKind::Reshape:
      if (!layer.shape.value.empty()) {
        writer.put("shape", layer.shape);
      }
      break;
    default: break;
  }
  return writer.take();
}

Json jsonOf(const LayoutLabels& labels) {
  ObjectWriter writer;
  if (labels.classes.value > 0) {
    writer.put("classes", labels.classes);
  }
  if (!labels.embedding.empty()) {
    writer["embedding"] = labels.embedding;
  }
  writer.put("entry", labels.entry);
  if (!labels.names.empty()) {
    writer["names"] = labels.names;
  }
  return writer.take();
}

}  // namespace

std::string chainLayoutToJson(const ChainLayout& layout) {
  ObjectWriter writer;
  writer["format"] = kFormat;
  writer["version"] = kVersion;
  for (const auto& [key, text] : {std::pair{"name", &layout.name}, {"origin", &layout.origin}, {"group", &layout.group}}) {
    if (!text->empty()) {
      writer[key] = *text;
    }
  }
  for (const auto& [tensor, shape] : layout.matches) {
    writer["matches"][tensor] = shape;
  }
  if (layout.zDim.value > 0) {
    writer.put("z", layout.zDim);
  }
  writer.put("distribution", layout.zDistribution);
  if (layout.labels.present()) {
    writer["labels"] = jsonOf(layout.labels);
  }
  writer["layers"] = Json::array();
  for (const LayoutLayer& layer : layout.layers) {
    writer["layers"].push_back(jsonOf(layer));
  }
  writer.put("range", Told<std::vector<float>>{{layout.range.value.low, layout.range.value.high}, layout.range.guessed});
  return writer.take().dump(2, ' ', false, Json::error_handler_t::replace) + '\n';  // names need not be UTF-8
}

ChainLayout chainLayoutFromJson(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {
    fail("it", "is no JSON object");
  }
  ObjectReader reader(parsed, "it");
  std::string format;
  reader.text("format", format);
  if (format != kFormat) {
    fail("it", std::string("does not say \"format\": \"") + kFormat + "\"");
  }
  Told<int> version;
  reader.number("version", version, 1, std::numeric_limits<int>::max());
  if (version.value != kVersion) {
    throw LayoutError("the layout is of version " + std::to_string(version.value) + ", this program reads version 1");
  }
  ChainLayout layout;
  reader.text("name", layout.name);
  reader.text("origin", layout.origin);
  reader.text("group", layout.group);
  reader.number("z", layout.zDim, 1, 1 << 20);
  reader.name("distribution", layout.zDistribution);
  if (const Json* matches = reader.find("matches")) {
    readMatches(*matches, layout);
  }
  if (const Json* labels = reader.find("labels")) {
    layout.labels = labelsFrom(*labels);
  }
  const Json* layers = reader.find("layers");
  if (!layers) {
    fail("it", "has no \"layers\"");
  }
  for (const Json& layer : reader.arrayIn(*layers, "layers", 1, kMostLayers)) {
    layout.layers.push_back(layerFrom(layer, "layer " + std::to_string(layout.layers.size() + 1)));
  }
  if (const Json* range = reader.find("range")) {
    reader.arrayIn(*range, "range", 2, 2);
    const double low = reader.numberIn((*range)[0], "range", -1e6, 1e6);
    const double high = reader.numberIn((*range)[1], "range", -1e6, 1e6);
    if (!(low < high)) {
      fail(reader.place("range"), "does not rise");
    }
    layout.range = {{static_cast<float>(low), static_cast<float>(high)}, reader.guessed("range")};
  }
  reader.finish();
  return layout;
}

int guessCount(const ChainLayout& layout) {
  int count = layout.zDim.guessed + layout.zDistribution.guessed + layout.range.guessed +
              layout.labels.classes.guessed + layout.labels.entry.guessed;
  for (const LayoutLayer& layer : layout.layers) {
    count += layer.kind.guessed + layer.stride.guessed + layer.padding.guessed + layer.outputPadding.guessed +
             layer.eps.guessed + layer.activation.guessed + layer.slope.guessed + layer.scale.guessed +
             layer.mode.guessed + layer.shape.guessed;
  }
  return count;
}

}  // namespace loom::model
