// pytorch_GAN_zoo: "equalised" layers multiply their outcome, bias and all, by √(2 / fan-in), those of the mapping by a
// hundredth of it; one noise weight for all channels; no output at 4 pixels.
#include "model/generators/group_shapes.h"
#include "model/generators/state_dict.h"
#include "model/generators/stylegan1/stylegan1.h"
#include "model/generators/zoo/zoo_config.h"

#include <cmath>

namespace loom::model {
namespace {

using Options = Stylegan1Options;

constexpr std::size_t kMostBlocks = 11;  // 4096 pixels
constexpr int kMostMappingLayers = 64;
constexpr double kMappingRate = 0.01;

/// Where a block's layers stand in the file.
struct BlockNames {
  std::string grow, noise1, style1, conv, noise2, style2, rgb;

  explicit BlockNames(std::size_t block) {
    const std::string number = std::to_string(block - 1);
    if (block == 0) {
      noise1 = "noiseMod00.module", style1 = "adain00.styleModulator.module", conv = "conv0.module";
      noise2 = "noiseMod01.module", style2 = "adain01.styleModulator.module";
      return;
    }
    const std::string scale = "scaleLayers." + number + ".";
    grow = scale + "0.module", style1 = scale + "1.styleModulator.module";
    conv = scale + "2.module", style2 = scale + "3.styleModulator.module";
    noise1 = "noiseModulators." + number + ".0.module", noise2 = "noiseModulators." + number + ".1.module";
    rgb = "toRGBLayers." + number + ".module";
  }
};

void expectPair(GroupShapes& shapes, const std::string& name, const std::vector<std::int64_t>& weight) {
  shapes.expect(name + ".weight", weight);
  shapes.expect(name + ".bias", {weight[0]});
}

void expectBlock(GroupShapes& shapes, std::size_t index, std::int64_t in, const Options::Block& block,
                 const Options& options) {
  const BlockNames names(index);
  const std::int64_t out = block.channels;
  if (index > 0) {
    expectPair(shapes, names.grow, {out, in, 3, 3});
    expectPair(shapes, names.rgb, {options.pictureChannels, out, 1, 1});
  }
  expectPair(shapes, names.conv, {out, out, 3, 3});
  for (const std::string* style : {&names.style1, &names.style2}) {
    expectPair(shapes, *style, {2 * out, options.wDim});
  }
  for (const std::string* noise : {&names.noise1, &names.noise2}) {
    shapes.expect(*noise + ".weight", {1, 1, 1, 1});
  }
}

Options readOptions(GroupShapes& shapes, const Checkpoint& checkpoint) {
  Options options;
  options.layout = "pytorch_GAN_zoo";
  options.epsilon = 1e-8;
  options.storesMean = true;
  options.tanh = zooEndsInTanh(checkpoint, false);
  options.zDim = static_cast<int>(shapes.size("mapping.FC.0.module.weight", 1));
  options.wDim = static_cast<int>(shapes.size("mapping.FC.0.module.weight", 0));
  options.mappingLayers = 0;
  while (shapes.fits() && shapes.has("mapping.FC." + std::to_string(options.mappingLayers) + ".module.weight")) {
    shapes.require(options.mappingLayers < kMostMappingLayers, "its mapping has too many layers");
    expectPair(shapes, "mapping.FC." + std::to_string(options.mappingLayers) + ".module",
               {options.wDim, options.mappingLayers ? options.wDim : options.zDim});
    ++options.mappingLayers;
  }
  const auto first = static_cast<int>(shapes.size("baseScale0", 1));
  shapes.expect("baseScale0", {1, first, 4, 4});
  shapes.expect("mean_w", {1, options.wDim});
  options.pictureChannels = static_cast<int>(shapes.size("toRGBLayers.0.module.weight", 0));
  shapes.require(options.pictureChannels == 1 || options.pictureChannels == 3,
                 "it gives " + std::to_string(options.pictureChannels) + " channels, a picture has 1 or 3");
  options.blocks.push_back({first, Options::Growth::None, false, 1, false});
  expectBlock(shapes, 0, 0, options.blocks[0], options);
  while (shapes.fits()) {
    const std::string grow = BlockNames(options.blocks.size()).grow + ".weight";
    if (!shapes.has(grow)) {
      break;
    }
    shapes.require(options.blocks.size() < kMostBlocks, "it has more than " + std::to_string(kMostBlocks) + " scales");
    const std::int64_t in = options.blocks.back().channels;
    options.blocks.push_back({static_cast<int>(shapes.size(grow, 0)), Options::Growth::Nearest, false, 1, true});
    expectBlock(shapes, options.blocks.size() - 1, in, options.blocks.back(), options);
  }
  shapes.require(options.blocks.size() > 1, "it has no scale above 4 pixels, and so no output");
  return options;
}

class Filler {
 public:
  Filler(Generator& generator, const TensorGroup& group, std::string prefix)
      : m_generator(generator), m_source(group), m_prefix(std::move(prefix)) {}

  void plain(const std::string& own, const std::string& name) const {
    assign(m_generator, own, m_source.at(m_prefix + name));
  }

  void scaled(const std::string& own, const std::string& name, double rate = 1.0) const {
    const torch::Tensor weight = m_source.at(m_prefix + name + ".weight");
    const double scale = rate * std::sqrt(2.0 / static_cast<double>(weight.numel() / weight.size(0)));
    assign(m_generator, own + ".weight", weight.to(torch::kFloat32) * scale);
    assign(m_generator, own + ".bias", m_source.at(m_prefix + name + ".bias").to(torch::kFloat32) * scale);
  }

 private:
  Generator& m_generator;
  WeightSource m_source;
  std::string m_prefix;
};

void fill(Generator& generator, const TensorGroup& group, const Options& options, const std::string& prefix) {
  const Filler filler(generator, group, prefix);
  for (int i = 0; i < options.mappingLayers; ++i) {
    filler.scaled("mapping." + std::to_string(i), "mapping.FC." + std::to_string(i) + ".module", kMappingRate);
  }
  filler.plain("constant", "baseScale0");
  filler.plain("mean", "mean_w");
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const BlockNames names(i);
    const std::string own = "blocks." + std::to_string(i) + ".";
    if (i > 0) {
      filler.scaled(own + "grow", names.grow);
      filler.scaled(own + "rgb", names.rgb);
    }
    filler.scaled(own + "conv", names.conv);
    filler.scaled(own + "style1", names.style1);
    filler.scaled(own + "style2", names.style2);
    filler.plain(own + "noise1", names.noise1 + ".weight");
    filler.plain(own + "noise2", names.noise2 + ".weight");
  }
}

Recognition recognise(const TensorGroup& group, const Checkpoint& checkpoint) {
  GroupShapes shapes(group, dataParallelPrefix(group, "mapping.FC.0.module.weight"));
  const Options options = readOptions(shapes, checkpoint);
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

Architecture stylegan1ZooArchitecture() {
  return {"StyleGAN (pytorch_GAN_zoo)",
          "mapping.FC.0.module.weight, baseScale0, adain00.styleModulator.module.weight, scaleLayers.0.0.module.weight, …",
          recognise};
}

}  // namespace loom::model
