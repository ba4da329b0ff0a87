// What a generator says of itself. The window shows what is told here and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

/// What the generator is fed with: a latent vector, or a picture (CycleGAN, pix2pix, StarGAN).
enum class InputKind { Latent, Picture };

/// The distribution that z was drawn from in training.
enum class ZDistribution {
  Normal,   ///< independent standard normal values
  Uniform,  ///< independent uniform values in [-1, 1)
};

/// The network's own output range, e.g. [-1, 1] behind a tanh. Outputs outside it are clamped for display only.
struct ValueRange {
  float low = -1.0F;
  float high = 1.0F;
  bool operator==(const ValueRange&) const = default;
};

struct GeneratorInfo {
  std::string architecture;  ///< the field's name for it, e.g. "DCGAN"
  InputKind input = InputKind::Latent;
  ZDistribution zDistribution = ZDistribution::Normal;
  int zDim = 0;                 ///< length of z; 0 for an image-to-image generator
  int wDim = 0;                 ///< length of one style vector; 0 where there is no mapping network
  int styleLayers = 0;          ///< layers that take a style; 0 where there is no mapping network
  int classCount = 0;           ///< 0: unconditional
  bool hasTruncation = false;   ///< the checkpoint carries what truncation needs (a mean of w, or a truncated z)
  int channels = 0;             ///< 1 (grey) or 3 (RGB)
  int height = 0;               ///< pixels
  int width = 0;                ///< pixels
  ValueRange range;             ///< of the output
  std::int64_t parameterCount = 0;
  std::vector<std::pair<std::string, std::string>> options;  ///< the rest, for people: name and value

  bool operator==(const GeneratorInfo&) const = default;
};

}  // namespace loom::model
