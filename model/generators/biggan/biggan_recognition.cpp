// Which BigGAN a file holds, by its names and shapes.
#include "model/generators/biggan/biggan.h"

#include <algorithm>

namespace loom::model {
namespace {

constexpr std::size_t kMaxBlocks = 64;
constexpr int kMaxSide = 4096;       // pixels: beyond it one picture's activations take gigabytes
constexpr int kMaxBottomWidth = 64;  // pixels; the original's is 4

std::string blockName(std::size_t index) { return "blocks." + std::to_string(index) + ".0"; }

/// Condition and z, once the blocks are counted.
void readCondition(GroupShapes& shapes, BigGanOptions& options) {
  const std::string gain = "blocks.0.0.bn1.gain.weight";
  const auto in = static_cast<int>(shapes.size("linear.weight", 1));
  if (!shapes.has("shared.weight")) {
    shapes.require(!options.deep, "it has no shared.weight, without which there is no BigGAN-deep");
    options.classes = static_cast<int>(shapes.size(gain, 0));
    options.zDim = in;
    return;
  }
  options.classes = static_cast<int>(shapes.size("shared.weight", 0));
  options.sharedDim = static_cast<int>(shapes.size("shared.weight", 1));
  options.chunk = static_cast<int>(shapes.size(gain, 1)) - options.sharedDim;
  shapes.require(options.chunk >= 0, gain + " takes fewer values than shared.weight gives");
  if (options.deep) {
    options.zDim = in - options.sharedDim;
    shapes.require(options.zDim > 0 && options.zDim == options.chunk,
                   "linear.weight and " + gain + " should both take z beside the " + std::to_string(options.sharedDim) +
                       " values of shared.weight");
    return;
  }
  options.zDim = in;
  if (options.chunk > 0) {
    options.zDim = options.chunk * static_cast<int>(options.blocks.size() + 1);
    shapes.require(in == options.chunk, "linear.weight takes " + std::to_string(in) + " values of z, the blocks " +
                                            std::to_string(options.chunk));
  }
}

void readStatistics(GroupShapes& shapes, BigGanOptions& options) {
  const std::string norm = "blocks.0.0.bn1.";
  options.statistics = shapes.has(norm + "bn.stored_mean") ? BigGanStatistics::Standing : BigGanStatistics::Plain;
  shapes.require(!shapes.has(norm + "bn.running_mean"), "its norms are synchronised ones (" + norm +
                                                            "bn.running_mean), which the original applies in one way "
                                                            "while it trains and in another afterwards");
}

void readBlocks(GroupShapes& shapes, BigGanOptions& options) {
  std::int64_t channels = 0;
  for (std::size_t i = 0; i < kMaxBlocks && shapes.has(blockName(i) + ".conv1.weight"); ++i) {
    BigGanOptions::Block block;
    block.in = shapes.size(blockName(i) + ".conv1.weight", 1);
    block.hidden = options.deep ? shapes.size(blockName(i) + ".conv1.weight", 0) : 0;
    block.out = shapes.size(blockName(i) + (options.deep ? ".conv4.weight" : ".conv1.weight"), 0);
    block.attention = shapes.has("blocks." + std::to_string(i) + ".1.theta.weight");
    shapes.require(channels == 0 || block.in == channels, blockName(i) + ".conv1.weight takes other than the " +
                                                              std::to_string(channels) +
                                                              " channels of the block before it");
    shapes.require(!options.deep || block.out <= block.in, blockName(i) +
                                                               ".conv4.weight gives more channels than the "
                                                               "block takes, whose shortcut only drops some");
    channels = block.out;
    options.blocks.push_back(block);
  }
  shapes.require(!options.blocks.empty(), "it has no " + blockName(0) + ".conv1.weight");
  shapes.require(!shapes.has(blockName(kMaxBlocks) + ".conv1.weight"),
                 "it has more than " + std::to_string(kMaxBlocks) + " blocks");
}

/// BigGAN-deep doubles in the last block of every stage. The channels change there alone, in the second of two blocks:
/// only with two does the original run where they change. They are all the same in its one network of 32 pixels, which
/// has three stages.
void readStages(GroupShapes& shapes, BigGanOptions& options) {
  auto& blocks = options.blocks;
  const bool narrows = std::any_of(blocks.begin(), blocks.end(), [](const auto& b) { return b.in != b.out; });
  const std::size_t depth = narrows || blocks.size() % 3 != 0 ? 2 : blocks.size() / 3;
  shapes.require(blocks.size() % depth == 0,
                 "its " + std::to_string(blocks.size()) + " blocks make no stages of " + std::to_string(depth));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i].upsample = i % depth == depth - 1;
    shapes.require(blocks[i].upsample || (!blocks[i].attention && blocks[i].in == blocks[i].out),
                   blockName(i) + " changes its channels or is followed by self-attention within a stage of " +
                       std::to_string(depth) + " blocks");
  }
}

