#include "model/latent/incremental_pca.h"

#include "model/latent/direction_tensors.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loom::model {
namespace {

using torch::Tensor;

/// rows·rowsᵀ, of short blocks of columns in float32, which is far quicker, and their sum in float64.
Tensor products(const Tensor& rows) {
  constexpr std::int64_t kColumns = 4096;
  Tensor sum = torch::zeros({rows.size(0), rows.size(0)}, torch::kFloat64);
  for (std::int64_t first = 0; first < rows.size(1); first += kColumns) {
    const Tensor block = rows.slice(1, first, first + kColumns);
    sum += block.mm(block.t());
  }
  return sum;
}

}  // namespace

void IncrementalPca::add(Tensor rows) {
  const auto count = static_cast<double>(rows.size(0));
  const Tensor mean = rows.mean(0, false, torch::kFloat64);
  rows = rows - mean.to(torch::kFloat32);
  if (m_count > 0) {
    // What came before stands for itself by its axes at their lengths, and the shift of the mean is one row more.
    const auto before = static_cast<double>(m_count);
    const Tensor shift = (m_mean.to(torch::kFloat64) - mean) * std::sqrt(before * count / (before + count));
    rows = torch::cat(
        {m_axes * m_singular.to(torch::kFloat32).unsqueeze(1), rows, shift.to(torch::kFloat32).unsqueeze(0)});
    m_mean = ((m_mean.to(torch::kFloat64) * before + mean * count) / (before + count)).to(torch::kFloat32);
  } else {
    m_mean = mean.to(torch::kFloat32);
  }
  m_count += static_cast<std::int64_t>(count);
  // Of rows·rowsᵀ and rowsᵀ·rows the smaller one is taken apart: both have the same values.
  const bool narrow = rows.size(1) <= rows.size(0);
  const auto [vectors, squares] =
      leading(products(narrow ? rows.t() : rows), std::min({m_most, rows.size(0), rows.size(1)}));
  constexpr double kNothing = 1e-9;  // of the strongest: rounding, and the row that centring costs
  const std::int64_t kept =
      std::max<std::int64_t>(1, squares.gt(squares[0].item<double>() * kNothing).sum().item<std::int64_t>());
  m_singular = squares.slice(0, 0, kept).clamp_min(0.0).sqrt();
  const Tensor found = vectors.slice(0, 0, kept);
  m_axes = narrow ? found.to(torch::kFloat32)
                  : (found / m_singular.clamp_min(1e-30).unsqueeze(1)).to(torch::kFloat32).mm(rows);
}

Tensor IncrementalPca::deviations() const {
  return m_singular / std::sqrt(static_cast<double>(std::max<std::int64_t>(1, m_count - 1)));
}

}  // namespace loom::model
