// The strides and paddings that convolutions of GANs have, and how usual each is. Inside model/.
#pragma once

#include <cstdint>
#include <vector>

namespace loom::model {

struct ConvOption {
  int stride = 1;
  int padding = 0;
  int outputPadding = 0;
  double cost = 0.0;  ///< 0: what everybody writes
};

/// For a transposed convolution of a `kernel`×`kernel` over side × side.
std::vector<ConvOption> transposedOptions(std::int64_t kernel, std::int64_t side);

/// For a convolution.
std::vector<ConvOption> convOptions(std::int64_t kernel);

/// How unusual a square picture is: 0 for 28 or a power of two from 32 on.
double pictureCost(std::int64_t channels, std::int64_t side);

}  // namespace loom::model