void readSides(GroupShapes& shapes, BigGanOptions& options) {
  const auto first = options.blocks.empty() ? 1 : options.blocks[0].in;
  const auto rows = shapes.size("linear.weight", 0);
  const auto side = rows % first == 0 ? squareSide(rows / first) : 0;
  shapes.require(side > 0 && side <= kMaxBottomWidth, "linear.weight gives " + std::to_string(rows) +
                                                          " values, no square picture of " + std::to_string(first) +
                                                          " channels");
  options.bottomWidth = static_cast<int>(side);
  std::int64_t last = side;
  for (const auto& block : options.blocks) {
    last = std::min<std::int64_t>(block.upsample ? last * 2 : last, kMaxSide + 1);
  }
  shapes.require(last <= kMaxSide, "its pictures are larger than " + std::to_string(kMaxSide) + " pixels");
}

void expectAll(GroupShapes& shapes, const BigGanOptions& options) {
  const auto linearIn = shapes.size("linear.weight", 1);
  if (options.sharedDim) {
    shapes.expect("shared.weight", {options.classes, options.sharedDim});
  }
  std::int64_t side = options.bottomWidth;
  SpectralLayer::expect(shapes, "linear", {options.blocks[0].in * side * side, linearIn}, true, options.spectral);
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const auto& block = options.blocks[i];
    side *= block.upsample ? 2 : 1;
    BigGanBlock::expect(shapes, blockName(i), block, options);
    if (block.attention) {
      SelfAttention::expect(shapes, "blocks." + std::to_string(i) + ".1", block.out, side, options.spectral, {}, {});
    }
  }
  const auto width = options.blocks.back().out;
  BigGanNorm::expect(shapes, "output_layer.0", width, options.statistics);
  shapes.require(options.channels == 1 || options.channels == 3,
                 "output_layer.2.weight gives " + std::to_string(options.channels) + " channels, a picture has 1 or 3");
  SpectralLayer::expect(shapes, "output_layer.2", {options.channels, width, 3, 3}, true, options.spectral);
}

BigGanOptions readOptions(GroupShapes& shapes, bool deep) {
  BigGanOptions options;
  options.deep = deep;
  for (const char* name : {"linear.weight", "blocks.0.0.conv1.weight", "output_layer.2.weight"}) {
    shapes.require(shapes.has(name), std::string("it has no ") + name);
  }
  const bool four = shapes.has("blocks.0.0.conv4.weight");
  shapes.require(four == deep, four ? "its blocks have four convolutions, those of a BigGAN have two"
                                    : "its blocks have no conv4, those of a BigGAN-deep have four convolutions");
  if (!shapes.fits()) {
    return options;
  }
  options.spectral = shapes.has("linear.u0") ? SpectralNorm::OneIteration : SpectralNorm::None;
  readBlocks(shapes, options);
  if (deep && shapes.fits()) {
    readStages(shapes, options);
  }
  readCondition(shapes, options);
  readStatistics(shapes, options);
  readSides(shapes, options);
  options.channels = static_cast<int>(shapes.size("output_layer.2.weight", 0));
  if (shapes.fits()) {
    expectAll(shapes, options);
  }
  return options;
}

Recognition recognise(const TensorGroup& group, bool deep) {
  GroupShapes shapes(group, dataParallelPrefix(group, "linear.weight"));
  const BigGanOptions options = readOptions(shapes, deep);
  Recognition recognition;
  recognition.mismatch = shapes.mismatch();
  if (shapes.fits()) {
    recognition.fileName = replacePrefix("", shapes.prefix());
    recognition.make = [options] { return std::make_shared<BigGanGenerator>(options); };
  }
  return recognition;
}

}  // namespace

Architecture bigGanArchitecture() {
  return {"BigGAN",
          "BigGAN-PyTorch's linear.weight, blocks.0.0.conv1.weight with a conv_sc beside it, class-conditional norms "
          "(blocks.0.0.bn1.gain.weight) and output_layer.2.weight",
          [](const TensorGroup& group, const Checkpoint&) { return recognise(group, false); }};
}

Architecture bigGanDeepArchitecture() {
  return {"BigGAN-deep",
          "BigGAN-PyTorch's shared.weight, linear.weight, blocks.0.0.conv1.weight to conv4.weight, class-conditional "
          "norms (blocks.0.0.bn1.gain.weight) and output_layer.2.weight",
          [](const TensorGroup& group, const Checkpoint&) { return recognise(group, true); }};
}

}  // namespace loom::model
