// NVIDIA's own layout of StyleGAN2: names and shapes tell the network, the module's plain values the rest.
#include "model/generators/stylegan2/stylegan2_layout.h"

#include "model/generators/layer_chain.h"

namespace loom::model {
namespace {

using Blocks = Stylegan2Options::Blocks;

constexpr const char* kConst = "synthesis.b4.const";

std::string blockName(std::size_t index) { return "synthesis.b" + std::to_string(std::int64_t{4} << index); }

/// The prefix of a network in a group that may hold several under prefixes ("G_ema.", "module."); averaged weights
/// first. Nullopt where there is none.
std::optional<std::string> findPrefix(const TensorGroup& group) {
  std::optional<std::string> prefix;
  for (const TensorView& tensor : group.tensors) {
    if (tensor.name.ends_with(kConst)) {
      const std::string found = tensor.name.substr(0, tensor.name.size() - std::string_view(kConst).size());
      if ((found.empty() || found.ends_with('.')) && (!prefix || found.find("ema") != std::string::npos)) {
        prefix = found;
      }
    }
  }
  return prefix;
}

void readBlocks(const TensorIndex& file, Stylegan2Options& options) {
  constexpr std::size_t kTooMany = 24;  // what is out of bounds is told by checkBounds
  bool shortcuts = false;
  for (std::size_t i = 0; i < kTooMany && file.has(blockName(i) + ".conv1.weight"); ++i) {
    options.blockWidths.push_back(file.size(blockName(i) + ".conv1.weight", 4, 0));
    shortcuts = shortcuts || file.has(blockName(i) + ".skip.weight");
  }
  if (options.blockWidths.empty()) {
    return;
  }
  options.blocks = shortcuts                                ? Blocks::Resnet
                   : file.has("synthesis.b4.torgb.weight") ? Blocks::Skip
                                                            : Blocks::Original;
  options.channels = file.size(blockName(options.blockWidths.size() - 1) + ".torgb.weight", 4, 0);
  options.kernel = file.size("synthesis.b4.conv1.weight", 4, 2);
  options.noise = file.has("synthesis.b4.conv1.noise_strength");
  options.storedNoise = file.has("synthesis.b4.conv1.noise_const");
  if (const TensorView* filter = file.find("synthesis.b4.resample_filter")) {
    options.filterShape = options.pictureFilterShape = filter->shape;
  }
  if (const TensorView* filter = file.find("synthesis.b4.conv1.resample_filter")) {
    options.idleFilterShape = filter->shape;
  }
}

void readMapping(const TensorIndex& file, Stylegan2Options& options) {
  constexpr std::size_t kTooMany = 1000;
  const auto layer = [](std::size_t i) { return "mapping.fc" + std::to_string(i) + ".weight"; };
  for (std::size_t i = 0; i < kTooMany && file.has(layer(i)); ++i) {
    options.mapping.push_back(file.size(layer(i), 2, 0));
  }
  options.cDim = file.size("mapping.embed.weight", 2, 1);
  options.embedWidth = file.size("mapping.embed.weight", 2, 0);
  options.zDim = file.size(layer(0), 2, 1) - options.embedWidth;
  options.storedMean = file.has("mapping.w_avg");
}

/// What names and shapes cannot tell. The module's own values are asked first, then what it was made with.
std::string readPlainValues(const OptionIndex& plain, Stylegan2Options& options) {
  if (auto mismatch = readActivation(plain,
                                     {"synthesis.b4.conv1.activation", "init_kwargs.synthesis_kwargs.activation",
                                      "init_kwargs.activation"},
                                     options.activation);
      !mismatch.empty()) {
    return mismatch;
  }
  if (auto mismatch = readActivation(plain, {"mapping.fc0.activation", "init_kwargs.mapping_kwargs.activation"},
                                     options.mappingActivation);
      !mismatch.empty()) {
    return mismatch;
  }
  if (const auto* rate = plain.find({"mapping.fc0.bias_gain", "init_kwargs.mapping_kwargs.lr_multiplier"})) {
    const auto value = numberIn(*rate);
    if (!value || *value <= 0.0) {
      return "its mapping's lr_multiplier is " + *rate;
    }
    options.mappingRate = *value;
  }
  const auto clampNames = {"synthesis.b4.conv1.conv_clamp", "init_kwargs.synthesis_kwargs.conv_clamp",
                           "init_kwargs.conv_clamp"};
  if (const auto* clamp = plain.find(clampNames)) {
    options.clamp = numberIn(*clamp);
    if (!options.clamp || *options.clamp < 0.0) {
      return "its conv_clamp is " + *clamp;
    }
  } else if (!plain.has(clampNames) && plain.className() != "training.networks.Generator") {
    // The default of the later program, and what the train.py of both asks for.
    options.clamp = 256.0;
  }
  const auto halfNames = {"synthesis.num_fp16_res", "init_kwargs.synthesis_kwargs.num_fp16_res",
                          "init_kwargs.num_fp16_res"};
  // Without a clamp nothing keeps activations within half's range.
  const bool mayBeHalf = options.clamp && plain.className() != "training.networks.Generator";
  constexpr double kDefault = 4.0;
  const auto* half = plain.find(halfNames);
  const auto blocks = half ? numberIn(*half) : mayBeHalf ? kDefault : 0.0;
  constexpr double kMost = 24.0;
  if (!blocks || *blocks < 0.0 || *blocks > kMost) {
    return "its num_fp16_res is " + *half;
  }
  options.halfBlocks = static_cast<int>(*blocks);
  return {};
}

Recognition recogniseStylegan2(const TensorGroup& group, const Checkpoint& checkpoint) {
  Recognition recognition;
  const auto prefix = findPrefix(group);
  if (!prefix) {
    recognition.mismatch = std::string("it has no ") + kConst;
    return recognition;
  }
  recognition.near = true;
  const TensorIndex file(group, *prefix);
  Stylegan2Options options;
  options.form = "NVIDIA";
  readBlocks(file, options);
  readMapping(file, options);
  recognition.mismatch = checkBounds(options);
  if (recognition.mismatch.empty()) {
    recognition.mismatch = readPlainValues(OptionIndex(group, checkpoint), options);
  }
  if (recognition.mismatch.empty()) {
    const ForeignTable asItIs = [](const NamedShape& own) { return ForeignTensor{own.first, own.second, {}}; };
    recognition.mismatch = compareTensors(options, asItIs, file);
  }
  if (recognition.mismatch.empty()) {
    recognition.fileName = replacePrefix("", *prefix);
    recognition.make = [options] { return std::make_shared<Stylegan2Generator>(options); };
  }
  return recognition;
}

}  // namespace

Architecture stylegan2Architecture() {
  return {"StyleGAN2",
          "NVIDIA's names: mapping.fc0.weight, synthesis.b4.const, synthesis.b8.conv0.weight and so on, one block for "
          "each doubling",
          recogniseStylegan2};
}

}  // namespace loom::model
