// What makes one StyleGAN3 differ from another, and the layers that follow from it: SynthesisNetwork.__init__ of
// NVlabs/stylegan3, training/networks_stylegan3.py.
#pragma once

#include "model/generators/stylegan2/stylegan2_options.h"

#include <string>
#include <vector>

namespace loom::model {

struct Stylegan3Options {
  int zDim = 0;
  int cDim = 0;  ///< classes; 0: unconditional
  int wDim = 0;
  int mappingLayers = 0;
  double mappingRate = 0.01;  ///< lr_multiplier
  int resolution = 0;         ///< pixels
  int layers = 0;             ///< num_layers: without the input and ToRGB
  int critical = 2;           ///< num_critical: of them the last so many are critically sampled
  double firstCutoff = 2.0;
  double firstStopband = 4.287093850145173;    ///< 2**2.1
  double lastStopbandRel = 1.2311444133449163;  ///< 2**0.3
  int margin = 10;            ///< pixels around the picture
  double outputScale = 0.25;
  int leakUpsampling = 2;     ///< lrelu_upsampling
  int filterSize = 6;         ///< taps for each step of a factor
  double clamp = 256.0;       ///< conv_clamp; below 0: none
  int halfSteps = 4;          ///< num_fp16_res: below the picture's rate by fewer doublings, a GPU is in half precision
  std::vector<int> channels;  ///< of the input, then of each layer and ToRGB: layers + 2 values
  std::vector<int> kernels;   ///< of each layer and ToRGB

  /// For the mapping network, which is StyleGAN2's.
  Stylegan2Options mapping() const;
};

/// One layer of the table; the last is ToRGB.
struct Stylegan3LayerShape {
  std::string name;  ///< "L0_36_512"
  bool isToRgb = false;
  bool half = false;  ///< in half precision on a GPU
  int inChannels = 0;
  int outChannels = 0;
  int kernel = 3;
  int inSize = 0;   ///< pixels
  int outSize = 0;  ///< pixels
  int up = 1;
  int down = 1;
  int upTaps = 1;
  int downTaps = 1;
  int padBefore = 0;  ///< around the upsampled picture
  int padAfter = 0;
};

struct Stylegan3Table {
  int inputSize = 0;  ///< pixels
  double inputRate = 0.0;
  double inputBandwidth = 0.0;
  std::vector<Stylegan3LayerShape> layers;
};

/// The layers, or what is out of bounds in `problem` (then the table is empty). Sizes are told before anything is made.
Stylegan3Table stylegan3Table(const Stylegan3Options& options, std::string& problem);

}  // namespace loom::model
