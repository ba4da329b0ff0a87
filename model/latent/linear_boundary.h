// L2-regularised logistic regression with two kinds of equal weight.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace loom::model {

/// Rows of `dimensions` values and the side that each is on, +1 or −1.
struct SidedRows {
  std::size_t dimensions = 0;
  std::vector<double> values;
  std::vector<double> sides;

  std::size_t count() const { return sides.size(); }
  std::span<const double> row(std::size_t index) const { return {values.data() + index * dimensions, dimensions}; }
};

struct LinearBoundary {
  std::vector<double> normal;  ///< not of length 1: as the fit gives it
  double offset = 0.0;
};

/// The boundary that minimises ½|v|² + cost · Σ weight · log(1 + exp(−side (v·x + b))); the weights of each side sum to half
/// the count of rows. Newton's method, whose steps conjugate gradients find (Lin, Weng & Keerthi 2008), until the gradient
/// is 10⁻⁹ of its first length. `goOn` is called in each step and may throw. Both sides need a row.
LinearBoundary fitBoundary(const SidedRows& rows, double cost, const std::function<void()>& goOn);

}  // namespace loom::model
