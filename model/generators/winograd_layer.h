// A 3×3 convolution whose weights stay as they are, made quick on the CPU by model/kernels/winograd.h. Its weights are
// laid out once, by the first call that takes it, so that whoever trains, or computes on a GPU, pays nothing.
#pragma once

#include "model/kernels/winograd.h"

#include <torch/torch.h>

#include <memory>
#include <optional>

namespace loom::model {

class WinogradLayer {
 public:
  explicit WinogradLayer(WinogradKind kind) : m_kind(kind) {}

  /// True where `forward` gives what conv2d or conv_transpose2d with `weight` (out×in×3×3) gives, and sooner: on the
  /// CPU, in float32, without gradients, for pictures large enough. The same shapes always get the same answer.
  bool takes(const torch::Tensor& x, const torch::Tensor& weight, std::int64_t pad) const;

  /// True where `takes` is, for some size of picture.
  static bool mayTake(const torch::Tensor& weight);

  /// x: N×in×H×W; scale: N×in, by which it is multiplied, or undefined → N×out×H'×W', channels last. `weight` is
  /// out×in×3×3 in any order in memory, the same in every call. `finish` points to N×out and out contiguous values.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& scale, const torch::Tensor& weight,
                        std::int64_t pad, const ChannelFinish& finish = {}) const;

  /// The weights changed.
  void reset() { m_weights.reset(); }

 private:
  WinogradKind m_kind;
  mutable std::shared_ptr<const WinogradWeights> m_weights;
};

}  // namespace loom::model
