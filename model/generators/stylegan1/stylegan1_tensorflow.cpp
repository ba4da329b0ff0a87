// NVIDIA's own program in TensorFlow: kernels are rows×columns×in×out and multiplied by gain/√fan-in at run time (so are
// the mapping's weights and biases by its learning rate); biases follow on noise and blur; one noise weight for each
// channel; from 128 pixels on, doubling and convolution are one; a style scales by 1 + what its layer gives.
#include "model/generators/doubling.h"
#include "model/generators/group_shapes.h"
#include "model/generators/state_dict.h"
#include "model/generators/stylegan1/stylegan1.h"
#include "model/generators/stylegan2/stylegan2_layout.h"

#include <array>
#include <cmath>

namespace loom::model {
namespace {

using torch::Tensor;
using Options = Stylegan1Options;
using Growth = Options::Growth;

constexpr std::size_t kMostBlocks = 11;  // 4096 pixels
constexpr int kMostMappingLayers = 64;
constexpr int kFusedFrom = 128;  // pixels, where fused_scale is 'auto'
constexpr const char* kStyle = "synthesis/4x4/Const/StyleMod/weight";

/// The arguments of G_style, G_mapping and G_synthesis; a network with any other might compute something else.
constexpr std::array kKnown{
    "truncation_psi",    "truncation_cutoff", "truncation_psi_val", "truncation_cutoff_val", "dlatent_avg_beta",
    "style_mixing_prob", "latent_size",       "label_size",         "dlatent_size",          "dlatent_broadcast",
    "mapping_layers",    "mapping_fmaps",     "mapping_lrmul",      "mapping_nonlinearity",  "use_wscale",
    "normalize_latents", "dtype",             "num_channels",       "resolution",            "fmap_base",
    "fmap_decay",        "fmap_max",          "use_styles",         "const_input_layer",     "use_noise",
    "randomize_noise",   "nonlinearity",      "use_pixel_norm",     "use_instance_norm",     "fused_scale",
    "blur_filter",       "structure"};

/// What can be changed and is not known here in another form: the argument and its default.
constexpr std::array<std::pair<const char*, const char*>, 9> kFixed{{{"mapping_nonlinearity", "lrelu"},
                                                                     {"nonlinearity", "lrelu"},
                                                                     {"use_wscale", "True"},
                                                                     {"normalize_latents", "True"},
                                                                     {"use_styles", "True"},
                                                                     {"const_input_layer", "True"},
                                                                     {"use_noise", "True"},
                                                                     {"use_pixel_norm", "False"},
                                                                     {"use_instance_norm", "True"}}};

struct Plan {
  Options options;
  double mappingRate = 0.01;  ///< mapping_lrmul
};

std::string blockName(std::size_t block) {
  const std::string side = std::to_string(std::int64_t{4} << block);
  return "synthesis/" + side + "x" + side + "/";
}
std::string firstLayer(std::size_t block) { return blockName(block) + (block ? "Conv0_up" : "Const"); }
std::string secondLayer(std::size_t block) { return blockName(block) + (block ? "Conv1" : "Conv"); }
std::string rgbName(std::size_t block, std::size_t blocks) {
  return "synthesis/ToRGB_lod" + std::to_string(blocks - 1 - block);
}
std::string denseName(int layer) { return "mapping/Dense" + std::to_string(layer); }
std::string noiseName(std::size_t layer) { return "synthesis/noise" + std::to_string(layer); }

std::string readPlainValues(const OptionIndex& plain, Plan& plan, std::string& fusedScale, bool& blur) {
  if (const auto unknown = plain.otherThan("static_kwargs.", kKnown)) {
    return "its program was given " + *unknown + ", and what that does is not known here";
  }
  for (const auto& [name, usual] : kFixed) {
    const std::string key = std::string("static_kwargs.") + name;
    const std::string* value = plain.find({key.c_str()});
    if (value && *value != usual) {
      return std::string("its ") + name + " is " + *value + ", " + usual + " alone is known here";
    }
  }
  if (const auto* rate = plain.find({"static_kwargs.mapping_lrmul"})) {
    const auto value = numberIn(*rate);
    if (!value || *value <= 0.0) {
      return "its mapping_lrmul is " + *rate;
    }
    plan.mappingRate = *value;
  }
  if (const auto* fused = plain.find({"static_kwargs.fused_scale"})) {
    fusedScale = *fused;
  }
  const auto* filter = plain.find({"static_kwargs.blur_filter"});
  if (filter && *filter != "[1, 2, 1]" && *filter != "(1, 2, 1)") {
    return "its blur_filter is " + *filter;
  }
  blur = filter || !plain.has({"static_kwargs.blur_filter"});
  return {};
}

void readMapping(GroupShapes& shapes, Options& options) {
  const auto weight = [](int layer) { return denseName(layer) + "/weight"; };
  options.mappingLayers = 0;
  while (shapes.fits() && shapes.has(weight(options.mappingLayers))) {
    shapes.require(++options.mappingLayers <= kMostMappingLayers, "its mapping has too many layers");
  }
  shapes.require(options.mappingLayers > 0, "it has no " + weight(0));
  options.zDim = static_cast<int>(shapes.size(weight(0), 0));
  if (shapes.has("mapping/LabelConcat/weight")) {
    options.classes = static_cast<int>(shapes.size("mapping/LabelConcat/weight", 0));
    options.zDim /= 2;
    shapes.expect("mapping/LabelConcat/weight", {options.classes, options.zDim});
  }
  options.wDim = static_cast<int>(shapes.size(weight(std::max(0, options.mappingLayers - 1)), 1));
  options.mappingWidth = options.mappingLayers > 1 ? static_cast<int>(shapes.size(weight(0), 1)) : 0;
  for (int i = 0; shapes.fits() && i < options.mappingLayers; ++i) {
    const int out = i + 1 == options.mappingLayers ? options.wDim : options.mappingWidth;
    shapes.expect(weight(i), {i ? options.mappingWidth : options.zDim * (options.classes > 0 ? 2 : 1), out});
    shapes.expect(denseName(i) + "/bias", {out});
  }
}

void readHalf(GroupShapes& shapes, const std::string& name, std::int64_t channels, const Options& options) {
  shapes.expect(name + "/bias", {channels});
  shapes.expect(name + "/Noise/weight", {channels});
  shapes.expect(name + "/StyleMod/weight", {options.wDim, 2 * channels});
  shapes.expect(name + "/StyleMod/bias", {2 * channels});
}

void readBlocks(GroupShapes& shapes, Options& options, const std::string& fusedScale, bool blur) {
  std::size_t count = 1;
  while (count <= kMostBlocks && shapes.has(secondLayer(count) + "/weight")) {
    ++count;
  }
  shapes.require(count <= kMostBlocks, "it has more than " + std::to_string(kMostBlocks) + " blocks");
  shapes.require(count > 1, "it has no " + secondLayer(1) + "/weight");
  options.pictureChannels = static_cast<int>(shapes.size(rgbName(count - 1, count) + "/weight", 3));
  shapes.require(options.pictureChannels == 1 || options.pictureChannels == 3,
                 "it gives " + std::to_string(options.pictureChannels) + " channels, a picture has 1 or 3");
  std::int64_t in = 0;
  for (std::size_t i = 0; shapes.fits() && i < count; ++i) {
    const std::int64_t out = shapes.size(secondLayer(i) + "/weight", 3);
    const std::int64_t pixels = std::int64_t{4} << i;
    Options::Block block;
    block.channels = static_cast<int>(out);
    block.noiseWeights = block.channels;
    if (i == 0) {
      shapes.expect(firstLayer(i) + "/const", {1, out, 4, 4});
    } else {
      const bool isFused = fusedScale == "True" || (fusedScale == "auto" && pixels >= kFusedFrom);
      block.growth = isFused ? Growth::Fused : Growth::Nearest;
      block.blur = blur;
      shapes.expect(firstLayer(i) + "/weight", {3, 3, in, out});
    }
    shapes.expect(secondLayer(i) + "/weight", {3, 3, out, out});
    readHalf(shapes, firstLayer(i), out, options);
    readHalf(shapes, secondLayer(i), out, options);
    // Structure 'fixed' has the last output alone.
    block.toRgb = i + 1 == count || shapes.has(rgbName(i, count) + "/weight");
    if (block.toRgb) {
      shapes.expect(rgbName(i, count) + "/weight", {1, 1, out, options.pictureChannels});
      shapes.expect(rgbName(i, count) + "/bias", {options.pictureChannels});
    }
    options.storesNoise = (i == 0 || options.storesNoise) && shapes.has(noiseName(2 * i)) && shapes.has(noiseName(2 * i + 1));
    options.blocks.push_back(block);
    in = out;
  }
  for (std::size_t i = 0; options.storesNoise && i < 2 * options.blocks.size(); ++i) {
    shapes.expect(noiseName(i), {1, 1, std::int64_t{4} << (i / 2), std::int64_t{4} << (i / 2)});
  }
}

class Filler {
 public:
  Filler(Generator& generator, const TensorGroup& group) : m_generator(generator), m_source(group) {}

