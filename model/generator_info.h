// What a generator says of itself. The window shows what is told here and nothing else.
#pragma once

#include "model/synthesis_settings.h"

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

/// What truncation psi acts on.
enum class Truncation {
  None,
  MeanOfW,           ///< w' = w_mean + psi (w − w_mean): StyleGAN
  TruncatedNormalZ,  ///< z is drawn from psi times a normal truncated at ±2: BigGAN
};

/// What the label vector c means.
enum class LabelKind {
  None,
  Classes,     ///< shares of classes; a one-hot vector is one class
  Attributes,  ///< independent switches, 0 or 1: StarGAN's domains
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
  int zDim = 0;         ///< length of z; 0 for an image-to-image generator
  int wDim = 0;         ///< length of one style vector; 0 where there is no mapping network
  int styleLayers = 0;  ///< layers that take a style; 0 where there is no mapping network
  int conditionLayers = 0;   ///< of a hierarchical generator (BigGAN): layers that are each fed with z and class
  int conditionDim = 0;      ///< of a hierarchical generator: length of what a layer is fed with; z stands first in it
  Truncation truncation = Truncation::None;
  LabelKind labels = LabelKind::None;
  int classCount = 0;                   ///< length of c; 0: unconditional
  std::vector<std::string> classNames;  ///< as long as classCount, or empty: unknown
  std::vector<NoiseMode> noiseModes;    ///< what it can do, the original program's choice first; empty: no noise inputs
  std::vector<int> resolutions;         ///< pixels of its outputs, ascending; empty where there is one only
  bool hasTransform = false;            ///< StyleGAN3: the picture can be shifted and turned in its input layer
  bool hasFade = false;                 ///< a progressive network, whose last block can fade in
  bool hasNormStatistics = false;       ///< norms hold running statistics that its users replace by the picture's own
  bool hasTruncationStatistics = false; ///< norms hold statistics for each psi in [0, 1], so psi counts beside z, too
  bool hasDrafts = false;               ///< Precision::Draft is quicker on this machine, and is computed
  bool runsProgram = false;             ///< TorchScript: the file's own program makes the pictures
  int inputChannels = 0;                ///< of the input picture: 1 or 3; 0 where it takes a latent
  int inputMultiple = 1;                ///< the input picture's sides must be multiples of this
  int channels = 0;                     ///< of the output: 1 (grey) or 3 (RGB)
  int height = 0;                       ///< pixels; 0: as the input picture
  int width = 0;                        ///< pixels; 0: as the input picture
  ValueRange range;                     ///< of the output, and of an input picture
  std::int64_t parameterCount = 0;
  std::vector<std::pair<std::string, std::string>> options;  ///< the rest, for people: name and value

  /// Layers whose style or condition may each come from another source.
  int mixLayers() const { return styleLayers > 0 ? styleLayers : conditionLayers; }

  bool operator==(const GeneratorInfo&) const = default;
};

}  // namespace loom::model
