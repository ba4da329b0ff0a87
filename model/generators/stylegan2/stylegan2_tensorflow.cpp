// StyleGAN2 as NVIDIA's TensorFlow programs pickled it, read as legacy.py of NVlabs/stylegan3 reads it: the same network,
// with kernels as rows×columns×in×out, those of enlarging convolutions turned round, and modulation biases around 0
// instead of 1.
#include "model/generators/stylegan2/stylegan2_layout.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace loom::model {
namespace {

using torch::Tensor;
using Shape = std::vector<std::int64_t>;
using Blocks = Stylegan2Options::Blocks;

constexpr const char* kConst = "synthesis/4x4/Const/const";
constexpr const char* kModulation = "synthesis/4x4/Conv/mod_weight";  // StyleGAN has none
constexpr const char* kMean = "dlatent_avg";

/// The arguments that legacy.py knows; it refuses a network with any other, which might compute something else.
constexpr std::array kKnown{
    "latent_size",     "label_size",       "dlatent_size",   "resolution",           "num_channels",   "fmap_base",
    "fmap_max",        "num_fp16_res",     "conv_clamp",     "architecture",         "resample_kernel", "use_noise",
    "nonlinearity",    "mapping_layers",   "label_fmaps",    "mapping_fmaps",        "mapping_nonlinearity",
    "mapping_lrmul",   "w_avg_beta",       "truncation_psi", "truncation_cutoff",    "style_mixing_prob",
    "structure",       "conditioning",     "fused_modconv"};

std::string blockName(std::size_t block) {
  const std::string side = std::to_string(std::int64_t{4} << block);
  return "synthesis/" + side + "x" + side;
}

Tensor outFirst(const Tensor& kernel) { return kernel.permute({3, 2, 0, 1}); }
Tensor outFirstTurned(const Tensor& kernel) { return kernel.flip({0, 1}).permute({3, 2, 0, 1}); }
Tensor transposed(const Tensor& matrix) { return matrix.t(); }
Tensor aroundOne(const Tensor& bias) { return bias + 1.0; }

Shape turned(const Shape& shape) {
  return shape.size() == 4 ? Shape{shape[2], shape[3], shape[1], shape[0]} : Shape{shape.rbegin(), shape.rend()};
}

ForeignTensor layerTensor(const BlockTensor& own, const Shape& shape) {
  const std::string convolution = own.layer == "conv0" ? "Conv0_up" : own.block == 0 ? "Conv" : "Conv1";
  const std::string kind = own.layer == "torgb" ? "ToRGB" : own.layer == "skip" ? "Skip" : convolution;
  const std::string layer = blockName(own.block) + "/" + kind + "/";
  if (own.leaf == "weight") {
    const bool turn = own.layer == "conv0" || own.layer == "skip";
    return {layer + "weight", turned(shape), turn ? outFirstTurned : outFirst};
  }
  if (own.leaf == "affine.weight") {
    return {layer + "mod_weight", turned(shape), transposed};
  }
  if (own.leaf == "affine.bias") {
    return {layer + "mod_bias", shape, aroundOne};
  }
  if (own.leaf == "noise_const") {
    const std::size_t index = 2 * own.block - (own.layer == "conv0" ? 1 : 0);
    return {"synthesis/noise" + std::to_string(index), {1, 1, shape[0], shape[1]}, {}};
  }
  return {layer + own.leaf, shape, {}};  // bias, noise_strength
}

ForeignTensor findTensor(const NamedShape& own, const Tensor& filter) {
  const auto& [name, shape] = own;
  if (name == "mapping.w_avg") {
    return {kMean, shape, {}};
  }
  if (name.starts_with("mapping.embed.")) {
    const bool weight = name.ends_with("weight");
    return {weight ? "mapping/LabelEmbed/weight" : "mapping/LabelEmbed/bias", turned(shape),
            weight ? transposed : std::function<Tensor(const Tensor&)>()};
  }
  if (const auto layer = mappingTensor(name)) {
    const bool weight = layer->second == "weight";
    return {"mapping/Dense" + std::to_string(layer->first) + "/" + layer->second, turned(shape),
            weight ? transposed : std::function<Tensor(const Tensor&)>()};
  }
  if (name.ends_with("resample_filter")) {
    return {{}, {}, [filter](const Tensor&) { return filter; }};
  }
  const BlockTensor part = blockTensor(name);
  if (part.leaf == "const") {
    return {kConst, {1, shape[0], shape[1], shape[2]}, {}};
  }
  return layerTensor(part, shape);
}

/// "[1, 3, 3, 1]" as the filter that setup_filter makes of it; undefined where it is no list of numbers.
Tensor readFilter(const std::string& text) {
  constexpr std::size_t kLongest = 64;
  constexpr std::size_t kShortestSeparable = 8;
  if (text.size() < 3 || (text.front() != '[' && text.front() != '(')) {
    return {};
  }
  std::vector<float> taps;
  std::istringstream list(text.substr(1, text.size() - 2));
  for (std::string item; std::getline(list, item, ',');) {
    const auto value = numberIn(item.substr(std::min(item.size(), item.find_first_not_of(' '))));
    if (!value || taps.size() == kLongest) {
      return {};
    }
    taps.push_back(static_cast<float>(*value));
  }
  const Tensor f = torch::tensor(taps);
  const Tensor filter = taps.size() < kShortestSeparable ? torch::outer(f, f) : f;
  const Tensor sum = filter.sum();
  return sum.item<float>() == 0.0F ? Tensor() : filter / sum;
}

void readShapes(const TensorIndex& file, Stylegan2Options& options) {
  constexpr std::size_t kTooMany = 24;  // what is out of bounds is told by checkBounds
  options.form = "NVIDIA, TensorFlow";
  const auto dense = [](std::size_t i) { return "mapping/Dense" + std::to_string(i) + "/weight"; };
  for (std::size_t i = 0; i <= 100 && file.has(dense(i)); ++i) {
    options.mapping.push_back(file.size(dense(i), 2, 1));
  }
  options.cDim = file.size("mapping/LabelEmbed/weight", 2, 0);
  options.embedWidth = file.size("mapping/LabelEmbed/weight", 2, 1);
  options.zDim = file.size(dense(0), 2, 0) - options.embedWidth;
  options.storedMean = file.has(kMean);
  options.blockWidths.push_back(file.size("synthesis/4x4/Conv/weight", 4, 3));
  bool shortcuts = false;
  for (std::size_t i = 1; i < kTooMany && file.has(blockName(i) + "/Conv1/weight"); ++i) {
    options.blockWidths.push_back(file.size(blockName(i) + "/Conv1/weight", 4, 3));
    shortcuts = shortcuts || file.has(blockName(i) + "/Skip/weight");
  }
  options.blocks = shortcuts                                ? Blocks::Resnet
                   : file.has("synthesis/4x4/ToRGB/weight") ? Blocks::Skip
                                                            : Blocks::Original;
  options.channels = file.size(blockName(options.blockWidths.size() - 1) + "/ToRGB/weight", 4, 3);
  options.kernel = file.size("synthesis/4x4/Conv/weight", 4, 0);
  options.noise = file.has("synthesis/4x4/Conv/noise_strength");
  options.storedNoise = file.has("synthesis/noise0");
}

std::string readPlainValues(const OptionIndex& plain, Stylegan2Options& options) {
  if (const auto unknown = plain.otherThan("static_kwargs.", kKnown)) {
    return "its program was given " + *unknown + ", and what that does is not known here";
  }
  if (auto mismatch = readActivation(plain, {"static_kwargs.nonlinearity"}, options.activation); !mismatch.empty()) {
    return mismatch;
  }
  if (auto mismatch = readActivation(plain, {"static_kwargs.mapping_nonlinearity"}, options.mappingActivation);
      !mismatch.empty()) {
    return mismatch;
  }
  if (const auto* rate = plain.find({"static_kwargs.mapping_lrmul"})) {
    const auto value = numberIn(*rate);
    if (!value || *value <= 0.0) {
      return "its mapping_lrmul is " + *rate;
    }
    options.mappingRate = *value;
  }
  if (const auto* clamp = plain.find({"static_kwargs.conv_clamp"})) {
    options.clamp = numberIn(*clamp);
    if (!options.clamp || *options.clamp < 0.0) {
      return "its conv_clamp is " + *clamp;
    }
  }
  if (const auto* half = plain.find({"static_kwargs.num_fp16_res"})) {
    const auto blocks = numberIn(*half);
    constexpr double kMost = 24.0;
    if (!blocks || *blocks < 0.0 || *blocks > kMost) {
      return "its num_fp16_res is " + *half;
    }
    options.halfBlocks = static_cast<int>(*blocks);
  }
  return {};
}

Recognition recogniseTensorFlow(const TensorGroup& group, const Checkpoint& checkpoint) {
  Recognition recognition;
  const TensorIndex file(group);
  if (!file.has(kModulation)) {
    recognition.mismatch = std::string("it has no ") + kModulation;
    return recognition;
  }
  recognition.near = true;
  Stylegan2Options options;
  readShapes(file, options);
  const OptionIndex plain(group, checkpoint);
  recognition.mismatch = readPlainValues(plain, options);
  if (!recognition.mismatch.empty()) {
    return recognition;
  }
  const auto* kernel = plain.find({"static_kwargs.resample_kernel"});
  const Tensor filter = readFilter(kernel ? *kernel : "[1, 3, 3, 1]");
  if (!filter.defined()) {
    recognition.mismatch = "its resample_kernel is " + *kernel;
    return recognition;
  }
  options.filterShape = options.pictureFilterShape = options.idleFilterShape = filter.sizes().vec();
  recognition.mismatch = checkBounds(options);
  if (!recognition.mismatch.empty()) {
    return recognition;
  }
  const ForeignTable table = [filter](const NamedShape& own) { return findTensor(own, filter); };
  // Variables of training stand beside the two parts, and the progress of growing (lod) in them.
  recognition.mismatch = compareTensors(options, table, file, [](const std::string& name) {
    return !(name.starts_with("synthesis/") || name.starts_with("mapping/")) || name.ends_with("/lod");
  });
  if (recognition.mismatch.empty()) {
    recognition.make = [options] { return std::make_shared<Stylegan2Generator>(options); };
    recognition.load = [options, table](Generator& generator, const TensorGroup& own, const Checkpoint&) {
      loadForeign(generator, options, table, own, nullptr);
    };
  }
  return recognition;
}

}  // namespace

Architecture stylegan2TensorFlowArchitecture() {
  return {"StyleGAN2 (TensorFlow)",
          "NVIDIA's names of TensorFlow: mapping/Dense0/weight, synthesis/4x4/Conv/mod_weight, synthesis/8x8/Conv0_up/weight",
          recogniseTensorFlow};
}

}  // namespace loom::model
