#include "model/generators/instance_norm.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace loom::model {
namespace {

using torch::Tensor;

/// Channels that a thread takes through the whole picture: of each pixel one line of the processor's cache.
constexpr std::size_t kTogether = 16;

/// `kCount` channels of one picture that is channels last; a number known beforehand, so that the compiler takes
/// several of them at once.
template <std::size_t kCount>
struct Channels {
  float* first = nullptr;  ///< of the picture's first pixel
  std::int64_t step = 0;   ///< from pixel to pixel
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  /// Of what `each(value, channel)` gives; floats add up along a row, doubles over the rows.
  template <typename Each>
  std::array<double, kCount> sum(const Each& each) const {
    std::array<double, kCount> sums{};
    for (std::int64_t row = 0; row < rows; ++row) {
      std::array<float, kCount> part{};
      const float* pixel = first + row * columns * step;
      for (std::int64_t column = 0; column < columns; ++column, pixel += step) {
        for (std::size_t c = 0; c < kCount; ++c) {
          part[c] += each(pixel[c], c);
        }
      }
      for (std::size_t c = 0; c < kCount; ++c) {
        sums[c] += part[c];
      }
    }
    return sums;
  }
};

/// scale and offset: of the first channel, or null.
template <std::size_t kCount>
void normalise(const Channels<kCount>& channels, const float* scale, const float* offset, double epsilon) {
  const double pixels = static_cast<double>(channels.rows * channels.columns);
  std::array<float, kCount> mean{};
  const auto sums = channels.sum([](float x, std::size_t) { return x; });
  std::transform(sums.begin(), sums.end(), mean.begin(), [&](double sum) { return static_cast<float>(sum / pixels); });
  // Around the mean: the difference of two large sums would be mostly rounding where the mean is large.
  const auto squares = channels.sum([&](float x, std::size_t c) { return (x - mean[c]) * (x - mean[c]); });
  std::array<float, kCount> factor{};
  std::array<float, kCount> added{};
  for (std::size_t c = 0; c < kCount; ++c) {
    factor[c] = static_cast<float>((scale ? scale[c] : 1.0F) / std::sqrt(squares[c] / pixels + epsilon));
    added[c] = offset ? offset[c] : 0.0F;
  }
  float* pixel = channels.first;
  for (std::int64_t i = 0; i < channels.rows * channels.columns; ++i, pixel += channels.step) {
    for (std::size_t c = 0; c < kCount; ++c) {
      pixel[c] = (pixel[c] - mean[c]) * factor[c] + added[c];
    }
  }
}

/// `kCount` channels from `channel` on of the `picture`-th of y.
template <std::size_t kCount>
void normalise(const Tensor& y, std::int64_t picture, std::int64_t channel, const Tensor& scales, const Tensor& offsets,
               double epsilon) {
  const std::int64_t all = y.size(1);
  const auto from = [&](const Tensor& rows) {
    return rows.defined() ? rows.data_ptr<float>() + picture * all + channel : nullptr;
  };
  const Channels<kCount> channels{y.data_ptr<float>() + picture * all * y.size(2) * y.size(3) + channel, all, y.size(2),
                                  y.size(3)};
  normalise(channels, from(scales), from(offsets), epsilon);
}

}  // namespace

Tensor instanceNorm(const Tensor& x, const Tensor& scale, const Tensor& offset, double epsilon) {
  if (!x.is_cpu()) {
    const auto spread = [](const Tensor& t) { return t.unsqueeze(-1).unsqueeze(-1); };
    const Tensor y = torch::instance_norm(x, {}, {}, {}, {}, true, 0.0, epsilon, /*cudnn_enabled=*/true);
    return scale.defined() ? torch::addcmul(spread(offset), y, spread(scale)) : y;
  }
  const Tensor y = x.contiguous(at::MemoryFormat::ChannelsLast);
  const Tensor scales = scale.defined() ? scale.expand({y.size(0), -1}).contiguous() : scale;
  const Tensor offsets = offset.defined() ? offset.expand({y.size(0), -1}).contiguous() : offset;
  constexpr auto kStep = static_cast<std::int64_t>(kTogether);
  const std::int64_t groups = (y.size(1) + kStep - 1) / kStep;
  at::parallel_for(0, y.size(0) * groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t picture = i / groups;
      const std::int64_t first = i % groups * kStep;
      const std::int64_t last = std::min(y.size(1), first + kStep);
      if (last - first == kStep) {
        normalise<kTogether>(y, picture, first, scales, offsets, epsilon);
        continue;
      }
      for (std::int64_t channel = first; channel < last; ++channel) {
        normalise<1>(y, picture, channel, scales, offsets, epsilon);
      }
    }
  });
  return y;
}

}  // namespace loom::model
