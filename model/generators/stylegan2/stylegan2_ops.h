// The two operations that StyleGAN2's layers share: bias_act and upfirdn2d of NVlabs/stylegan3, torch_utils/ops.
#pragma once

#include "model/kernels/channel_finish.h"

#include <torch/torch.h>

#include <optional>
#include <string>
#include <vector>

namespace loom::model {

/// The activations of bias_act.py that PyTorch names alike; each has its own gain there.
enum class Activation { Linear, Relu, LeakyRelu, Tanh, Sigmoid, Elu, Selu, Softplus, Swish };

/// "lrelu" and so on, as bias_act.py calls them.
std::optional<Activation> activationNamed(const std::string& name);
const char* nameOf(Activation activation);

/// def_gain of bias_act.py: √2 where half of the signal is lost, else 1.
double gainOf(Activation activation);

/// True where activate(g·x) = g·activate(x) for every g ≥ 0, so that gains can go into weights.
bool isHomogeneous(Activation activation);

/// The slope below 0 of those that are straight lines on either side of it.
std::optional<float> slopeOf(Activation activation);

/// The activation without its gain, in place where it can be: use what is returned.
torch::Tensor activate(Activation activation, torch::Tensor x);

/// The taps of a filter, on the host.
std::vector<float> valuesOf(const torch::Tensor& filter);

/// A resample_filter made ready for one number of channels, on the device that it is on.
class FirFilter {
 public:
  /// f: taps or rows×columns, as setup_filter makes it. `gain` scales the result.
  FirFilter(const torch::Tensor& f, std::int64_t channels, double gain);

  /// Convolves N×C×H×W with the filter. Zeros stand outside; `before` and `after` of them are added on each side,
  /// below 0 so many pixels are cut. `bias` (C values) is added where it is defined.
  torch::Tensor filter(const torch::Tensor& x, std::int64_t before, std::int64_t after,
                       const torch::Tensor& bias = {}) const;

  /// True where the filter is a product of two vectors, as all of the field's are.
  bool isProduct() const { return !m_down.empty(); }

  /// `filter` of x on the CPU, in float32 and without gradients, by a filter that is a product, and what comes behind
  /// it in the same pass: `finish` points to N×C, C and the output's values.
  torch::Tensor filterAndFinish(const torch::Tensor& x, std::int64_t before, std::int64_t after,
                                const ChannelFinish& finish) const;

  /// upfirdn2d.upsample2d: N×C×H×W → N×C×2H×2W. The gain of 4 that this asks for is the constructor's.
  torch::Tensor upsample(const torch::Tensor& x) const;

  /// Every second pixel of what `filter(x, before, after)` gives, from the first on.
  torch::Tensor downsample(const torch::Tensor& x, std::int64_t before, std::int64_t after) const;

  std::int64_t taps() const { return m_taps; }
  torch::Device device() const { return m_spread.device(); }

 private:
  /// Where useKernels(x); stylegan2_kernels.cpp.
  torch::Tensor byKernels(const torch::Tensor& x, int up, int down, std::int64_t before, std::int64_t after) const;
  torch::Tensor convolve(const torch::Tensor& x, std::int64_t before, std::int64_t after, std::int64_t stride,
                         const torch::Tensor& bias) const;

  std::int64_t m_taps = 0;
  std::int64_t m_channels = 0;
  std::vector<float> m_down;    // taps from row to row, turned; empty where the filter is no product of two vectors
  std::vector<float> m_across;  // and along a row
  torch::Tensor m_rows;         // C×1×taps×1, flipped; undefined where the filter is no product of two vectors
  torch::Tensor m_columns;      // C×1×1×taps, flipped
  torch::Tensor m_whole;        // C×1×taps×taps, flipped; undefined where rows and columns are there
  torch::Tensor m_spread;       // C×1×taps×taps, as it is: for transposed convolutions
};

}  // namespace loom::model
