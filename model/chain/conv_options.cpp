#include "model/chain/conv_options.h"

#include <algorithm>

namespace loom::model {
namespace {

constexpr std::int64_t kLargestKernel = 16;
constexpr double kOdd = 3.5;  // nothing forbids it, nobody does it

double transposedCost(std::int64_t kernel, int stride, int padding, int extra) {
  const std::int64_t growth = kernel - 2 * padding + extra - stride;  // output = side · stride + growth
  if (growth == 0 && stride == 2) {
    return extra == 0 ? 0.0 : 0.2;
  }
  if (growth == 0) {
    return stride == 1 ? 0.5 : 0.8 * (stride - 1);
  }
  if (padding == 0 && extra == 0 && stride <= 2) {
    return 1.2;
  }
  return padding == 1 && extra == 0 && stride == 2 ? 1.5 : kOdd;
}

}  // namespace

std::vector<ConvOption> transposedOptions(std::int64_t kernel, std::int64_t side) {
  std::vector<ConvOption> options;
  if (kernel > kLargestKernel) {
    return {{1, 0, 0, 0.5}};
  }
  const int mostPadding = static_cast<int>(std::min<std::int64_t>(3, kernel - 1));
  if (side == 1) {  // the stride is without effect here
    for (int padding = 0; padding <= mostPadding; ++padding) {
      options.push_back({1, padding, 0, padding == 0 ? 0.0 : kOdd});
    }
    return options;
  }
  for (int stride = 1; stride <= 4; ++stride) {
    for (int padding = 0; padding <= mostPadding; ++padding) {
      for (int extra = 0; extra <= std::min(1, stride - 1); ++extra) {
        options.push_back({stride, padding, extra, transposedCost(kernel, stride, padding, extra)});
      }
    }
  }
  return options;
}

std::vector<ConvOption> convOptions(std::int64_t kernel) {
  if (kernel > kLargestKernel) {
    return {{1, 0, 0, 0.5}};
  }
  std::vector<ConvOption> options;
  const int same = static_cast<int>((kernel - 1) / 2);
  for (int padding = 0; padding <= std::max(3, same); ++padding) {
    if (padding > kernel) {
      break;
    }
    const double cost = padding == same && kernel % 2 == 1 ? 0.0 : padding == 0 ? 1.2 : padding == same ? 2.0 : kOdd;
    options.push_back({1, padding, 0, cost});
  }
  options.push_back({2, same, 0, 2.5});
  return options;
}

double pictureCost(std::int64_t channels, std::int64_t side) {
  const bool powerOfTwo = (side & (side - 1)) == 0;
  const double grey = channels == 1 ? 0.3 : 0.0;  // where both would do
  if (side == 28) {
    return channels == 1 ? 0.0 : 1.5;
  }
  if (powerOfTwo && side >= 32 && side <= 1024) {
    return side == 32 || side == 64 || side == 128 || side == 256 ? grey : 0.5 + grey;
  }
  if (powerOfTwo && side >= 8) {
    return side == 16 ? 1.0 : 2.0;
  }
  if (side >= 32 && side <= 1024 && side % 16 == 0) {
    return 3.0;
  }
  return side >= 16 && side % 8 == 0 ? 4.5 : 7.0;
}

}  // namespace loom::model
