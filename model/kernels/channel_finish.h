// What is done to the sums of a convolution on their way to memory.
#pragma once

namespace loom::model {

/// value · scale + bias + noise, then the leaky ReLU, then the clamp.
struct ChannelFinish {
  const float* scale = nullptr;  ///< pictures × channels; null: 1
  const float* bias = nullptr;   ///< channels; null: 0
  const float* noise = nullptr;  ///< height × width of the output, the same for every channel; null: none
  bool noiseOfEach = false;      ///< `noise` has such a plane for each picture
  float slope = 1.0F;            ///< of the leaky ReLU, 0 to 1; 1: there is none
  float bound = -1.0F;           ///< of the clamp; below 0: there is none
};

}  // namespace loom::model
