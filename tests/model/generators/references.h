// Pictures of the original programs, and how far ours are from them.
#pragma once

#include "model/checkpoint/checkpoint_reader.h"
#include "model/float_tensor.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>

namespace loom::test {

constexpr double kTolerance = 1e-4;  // of the largest magnitude

using Tensors = std::map<std::string, model::FloatTensor>;

/// Every tensor of the file's first group.
inline Tensors tensorsOf(const std::filesystem::path& path) {
  const model::Checkpoint file = model::readCheckpoint(path);
  Tensors tensors;
  for (const model::TensorView& tensor : file.groups.at(0).tensors) {
    tensors[tensor.name] = {tensor.shape, tensor.toFloat32()};
  }
  return tensors;
}

/// Largest difference as a share of the largest magnitude expected; infinite where shapes differ or a value is no number.
inline double difference(const model::FloatTensor& got, const model::FloatTensor& expected) {
  double largest = 0.0;
  double apart = got.shape == expected.shape ? 0.0 : INFINITY;
  for (std::size_t i = 0; i < expected.values.size() && std::isfinite(apart); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected.values[i])));
    const double off = std::abs(static_cast<double>(got.values[i]) - expected.values[i]);
    apart = std::isnan(off) ? INFINITY : std::max(apart, off);
  }
  return apart / largest;
}

}  // namespace loom::test
