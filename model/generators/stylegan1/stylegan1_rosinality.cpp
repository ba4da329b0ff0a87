// rosinality: weights (named weight_orig) are multiplied by √(2 / fan-in) at run time, biases are not; one noise weight
// for each channel; a blur behind each growth; from some resolution on the growth is one transposed convolution, whose
// 4×4 kernel is the mean of four shifted 3×3 ones. An output at every resolution, and no mean of w in the file.
#include "model/generators/doubling.h"
#include "model/generators/group_shapes.h"
#include "model/generators/state_dict.h"
#include "model/generators/stylegan1/stylegan1.h"

#include <cmath>

namespace loom::model {
namespace {

using Options = Stylegan1Options;
using Growth = Options::Growth;

constexpr std::size_t kMostBlocks = 11;  // 4096 pixels
constexpr int kMostMappingLayers = 64;

std::string blockName(std::size_t block) { return "generator.progression." + std::to_string(block) + "."; }
std::string rgbName(std::size_t block) { return "generator.to_rgb." + std::to_string(block) + ".conv"; }
/// Every second module of the Sequential is a LeakyReLU, the first one the pixel norm.
std::string mappingName(int layer) { return "style." + std::to_string(2 * layer + 1) + ".linear"; }

void expectEqual(GroupShapes& shapes, const std::string& name, const std::vector<std::int64_t>& weight) {
  shapes.expect(name + ".weight_orig", weight);
  shapes.expect(name + ".bias", {weight[0]});
}

/// The block's growth, its channels and blur; checks what is there of it.
Options::Block readGrowth(GroupShapes& shapes, std::size_t index, std::int64_t in) {
  const std::string name = blockName(index) + "conv1";
  Options::Block block;
  if (index == 0) {
    block.channels = static_cast<int>(shapes.size(name + ".input", 1));
    shapes.expect(name + ".input", {1, block.channels, 4, 4});
  } else if (shapes.has(name + ".0.weight")) {
    block.growth = Growth::Fused;
    block.channels = static_cast<int>(shapes.size(name + ".0.weight", 1));
    shapes.expect(name + ".0.weight", {in, block.channels, 3, 3});
    shapes.expect(name + ".0.bias", {block.channels});
  } else {
    block.growth = Growth::Nearest;
    block.channels = static_cast<int>(shapes.size(name + ".1.conv.weight_orig", 0));
    expectEqual(shapes, name + ".1.conv", {block.channels, in, 3, 3});
  }
  const std::string blur = name + (block.growth == Growth::Fused ? ".1.weight" : ".2.weight");
  block.blur = index > 0 && shapes.has(blur);
  if (block.blur) {
    shapes.expect(blur, {block.channels, 1, 3, 3});
  }
  block.noiseWeights = block.channels;
  return block;
}

void expectRest(GroupShapes& shapes, std::size_t index, const Options& options) {
  const std::string name = blockName(index);
  const std::int64_t channels = options.blocks[index].channels;
  expectEqual(shapes, name + "conv2.conv", {channels, channels, 3, 3});
  for (const char* half : {"1", "2"}) {
    expectEqual(shapes, name + "adain" + half + ".style.linear", {2 * channels, options.wDim});
    shapes.expect(name + "noise" + half + ".weight_orig", {1, channels, 1, 1});
  }
  expectEqual(shapes, rgbName(index), {options.pictureChannels, channels, 1, 1});
}

Options readOptions(GroupShapes& shapes) {
  Options options;
  options.layout = "rosinality/style-based-gan-pytorch";
  options.zDim = static_cast<int>(shapes.size(mappingName(0) + ".weight_orig", 1));
  options.wDim = static_cast<int>(shapes.size(mappingName(0) + ".weight_orig", 0));
  options.mappingLayers = 0;
  while (shapes.fits() && shapes.has(mappingName(options.mappingLayers) + ".weight_orig")) {
    shapes.require(options.mappingLayers < kMostMappingLayers, "its mapping has too many layers");
    expectEqual(shapes, mappingName(options.mappingLayers),
                {options.wDim, options.mappingLayers ? options.wDim : options.zDim});
    ++options.mappingLayers;
  }
  options.pictureChannels = static_cast<int>(shapes.size(rgbName(0) + ".weight_orig", 0));
  shapes.require(options.pictureChannels == 1 || options.pictureChannels == 3,
                 "it gives " + std::to_string(options.pictureChannels) + " channels, a picture has 1 or 3");
  for (std::size_t i = 0; shapes.fits() && (i == 0 || shapes.has(blockName(i) + "conv2.conv.weight_orig")); ++i) {
    shapes.require(i < kMostBlocks, "it has more than " + std::to_string(kMostBlocks) + " blocks");
    options.blocks.push_back(readGrowth(shapes, i, i ? options.blocks.back().channels : 0));
    expectRest(shapes, i, options);
  }
  return options;
}

class Filler {
 public:
  Filler(Generator& generator, const TensorGroup& group, std::string prefix)
      : m_generator(generator), m_source(group), m_prefix(std::move(prefix)) {}

