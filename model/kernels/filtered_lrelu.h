// filtered_lrelu of StyleGAN3 (Karras et al. 2021; torch_utils/ops/filtered_lrelu.py of NVlabs/stylegan3) on the CPU:
// bias, upsampling, leaky ReLU, gain, clamp and downsampling in one pass over the picture, by which nothing of the
// upsampled picture is ever stored and no inserted zero multiplied. Raw pointers; no torch.
#pragma once

#include "model/kernels/bfloat16.h"
#include "model/kernels/parallel_jobs.h"

#include <vector>

namespace loom::model {

struct FilteredLrelu {
  int up = 1;                 ///< factor
  int down = 1;               ///< factor
  std::vector<float> upTaps;  ///< of the separable upsampling filter; {1} where there is none
  /// Of the downsampling filter: n taps of a separable one, {1} where there is none; or n² of one that is no product.
  std::vector<float> downTaps;
  bool downIsSquare = false;  ///< downTaps are n²
  int padLeft = 0;            ///< zeros around the upsampled picture; below 0 it is cut
  int padRight = 0;
  int padTop = 0;
  int padBottom = 0;
  float slope = 0.2F;   ///< of the leaky ReLU, 0 to 1
  float gain = 1.0F;    ///< behind it; at least 0
  float clamp = -1.0F;  ///< behind the gain; below 0: none

  /// Pixels that come of `pixels` by the padding given; below 1 where nothing is left.
  int outputSize(int pixels, int padBefore, int padAfter) const;
};

/// Pictures with channels last. In and Out: float or Bfloat16; all between is float32.
template <typename In, typename Out>
struct FilteredLreluCall {
  const In* input = nullptr;  ///< count × height × width × channels
  Out* output = nullptr;      ///< likewise, outputSize() of each side
  int count = 1;
  int height = 0;
  int width = 0;
  int channels = 0;
  const float* bias = nullptr;   ///< of the channels
  const float* scale = nullptr;  ///< count × channels, before the bias; null: 1
};

void filteredLrelu(const FilteredLrelu& plan, const FilteredLreluCall<float, float>& call,
                   const ParallelJobs& parallel);
void filteredLrelu(const FilteredLrelu& plan, const FilteredLreluCall<Bfloat16, float>& call,
                   const ParallelJobs& parallel);
void filteredLrelu(const FilteredLrelu& plan, const FilteredLreluCall<Bfloat16, Bfloat16>& call,
                   const ParallelJobs& parallel);

}  // namespace loom::model
