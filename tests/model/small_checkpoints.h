// Tiny state_dicts that tests write for themselves.
#pragma once

#include "model/checkpoint/safetensors_writer.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace loom::test {

using NamedTensors = std::vector<std::pair<std::string, model::FloatTensor>>;

/// Values that differ from place to place and stay small.
inline model::FloatTensor wave(std::vector<std::int64_t> shape, float amplitude = 0.3F) {
  model::FloatTensor tensor{std::move(shape), {}};
  tensor.values.resize(static_cast<std::size_t>(tensor.elementCount()));
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    tensor.values[i] = amplitude * std::sin(static_cast<float>(i) * 1.7F + 0.3F);
  }
  return tensor;
}

inline model::FloatTensor filled(std::vector<std::int64_t> shape, float value) {
  model::FloatTensor tensor{std::move(shape), {}};
  tensor.values.assign(static_cast<std::size_t>(tensor.elementCount()), value);
  return tensor;
}

/// A DCGAN in the PyTorch example's layout: `widths` are the channels between z and the picture.
inline NamedTensors dcgan(std::int64_t zDim, const std::vector<std::int64_t>& widths, std::int64_t channels,
                          const std::string& prefix = "main.") {
  NamedTensors tensors;
  std::int64_t in = zDim;
  int number = 0;
  for (const std::int64_t out : widths) {
    tensors.emplace_back(prefix + std::to_string(number) + ".weight", wave({in, out, 4, 4}));
    const std::string norm = prefix + std::to_string(number + 1) + ".";
    tensors.emplace_back(norm + "weight", filled({out}, 1.0F));
    tensors.emplace_back(norm + "bias", filled({out}, 0.1F));
    tensors.emplace_back(norm + "running_mean", filled({out}, 0.0F));
    tensors.emplace_back(norm + "running_var", filled({out}, 1.0F));
    in = out;
    number += 3;
  }
  tensors.emplace_back(prefix + std::to_string(number) + ".weight", wave({in, channels, 4, 4}));
  return tensors;
}

/// A plain MLP GAN: linear layers at 0, 2, 4, …
inline NamedTensors mlp(const std::vector<std::int64_t>& widths, const std::string& prefix = "") {
  NamedTensors tensors;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const std::string layer = prefix + std::to_string(2 * i) + ".";
    tensors.emplace_back(layer + "weight", wave({widths[i + 1], widths[i]}));
    tensors.emplace_back(layer + "bias", wave({widths[i + 1]}));
  }
  return tensors;
}

}  // namespace loom::test
