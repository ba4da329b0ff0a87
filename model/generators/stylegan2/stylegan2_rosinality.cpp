// StyleGAN2 in the layout of rosinality/stylegan2-pytorch, model.py: the same network under other names. Its convolutions
// carry a factor that NVIDIA leaves out, since demodulation cancels it but for its epsilon: it goes into the weights. Its
// filters hold the gain of upsampling already.
#include "model/generators/stylegan2/stylegan2_layout.h"

#include "model/generators/layer_chain.h"

#include <cmath>

namespace loom::model {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr const char* kMean = "latent_avg";
constexpr double kUpGain = 4.0;

const TensorGroup* topLevel(const Checkpoint& checkpoint) {
  for (const TensorGroup& group : checkpoint.groups) {
    if (group.name.empty()) {
      return &group;
    }
  }
  return nullptr;
}

Shape withOnes(std::size_t before, const Shape& shape, std::size_t after) {
  Shape result(before, 1);
  result.insert(result.end(), shape.begin(), shape.end());
  result.insert(result.end(), after, 1);
  return result;
}

torch::Tensor withoutUpGain(const torch::Tensor& kernel) { return kernel / kUpGain; }

/// "conv0" of the block of 4 << `block` pixels stands in convs.{2·block − 2}, "conv1" in the next.
ForeignTensor convolutionTensor(std::size_t block, bool first, const std::string& leaf, const Shape& shape,
                                const std::string& anyFilter) {
  const std::size_t index = 2 * block - (first ? 2 : 1);  // among convs; not used for block 0
  const std::string layer = block == 0 ? "conv1" : "convs." + std::to_string(index);
  if (leaf == "weight") {
    const double scale = 1.0 / std::sqrt(static_cast<double>(shape[1] * shape[2] * shape[3]));
    return {layer + ".conv.weight", withOnes(1, shape, 0), [scale](const torch::Tensor& w) { return w[0] * scale; }};
  }
  if (leaf == "bias") {
    return {layer + ".activate.bias", shape, {}};
  }
  if (leaf == "noise_strength") {
    return {layer + ".noise.weight", {1}, {}};
  }
  if (leaf == "noise_const") {
    return {"noises.noise_" + std::to_string(block == 0 ? 0 : index + 1), withOnes(2, shape, 0), {}};
  }
  if (leaf == "resample_filter") {  // the convolutions that do not upsample have none: what stands there is not used
    return {first ? layer + ".conv.blur.kernel" : anyFilter, shape, withoutUpGain};
  }
  return {layer + ".conv.modulation." + leaf.substr(leaf.find('.') + 1), shape, {}};
}

ForeignTensor toRgbTensor(std::size_t block, const std::string& leaf, const Shape& shape) {
  const std::string layer = block == 0 ? "to_rgb1" : "to_rgbs." + std::to_string(block - 1);
  if (leaf == "weight") {
    return {layer + ".conv.weight", withOnes(1, shape, 0), {}};
  }
  if (leaf == "bias") {
    return {layer + ".bias", withOnes(1, shape, 2), {}};
  }
  return {layer + ".conv.modulation." + leaf.substr(leaf.find('.') + 1), shape, {}};
}

/// Where a tensor of NVIDIA's name stands. `anyFilter` is a filter of the file, or empty where it has none.
ForeignTensor findTensor(const NamedShape& own, const std::string& anyFilter) {
  const auto& [name, shape] = own;
  if (name == "mapping.w_avg") {
    return {kMean, shape, {}};
  }
  if (name == "synthesis.b4.const") {
    return {"input.input", withOnes(1, shape, 0), {}};
  }
  if (const auto layer = mappingTensor(name)) {
    return {"style." + std::to_string(layer->first + 1) + "." + layer->second, shape, {}};
  }
  const auto [block, layer, leaf] = blockTensor(name);
  if (layer.empty()) {  // the filter: the first block has no picture to enlarge, so it has none
    const std::string index = std::to_string(block == 0 ? 0 : block - 1);
    return {anyFilter.empty() ? std::string() : "to_rgbs." + index + ".upsample.kernel", shape, withoutUpGain};
  }
  return layer == "torgb" ? toRgbTensor(block, leaf, shape)
                          : convolutionTensor(block, layer == "conv0", leaf, shape, anyFilter);
}

void readShapes(const TensorIndex& file, Stylegan2Options& options) {
  constexpr std::size_t kTooMany = 1000;  // what is out of bounds is told by checkBounds
  options.form = "rosinality";
  options.randomNoiseFirst = true;
  const auto style = [](std::size_t i) { return "style." + std::to_string(i) + ".weight"; };
  for (std::size_t i = 1; i < kTooMany && file.has(style(i)); ++i) {
    options.mapping.push_back(file.size(style(i), 2, 0));
  }
  options.zDim = file.size(style(1), 2, 1);
  options.blockWidths.push_back(file.size("conv1.conv.weight", 5, 1));
  const auto widening = [](std::size_t i) { return "convs." + std::to_string(2 * i) + ".conv.weight"; };
  for (std::size_t i = 0; i < kTooMany && file.has(widening(i)); ++i) {
    options.blockWidths.push_back(file.size(widening(i), 5, 1));
  }
  options.kernel = file.size("conv1.conv.weight", 5, 3);
  options.channels = file.size("to_rgb1.conv.weight", 5, 1);
  options.storedNoise = file.has("noises.noise_0");
}

Recognition recogniseRosinality(const TensorGroup& group, const Checkpoint& checkpoint) {
  Recognition recognition;
  constexpr std::string_view kParallel = "module.";
  const bool parallel = !group.tensors.empty() && group.tensors.front().name.starts_with(kParallel);
  const TensorIndex file(group, parallel ? std::string(kParallel) : std::string());
  if (!file.has("input.input") || !file.has("conv1.conv.weight") || !file.has("style.1.weight")) {
    recognition.mismatch = "it has no style.1.weight, input.input and conv1.conv.weight";
    return recognition;
  }
  recognition.near = true;
  Stylegan2Options options;
  readShapes(file, options);
  std::string anyFilter = "convs.0.conv.blur.kernel";
  if (const TensorView* filter = file.find(anyFilter)) {
    options.filterShape = options.idleFilterShape = filter->shape;
    // Its ToRGB is not given the filter that the convolutions are, and takes the usual one.
    const TensorView* pictures = file.find("to_rgbs.0.upsample.kernel");
    options.pictureFilterShape = pictures ? pictures->shape : options.pictureFilterShape;
  } else {
    anyFilter.clear();
  }
  const TensorGroup* beside = topLevel(checkpoint);
  const TensorIndex besideIndex(beside ? *beside : group);
  const TensorView* mean = file.find(kMean);
  mean = mean ? mean : besideIndex.find(kMean);
  recognition.mismatch = checkBounds(options);
  if (!recognition.mismatch.empty()) {
    return recognition;
  }
  if (mean && mean->shape != Shape{options.wDim()}) {
    recognition.mismatch = named(*mean) + " is no mean of styles of " + std::to_string(options.wDim());
    return recognition;
  }
  options.storedMean = false;  // it may stand outside of the group: compared above
  const std::string prefix = file.prefix();
  const ForeignTable table = [anyFilter](const NamedShape& own) {
    ForeignTensor foreign = findTensor(own, anyFilter);
    if (foreign.name.empty()) {  // one block only: no filter is used
      foreign.convert = [shape = own.second](const torch::Tensor&) { return torch::zeros(shape); };
    }
    return foreign;
  };
  recognition.mismatch = compareTensors(options, table, file, [](const std::string& name) { return name == kMean; });
  if (!recognition.mismatch.empty()) {
    return recognition;
  }
  options.storedMean = mean != nullptr;
  recognition.companions = {kMean};
  recognition.make = [options] { return std::make_shared<Stylegan2Generator>(options); };
  recognition.load = [options, table, prefix](Generator& generator, const TensorGroup& own, const Checkpoint& whole) {
    const ForeignTable prefixed = [&](const NamedShape& tensor) {
      ForeignTensor foreign = table(tensor);
      if (!foreign.name.empty() && foreign.name != kMean) {
        foreign.name = prefix + foreign.name;
      }
      return foreign;
    };
    loadForeign(generator, options, prefixed, own, topLevel(whole));
  };
  return recognition;
}

}  // namespace

Architecture stylegan2RosinalityArchitecture() {
  return {"StyleGAN2 (rosinality)",
          "style.1.weight, input.input, conv1.conv.weight, convs.0.conv.weight and to_rgbs.0.conv.weight, as "
          "rosinality/stylegan2-pytorch names them",
          recogniseRosinality};
}

}  // namespace loom::model
