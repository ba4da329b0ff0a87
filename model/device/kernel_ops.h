// The kernels' operations on tensors. On a GPU libloom_cuda does them, queued on torch's current stream; on the CPU the
// same bodies in plain loops, which is how tests follow the GPU's way through a generator. No gradient passes.
// Inside model/ only: it speaks in tensors.
#pragma once

#include "model/device/kernel_jobs.h"

#include <torch/torch.h>

namespace loom::model {

/// True where a generator is to take these operations for `x` in place of torch's own: on a GPU, while no gradient is
/// wanted. (Tests: kernel_trial.h.)
bool useKernels(const torch::Tensor& x);
/// Whether layers for `x` that the original's GPU code has in half precision are to be so.
bool useHalf(const torch::Tensor& x);

// All pictures are N×C×H×W, float32 or half; what is no pixel is float32. Where memory is neither in this order nor
// channels last it is copied; results lie as their input does. All throw ModelError where the GPU fails, c10::Error
// where a shape is wrong.

/// What is done to activations in one pass; see LoomBiasAct.
struct Bending {
  torch::Tensor scale = {};  ///< N×C; undefined: 1
  torch::Tensor bias = {};   ///< C; undefined: 0
  torch::Tensor noise = {};  ///< H×W or N×1×H×W; undefined: 0
  LoomActivation activation = LOOM_LINEAR;
  double slope = 0.2;
  double gain = 1.0;
  double clamp = -1.0;  ///< below 0: none
};

/// A new tensor.
torch::Tensor bent(const torch::Tensor& x, const Bending& bending);
/// In place where `x` is dense: use what is returned.
torch::Tensor bend(torch::Tensor x, const Bending& bending);

/// upfirdn2d with one factor and one padding for both directions.
struct Resampling {
  int up = 1;
  int down = 1;
  int before = 0;
  int after = 0;
};

/// filter: taps×taps, as setup_filter makes it, gain included.
torch::Tensor resampled(const torch::Tensor& x, const torch::Tensor& filter, const Resampling& resampling);

/// filtered_lrelu of x·scale + bias.
struct FilteredBending {
  torch::Tensor scale = {};       ///< N×C; undefined: 1
  torch::Tensor bias = {};        ///< C
  torch::Tensor upFilter = {};    ///< taps; undefined: none
  torch::Tensor downFilter = {};  ///< taps, or taps×taps; undefined: none
  Resampling resampling = {};
  double slope = 0.2;
  double gain = 1.0;
  double clamp = -1.0;  ///< below 0: none
};

/// The result is of `type` and not channels last. A float32 x gives float32.
torch::Tensor filteredBent(const torch::Tensor& x, const FilteredBending& bending, torch::ScalarType type);

/// styles: N×in, squares: out×in (of each kernel its weights' sum of squares) → N×out:
/// gain / sqrt(Σ styles² · squares + 1e-8).
torch::Tensor demodulation(const torch::Tensor& styles, const torch::Tensor& squares, double gain);

/// weight: out×in×kh×kw, dense in any order, times styles (in) and factors (out; undefined: 1), in `type` and the same
/// order.
torch::Tensor modulatedWeights(const torch::Tensor& weight, const torch::Tensor& styles, const torch::Tensor& factors,
                               torch::ScalarType type);

}  // namespace loom::model