  torch::Tensor at(const std::string& name) const { return m_source.at(m_prefix + name).to(torch::kFloat32); }

  void plain(const std::string& own, const torch::Tensor& value) const { assign(m_generator, own, value); }

  /// The weight as it acts.
  torch::Tensor scaled(const std::string& name) const {
    const torch::Tensor weight = at(name);
    return weight * std::sqrt(2.0 / static_cast<double>(weight.numel() / weight.size(0)));
  }

  void pair(const std::string& own, const std::string& name) const {
    plain(own + ".weight", scaled(name + ".weight_orig"));
    plain(own + ".bias", at(name + ".bias"));
  }

 private:
  Generator& m_generator;
  WeightSource m_source;
  std::string m_prefix;
};

void fillGrowth(const Filler& filler, std::size_t index, const Options::Block& block) {
  const std::string own = "blocks." + std::to_string(index) + ".";
  const std::string name = blockName(index) + "conv1";
  if (block.growth == Growth::None) {
    filler.plain("constant", filler.at(name + ".input"));
  } else if (block.growth == Growth::Fused) {
    const torch::Tensor weight = filler.at(name + ".0.weight");  // in×out: its fan-in is the first dimension's
    const double fanIn = static_cast<double>(weight.size(0) * weight.size(2) * weight.size(3));
    filler.plain(own + "grow.weight", sumOfShifted(weight * std::sqrt(2.0 / fanIn)) / 4);
    filler.plain(own + "grow.bias", filler.at(name + ".0.bias"));
  } else {
    filler.pair(own + "grow", name + ".1.conv");
  }
  if (block.blur) {
    const bool isFused = block.growth == Growth::Fused;
    filler.plain(own + "blur", filler.at(name + (isFused ? ".1.weight" : ".2.weight")).slice(0, 0, 1));
  }
}

void fill(Generator& generator, const TensorGroup& group, const Options& options, const std::string& prefix) {
  const Filler filler(generator, group, prefix);
  for (int i = 0; i < options.mappingLayers; ++i) {
    filler.pair("mapping." + std::to_string(i), mappingName(i));
  }
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const std::string own = "blocks." + std::to_string(i) + ".";
    const std::string name = blockName(i);
    fillGrowth(filler, i, options.blocks[i]);
    filler.pair(own + "conv", name + "conv2.conv");
    filler.pair(own + "rgb", rgbName(i));
    for (const std::string half : {"1", "2"}) {
      filler.pair(own + "style" + half, name + "adain" + half + ".style.linear");
      filler.plain(own + "noise" + half, filler.scaled(name + "noise" + half + ".weight_orig"));
    }
  }
}

Recognition recognise(const TensorGroup& group, const Checkpoint&) {
  GroupShapes shapes(group, dataParallelPrefix(group, mappingName(0) + ".weight_orig"));
  const Options options = readOptions(shapes);
  Recognition recognition;
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.make = [options] { return std::make_shared<Stylegan1Generator>(options); };
    recognition.load = [options, prefix = shapes.prefix()](Generator& generator, const TensorGroup& from,
                                                           const Checkpoint&) {
      fill(generator, from, options, prefix);
    };
  }
  return recognition;
}

}  // namespace

Architecture stylegan1RosinalityArchitecture() {
  return {"StyleGAN (rosinality)",
          "style.1.linear.weight_orig, generator.progression.0.conv1.input, generator.progression.1.conv1.1.conv.weight_orig, "
          "generator.to_rgb.0.conv.weight_orig, …",
          recognise};
}

}  // namespace loom::model