  Tensor at(const std::string& name) const { return m_source.at(name).to(torch::kFloat32); }
  void plain(const std::string& own, const Tensor& value) const { assign(m_generator, own, value); }

  /// The weight as it acts, last dimension first.
  Tensor scaled(const std::string& name, double gain, double rate = 1.0) const {
    const Tensor weight = at(name + "/weight");
    const Tensor acting = weight * (gain * rate / std::sqrt(static_cast<double>(weight.numel() / weight.size(-1))));
    return acting.dim() == 4 ? acting.permute({3, 2, 0, 1}) : acting.t();
  }

  void half(const std::string& own, const std::string& number, const std::string& name) const {
    const Tensor bias = at(name + "/StyleMod/bias").clone();
    bias.slice(0, 0, bias.size(0) / 2).add_(1.0);
    plain(own + "style" + number + ".weight", scaled(name + "/StyleMod", 1.0));
    plain(own + "style" + number + ".bias", bias);
    plain(own + "noise" + number, at(name + "/Noise/weight").view({1, -1, 1, 1}));
  }

 private:
  Generator& m_generator;
  WeightSource m_source;
};

void fillBlock(const Filler& filler, std::size_t i, const Options& options) {
  const Options::Block& block = options.blocks[i];
  const std::string own = "blocks." + std::to_string(i) + ".";
  const double gain = std::sqrt(2.0);
  const Tensor firstBias = filler.at(firstLayer(i) + "/bias");
  if (i == 0) {
    filler.plain("constant", filler.at(firstLayer(0) + "/const") + firstBias.view({1, -1, 1, 1}));
  } else {
    const Tensor kernel = filler.scaled(firstLayer(i), gain);
    filler.plain(own + "grow.weight",
                 block.growth == Growth::Fused ? sumOfShifted(kernel.transpose(0, 1)) : kernel);
    filler.plain(own + "grow.bias", firstBias);
  }
  if (block.blur) {
    const Tensor taps = torch::tensor({0.25F, 0.5F, 0.25F});
    filler.plain(own + "blur", torch::outer(taps, taps).view({1, 1, 3, 3}));
  }
  filler.plain(own + "conv.weight", filler.scaled(secondLayer(i), gain));
  filler.plain(own + "conv.bias", filler.at(secondLayer(i) + "/bias"));
  filler.half(own, "1", firstLayer(i));
  filler.half(own, "2", secondLayer(i));
  if (options.storesNoise) {
    filler.plain(own + "stored1", filler.at(noiseName(2 * i)));
    filler.plain(own + "stored2", filler.at(noiseName(2 * i + 1)));
  }
  if (block.toRgb) {
    const std::string rgb = rgbName(i, options.blocks.size());
    filler.plain(own + "rgb.weight", filler.scaled(rgb, 1.0));
    filler.plain(own + "rgb.bias", filler.at(rgb + "/bias"));
  }
}

void fill(Generator& generator, const TensorGroup& group, const Plan& plan, bool hasLod) {
  const Filler filler(generator, group);
  const Options& options = plan.options;
  if (hasLod && filler.at("lod").sum().item<float>() > 0.0F) {
    throw ModelError("it was written while its network was still growing (its lod is not 0), and such a state makes no "
                     "whole picture: take a later one");
  }
  for (int i = 0; i < options.mappingLayers; ++i) {
    const std::string own = "mapping." + std::to_string(i);
    filler.plain(own + ".weight", filler.scaled(denseName(i), std::sqrt(2.0), plan.mappingRate));
    filler.plain(own + ".bias", filler.at(denseName(i) + "/bias") * plan.mappingRate);
  }
  if (options.classes > 0) {
    filler.plain("embed", filler.at("mapping/LabelConcat/weight"));
  }
  if (options.storesMean) {
    filler.plain("mean", filler.at("dlatent_avg").view({1, -1}));
  }
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    fillBlock(filler, i, options);
  }
}

Recognition recognise(const TensorGroup& group, const Checkpoint& checkpoint) {
  Recognition recognition;
  GroupShapes shapes(group);
  if (!shapes.has(kStyle)) {
    recognition.mismatch = std::string("it has no ") + kStyle;
    return recognition;
  }
  recognition.near = true;
  Plan plan;
  plan.options.layout = "NVlabs/stylegan, TensorFlow";
  plan.options.epsilon = 1e-8;
  plan.options.biasBehindBlur = true;
  std::string fusedScale = "auto";
  bool blur = true;
  recognition.mismatch = readPlainValues(OptionIndex(group, checkpoint), plan, fusedScale, blur);
  if (!recognition.mismatch.empty()) {
    return recognition;
  }
  readMapping(shapes, plan.options);
  plan.options.storesMean = shapes.has("dlatent_avg");
  if (plan.options.storesMean) {
    shapes.expect("dlatent_avg", {plan.options.wDim});
  }
  readBlocks(shapes, plan.options, fusedScale, blur);
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.make = [options = plan.options] { return std::make_shared<Stylegan1Generator>(options); };
    recognition.load = [plan, hasLod = shapes.has("lod")](Generator& generator, const TensorGroup& from,
                                                          const Checkpoint&) { fill(generator, from, plan, hasLod); };
  }
  return recognition;
}

}  // namespace

Architecture stylegan1TensorFlowArchitecture() {
  return {"StyleGAN (TensorFlow)",
          "NVIDIA's names of TensorFlow: mapping/Dense0/weight, synthesis/4x4/Const/StyleMod/weight, "
          "synthesis/8x8/Conv0_up/weight",
          recognise};
}

}  // namespace loom::model
