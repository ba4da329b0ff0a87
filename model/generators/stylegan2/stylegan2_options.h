// What makes one StyleGAN2 differ from another, and the tensors that follow from it.
#pragma once

#include "model/generators/stylegan2/stylegan2_ops.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

struct Stylegan2Options {
  /// How the picture leaves the blocks: Skip sums an RGB picture of every block, Resnet and Original have one at the
  /// end, Resnet with a shortcut around each block.
  enum class Blocks { Skip, Resnet, Original };

  int zDim = 0;
  int cDim = 0;                 ///< classes; 0: unconditional
  int embedWidth = 0;           ///< of the class embedding, 0 without classes
  std::vector<int> mapping;     ///< outputs of the mapping layers; the last is wDim
  std::vector<int> blockWidths;  ///< channels of the blocks of 4, 8, 16 … pixels
  int channels = 3;             ///< of the picture
  int kernel = 3;               ///< of the 3×3 convolutions
  Blocks blocks = Blocks::Skip;
  std::vector<std::int64_t> filterShape{4, 4};         ///< of resample_filter in enlarging convolutions and shortcuts
  std::vector<std::int64_t> pictureFilterShape{4, 4};  ///< of the one that enlarges the picture
  std::vector<std::int64_t> idleFilterShape{4, 4};     ///< of the one that conv1 has and does not use: the default's
  bool noise = true;        ///< layers have a noise input
  bool storedNoise = true;  ///< and the file holds noise for it
  bool storedMean = true;   ///< the file holds the mean of w
  double mappingRate = 0.01;  ///< lr_multiplier of the mapping layers, which scales their weights
  Activation activation = Activation::LeakyRelu;
  Activation mappingActivation = Activation::LeakyRelu;
  std::optional<double> clamp;  ///< conv_clamp: outputs of convolutions are held within ±clamp
  int halfBlocks = 0;           ///< num_fp16_res: the last so many blocks are in half precision on a GPU
  std::string form;             ///< whose layout the file has, for people
  bool randomNoiseFirst = false;  ///< the original program draws noise anew unless told otherwise

  int wDim() const { return mapping.back(); }
  int resolution() const { return 4 << (blockWidths.size() - 1); }  ///< pixels
  int firstHalf() const { return std::max(8 << (blockWidths.size() - 1) >> halfBlocks, 8); }  ///< pixels, and above
  int styleLayers() const { return 2 * static_cast<int>(blockWidths.size()); }
};

using NamedShape = std::pair<std::string, std::vector<std::int64_t>>;

/// Every parameter and buffer that the file of such a network has under NVIDIA's names, with its shape.
std::vector<NamedShape> stylegan2Tensors(const Stylegan2Options& options);

/// What is out of bounds (sizes that no network has, and that would only eat memory), or an empty string.
std::string checkBounds(const Stylegan2Options& options);

}  // namespace loom::model
