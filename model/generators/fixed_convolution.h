// Convolutions whose weights no longer change: what pictures are made with.
#pragma once

#include "model/generators/winograd_layer.h"

#include <torch/torch.h>

#include <cstdint>

namespace loom::model {

/// What is done with a convolution's outcome in the same pass over it.
enum class Then { Nothing, Relu, LeakyRelu, Tanh, Sigmoid };

struct FixedConvolutionOptions {
  int stride = 1;
  int padding = 0;
  bool transposed = false;
  int outputPadding = 0;  ///< of a transposed one
  std::int64_t doubledFrom =
      0;  ///< each pixel of what comes in is doubled first, of a picture of so many; 0: not. For 3×3
  Then then = Then::Nothing;
  double slope = 0.2;  ///< of LeakyRelu, below zero
};

/// On the CPU the weights are held in the order that oneDNN computes with. Which one that is shows with the first
/// picture; without that, oneDNN would bring them into it for every picture anew, which takes longer than the
/// convolution itself where pictures are small. 3×3 with enough of both channels and pixels goes by minimal filtering
/// (WinogradLayer) instead. Where gradients are asked for, and on a GPU, it is the plain operator.
///
/// Of a doubled picture four of nine products of each output pixel are with the same input pixel: one transposed 4×4
/// convolution of their sums is the same for less than half of the work. It has more weights, though, so that small
/// pictures are doubled first; and so are those that minimal filtering takes, which has less work still.
class FixedConvolution {
 public:
  /// weight: O×I×k×k, of a transposed one I×O×k×k, float32; it is let go once there is a copy in the other order, and
  /// not to be changed after the first picture. bias: O, or undefined.
  FixedConvolution(torch::Tensor weight, torch::Tensor bias, const FixedConvolutionOptions& options);

  /// From now on (outcome · scale + shift) is the outcome, C each: a norm with stored statistics goes into weight and
  /// bias. The weight is changed where it lies. Before the first picture; not behind an activation.
  void rescale(const torch::Tensor& scale, const torch::Tensor& shift);

  Then then() const { return m_options.then; }
  void setThen(Then then, double slope);

  /// N×I×H×W → N×O×H'×W', on the CPU channels last.
  torch::Tensor forward(const torch::Tensor& x) const;

 private:
  torch::Tensor plain(const torch::Tensor& x) const;
  /// Undefined where minimal filtering is not the way for it.
  torch::Tensor filtered(const torch::Tensor& x) const;
  void pack(const torch::Tensor& x) const;

  FixedConvolutionOptions m_options;  // doubledFrom: 0 where that is part of the convolution
  mutable torch::Tensor m_weight;
  torch::Tensor m_bias;
  mutable torch::Tensor m_packed;
  WinogradLayer m_winograd{WinogradKind::Same};
};

/// The values of a module's parameter, which keeps none: they have one owner.
torch::Tensor takenFrom(torch::Tensor& parameter);

}  // namespace loom::model
