// filtered_lrelu of StyleGAN3 (Karras et al. 2021; torch_utils/ops/filtered_lrelu.py of NVlabs/stylegan3) on the CPU:
// bias, upsampling, leaky ReLU, gain, clamp and downsampling in one pass over the picture, by which nothing of the
// upsampled picture is ever stored and no inserted zero multiplied. Raw pointers; no torch.
#pragma once

#include <cstdint>
#include <vector>

namespace loom::model {

struct FilteredLrelu {
  int up = 1;                  ///< factor
  int down = 1;                ///< factor
  std::vector<float> upTaps;   ///< of the separable upsampling filter; {1} where there is none
  /// Of the downsampling filter: n taps of a separable one, {1} where there is none; or n² of one that is no product.
  std::vector<float> downTaps;
  bool downIsSquare = false;   ///< downTaps are n²
  int padLeft = 0;             ///< zeros around the upsampled picture; below 0 it is cut
  int padRight = 0;
  int padTop = 0;
  int padBottom = 0;
  float slope = 0.2F;          ///< of the leaky ReLU
  float gain = 1.0F;           ///< behind it
  float clamp = -1.0F;         ///< behind the gain; below 0: none

  /// Pixels that come of `pixels` by the padding given; below 1 where nothing is left.
  int outputSize(int pixels, int padBefore, int padAfter) const;
};

/// Channels that are worked on at once.
inline constexpr int kLreluBlock = 16;

/// As the machine's convolutions take it: the upper half of a float32.
struct Bfloat16 {
  std::uint16_t bits = 0;
};

/// What is done to each channel first: times scale, plus bias.
struct LreluChannels {
  const float* bias = nullptr;   ///< `channels` values
  const float* scale = nullptr;  ///< likewise; null: 1
};

/// One block of channels of one picture. `input`: height×width×channels, channels last; `output` likewise, in
/// outputSize() of each side. Channels `first` to `first` + kLreluBlock − 1 (fewer at the end) are read and written.
/// All between is float32.
void filteredLreluBlock(const FilteredLrelu& plan, const float* input, const LreluChannels& each, float* output,
                        int height, int width, int channels, int first);
void filteredLreluBlock(const FilteredLrelu& plan, const Bfloat16* input, const LreluChannels& each, float* output,
                        int height, int width, int channels, int first);
void filteredLreluBlock(const FilteredLrelu& plan, const Bfloat16* input, const LreluChannels& each, Bfloat16* output,
                        int height, int width, int channels, int first);

}  // namespace loom::model
