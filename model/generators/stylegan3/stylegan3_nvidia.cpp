// NVIDIA's layout of StyleGAN3: the layers' names hold their sizes, their tensors the channels, kernels and filters; the
// module's plain values the rest, and where there are none, the defaults of its program.
#include "model/generators/group_shapes.h"
#include "model/generators/stylegan2/stylegan2_layout.h"
#include "model/generators/stylegan3/stylegan3.h"
#include "model/generators/tensor_names.h"

#include <cmath>
#include <map>

namespace loom::model {
namespace {

constexpr const char* kMark = "synthesis.input.freqs";

struct Found {
  Stylegan3Options options;
  Stylegan3Table table;
  std::vector<bool> squares;
};

/// The index in "synthesis.L3_36_512.weight"; nullopt for other names.
std::optional<int> layerIndex(const std::string& name, const std::string& prefix) {
  const std::string begin = prefix + "synthesis.L";
  if (!name.starts_with(begin) || !name.ends_with(".weight") || name.ends_with(".affine.weight")) {
    return std::nullopt;
  }
  const std::string digits = name.substr(begin.size(), name.find('_', begin.size()) - begin.size());
  constexpr std::size_t kLongest = 3;
  if (digits.empty() || digits.size() > kLongest || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoi(digits);
}

/// The modules of the layers in their order, without the prefix: "synthesis.L0_36_512".
std::vector<std::string> findLayers(const TensorGroup& group, const std::string& prefix, std::string& problem) {
  std::map<int, std::string> found;
  for (const TensorView& tensor : group.tensors) {
    if (const auto index = layerIndex(tensor.name, prefix)) {
      const std::string module =
          tensor.name.substr(prefix.size(), tensor.name.size() - prefix.size() - std::string_view(".weight").size());
      if (!found.emplace(*index, module).second) {
        problem = "it has two layers of the number " + std::to_string(*index);
      }
    }
  }
  std::vector<std::string> layers;
  for (const auto& [index, module] : found) {
    if (index != static_cast<int>(layers.size())) {
      problem = "it has no layer of the number " + std::to_string(layers.size());
      break;
    }
    layers.push_back(module);
  }
  return layers;
}

/// Takes a number from the options; `problem` where it is none. `whole`: no fraction.
template <typename Number>
void read(const OptionIndex& plain, const char* name, Number& value, std::string& problem) {
  const std::string synthesis = std::string("synthesis.") + name;
  const std::string init = std::string("init_kwargs.") + name;
  if (const std::string* text = plain.find({init.c_str(), synthesis.c_str()})) {
    const auto number = numberIn(*text);
    constexpr double kMost = 1e6;
    if (!number || std::abs(*number) > kMost || (std::is_integral_v<Number> && *number != std::floor(*number))) {
      problem = std::string("its ") + name + " is " + *text;
      return;
    }
    value = static_cast<Number>(*number);
  }
}

void readPlainValues(const OptionIndex& plain, Stylegan3Options& options, std::string& problem) {
  read(plain, "num_critical", options.critical, problem);
  read(plain, "first_cutoff", options.firstCutoff, problem);
  read(plain, "first_stopband", options.firstStopband, problem);
  read(plain, "last_stopband_rel", options.lastStopbandRel, problem);
  read(plain, "margin_size", options.margin, problem);
  read(plain, "output_scale", options.outputScale, problem);
  read(plain, "lrelu_upsampling", options.leakUpsampling, problem);
  read(plain, "filter_size", options.filterSize, problem);
  read(plain, "num_fp16_res", options.halfSteps, problem);
  if (const auto* rate = plain.find({"init_kwargs.mapping_kwargs.lr_multiplier"})) {
    const auto number = numberIn(*rate);
    if (!number || *number <= 0.0) {
      problem = "its mapping's lr_multiplier is " + *rate;
      return;
    }
    options.mappingRate = *number;
  }
  if (const auto* clamp = plain.find({"init_kwargs.conv_clamp"})) {
    const auto number = numberIn(*clamp);
    if (!number || *number < 0.0) {
      problem = "its conv_clamp is " + *clamp;
      return;
    }
    options.clamp = *number;
  } else if (plain.has({"init_kwargs.conv_clamp"})) {
    options.clamp = -1.0;
  }
}

void readShapes(GroupShapes& shapes, const std::vector<std::string>& layers, Stylegan3Options& options) {
  while (shapes.fits() && shapes.has("mapping.fc" + std::to_string(options.mappingLayers) + ".weight")) {
    shapes.require(++options.mappingLayers <= 100, "its mapping has too many layers");
  }
  shapes.require(options.mappingLayers > 0, "it has no mapping.fc0.weight");
  options.wDim = static_cast<int>(shapes.size("mapping.fc0.weight", 0));
  options.zDim = static_cast<int>(shapes.size("mapping.fc0.weight", 1));
  if (shapes.has("mapping.embed.weight")) {
    options.cDim = static_cast<int>(shapes.size("mapping.embed.weight", 1));
    options.zDim -= options.wDim;
  }
  options.layers = static_cast<int>(layers.size()) - 1;
  options.channels.push_back(static_cast<int>(shapes.size("synthesis.input.weight", 0)));
  for (const std::string& layer : layers) {
    options.channels.push_back(static_cast<int>(shapes.size(layer + ".weight", 0)));
    options.kernels.push_back(static_cast<int>(shapes.size(layer + ".weight", 2)));
  }
}

/// Compares every tensor with the table.
void expectAll(GroupShapes& shapes, const std::vector<std::string>& layers, Found& found) {
  const Stylegan3Options& options = found.options;
  const auto linear = [&](const std::string& name, std::int64_t in, std::int64_t out) {
    shapes.expect(name + ".weight", {out, in});
    shapes.expect(name + ".bias", {out});
  };
  for (int i = 0; i < options.mappingLayers; ++i) {
    linear("mapping.fc" + std::to_string(i), i ? options.wDim : options.zDim + (options.cDim ? options.wDim : 0), options.wDim);
  }
  if (options.cDim > 0) {
    linear("mapping.embed", options.cDim, options.wDim);
  }
  shapes.expect("mapping.w_avg", {options.wDim});
  const std::int64_t first = options.channels.front();
  shapes.expect("synthesis.input.weight", {first, first});
  shapes.expect("synthesis.input.freqs", {first, 2});
  shapes.expect("synthesis.input.phases", {first});
  shapes.expect("synthesis.input.transform", {3, 3});
  linear("synthesis.input.affine", options.wDim, 4);
  for (std::size_t i = 0; i < found.table.layers.size(); ++i) {
    const Stylegan3LayerShape& layer = found.table.layers[i];
    const std::string& name = layers[i];
    shapes.require(name == "synthesis." + layer.name,
                   "its layer " + name + " should be called " + layer.name + " by its options");
    shapes.expect(name + ".weight", {layer.outChannels, layer.inChannels, layer.kernel, layer.kernel});
    shapes.expect(name + ".bias", {layer.outChannels});
    shapes.expect(name + ".magnitude_ema", {});
    linear(name + ".affine", options.wDim, layer.inChannels);
    const TensorView* down = shapes.find(name + ".down_filter");
    found.squares.push_back(down && down->shape.size() == 2);
    shapes.require((layer.upTaps > 1) == shapes.has(name + ".up_filter") && (layer.downTaps > 1) == (down != nullptr),
                   "the filters of " + name + " are not those of its sampling rates");
    if (layer.upTaps > 1) {
      shapes.expect(name + ".up_filter", {layer.upTaps});
    }
    if (layer.downTaps > 1) {
      shapes.expect(name + ".down_filter", found.squares.back()
                                               ? std::vector<std::int64_t>{layer.downTaps, layer.downTaps}
                                               : std::vector<std::int64_t>{layer.downTaps});
    }
  }
}

Recognition recognise(const TensorGroup& group, const Checkpoint& checkpoint) {
  Recognition recognition;
  const auto prefix = prefixBefore(kMark, group);
  if (!prefix) {
    recognition.mismatch = std::string("it has no ") + kMark;
    return recognition;
  }
  recognition.near = true;
  std::string problem;
  const std::vector<std::string> layers = findLayers(group, *prefix, problem);
  Found found;
  GroupShapes shapes(group, *prefix);
  const OptionIndex plain(group, checkpoint);
  if (problem.empty()) {
    readPlainValues(plain, found.options, problem);
  }
  shapes.require(problem.empty(), problem);
  shapes.require(layers.size() > 1, "it has no layers behind its input");
  readShapes(shapes, layers, found.options);
  if (shapes.fits()) {
    // The last layers are as large as the picture: their name tells it.
    const std::string& last = layers.back();
    const std::size_t from = last.find('_') + 1;
    const auto size = numberIn(last.substr(from, last.find('_', from) - from));
    constexpr double kMost = 1e5;
    found.options.resolution = size && *size > 0 && *size < kMost ? static_cast<int>(*size) : 0;
    found.table = stylegan3Table(found.options, problem);
    shapes.require(problem.empty(), problem);
    expectAll(shapes, layers, found);
  }
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.fileName = replacePrefix("", *prefix);
    recognition.make = [found] { return std::make_shared<Stylegan3Generator>(found.options, found.table, found.squares); };
  }
  return recognition;
}

}  // namespace

Architecture stylegan3Architecture() {
  return {"StyleGAN3",
          "NVIDIA's names: mapping.fc0.weight, synthesis.input.freqs, synthesis.L0_36_512.weight and so on, each layer with its "
          "filters",
          recognise};
}

}  // namespace loom::model
