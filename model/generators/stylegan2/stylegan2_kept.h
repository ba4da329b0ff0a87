// Activations of the last picture, from which the next one goes on behind the last layer that has not changed.
#pragma once

#include "model/synthesis_settings.h"

#include <torch/torch.h>

#include <algorithm>
#include <vector>

namespace loom::model {

class Stylegan2Kept {
 public:
  /// How many convolutions need not be run for `ws` (1×layers×wDim) under `settings`: what is behind the last of them is
  /// x(). What depends on others is let go.
  std::int64_t begin(const torch::Tensor& ws, const SynthesisSettings& settings);

  /// Behind the last convolution that holds, as `begin` told; undefined where it told 0.
  torch::Tensor x() const { return m_behind.empty() ? torch::Tensor() : m_behind.back(); }

  /// The picture behind a block all of whose layers hold, torgb's included.
  const torch::Tensor& picture(std::size_t block) const { return m_pictures.at(block); }

  /// Convolutions in their order. Undefined: nothing is to be taken up there. Beyond the memory budget `x` is let go.
  void keep(std::int64_t convolution, const torch::Tensor& x);
  void keepPicture(std::size_t block, const torch::Tensor& picture);

  void clear() { *this = {}; }

 private:
  torch::Tensor m_ws;
  SynthesisSettings m_settings;
  std::vector<torch::Tensor> m_behind;    // each convolution
  std::vector<torch::Tensor> m_pictures;  // behind each block
  std::size_t m_bytes = 0;
  std::size_t m_budget = 0;
};

}  // namespace loom::model
