// What the ways of finding directions share. Inside model/ only.
#pragma once

#include "model/latent_directions.h"
#include "model/numpy_random.h"

#include <torch/torch.h>

#include <string>
#include <utility>

namespace loom::model {

/// float64, of the array's shape.
inline torch::Tensor tensorOf(const FloatTensor& array) {
  return torch::tensor(array.values).view(array.shape).to(torch::kFloat64);
}

inline FloatTensor arrayOf(const torch::Tensor& tensor) {
  const torch::Tensor whole = tensor.to(torch::kFloat32).contiguous();
  FloatTensor array{whole.sizes().vec(), {}};
  array.values.assign(whole.data_ptr<float>(), whole.data_ptr<float>() + whole.numel());
  return array;
}

/// A sign is no part of a direction: the largest component of each row becomes positive.
inline torch::Tensor signedRows(const torch::Tensor& rows) {
  return rows * rows.gather(1, rows.abs().argmax(1, true)).sign();
}

/// Eigenvectors as rows and their values, the largest first, of a symmetric matrix.
inline std::pair<torch::Tensor, torch::Tensor> leading(const torch::Tensor& symmetric, std::int64_t count) {
  const auto [values, vectors] = torch::linalg_eigh(symmetric);
  return {signedRows(vectors.t().flip(0).slice(0, 0, count).contiguous()), values.flip(0).slice(0, 0, count)};
}

/// `directions` of length 1.
inline LatentDirections told(const torch::Tensor& directions, const torch::Tensor& strengths) {
  LatentDirections found;
  found.directions = arrayOf(directions);
  found.strengths = arrayOf(strengths).values;
  return found;
}

/// Throws ModelError where the generator has no latent space, or one of fewer dimensions.
inline void checkDirectionCount(const GeneratorInfo& info, int count) {
  const int dimensions = info.wDim > 0 ? info.wDim : info.zDim;
  if (dimensions == 0) {
    throw ModelError("this generator changes pictures and has no latent space");
  }
  if (count < 1 || count > dimensions) {
    throw ModelError("its latent space has " + std::to_string(dimensions) + " dimensions, so there are 1 to " +
                     std::to_string(dimensions) + " directions, not " + std::to_string(count));
  }
}

/// The next `rows` latents as the generator was trained with them, row by row: rows×zDim of numpy's `randn`, or of its
/// `uniform(-1, 1)`.
inline FloatTensor drawLatents(NumpyRandom& random, int rows, const GeneratorInfo& info) {
  FloatTensor z{{rows, info.zDim},
                std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(info.zDim))};
  for (float& value : z.values) {
    const bool normal = info.zDistribution == ZDistribution::Normal;
    value = static_cast<float>(normal ? random.gauss() : -1.0 + 2.0 * random.uniform());
  }
  return z;
}

}  // namespace loom::model
