// A small separable filter over pictures, and what comes behind it, in one pass: upfirdn2d without resampling, and
// bias_act, of NVlabs/stylegan3, torch_utils/ops, on the CPU. float32, channels last. Raw pointers; no torch.
#pragma once

#include "model/kernels/channel_finish.h"
#include "model/kernels/parallel_jobs.h"

#include <vector>

namespace loom::model {

struct FirCall {
  const float* input = nullptr;  ///< count × height × width × channels
  float* output = nullptr;       ///< count × firOutput(height) × firOutput(width) × channels
  int count = 1;
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<float> down;    ///< taps from row to row; output y takes input y − before + i by tap i
  std::vector<float> across;  ///< taps along a row
  int before = 0;             ///< zeros around the input; below 0 it is cut
  int after = 0;
  ChannelFinish finish;
};

/// Pixels of the output: pixels + before + after − taps + 1.
int firOutput(int pixels, int before, int after, int taps);

void firFilter(const FirCall& call, const ParallelJobs& parallel);

}  // namespace loom::model
