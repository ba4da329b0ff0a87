// A float32 array in host memory: how numbers cross the border of model/, where no torch header may go.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

namespace loom::model {

/// Contiguous, row-major ("C order"). `values.size()` is the product of `shape`.
struct FloatTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;

  /// Number of elements that `shape` asks for; 1 for a scalar (empty shape).
  std::int64_t elementCount() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, [](auto a, auto b) { return a * b; });
  }

  bool operator==(const FloatTensor&) const = default;
};

}  // namespace loom::model
