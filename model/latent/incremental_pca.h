// Principal axes of more rows than the memory holds at once. Inside model/ only.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace loom::model {

/// Takes rows batch by batch and keeps the leading axes of all that came (Ross et al. 2008). What the axes that are let
/// go held is lost, so the answer is near to that of all rows at once, and equal to it where one batch has them all.
class IncrementalPca {
 public:
  /// Keeps at most `axes` of them.
  explicit IncrementalPca(std::int64_t axes) : m_most(axes) {}

  /// `rows`: N×dimensions, float32 on the CPU.
  void add(torch::Tensor rows);

  const torch::Tensor& mean() const { return m_mean; }  ///< dimensions, float32
  const torch::Tensor& axes() const {
    return m_axes;
  }                                  ///< K×dimensions, float32, each of length 1, the strongest first
  torch::Tensor deviations() const;  ///< K, float64: the standard deviation along each

 private:
  std::int64_t m_most;
  std::int64_t m_count = 0;
  torch::Tensor m_mean;
  torch::Tensor m_axes;
  torch::Tensor m_singular;  // float64
};

}  // namespace loom::model
