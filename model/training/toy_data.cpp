#include "model/training/toy_data.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <stdexcept>

namespace loom::model {

ToyData toyData(const std::string& name) {
  ToyData data;
  if (name == "ring") {
    constexpr int kModes = 8;
    for (int i = 0; i < kModes; ++i) {
      const double angle = 2.0 * std::numbers::pi * i / kModes;
      data.centers.push_back(static_cast<float>(std::cos(angle)));
      data.centers.push_back(static_cast<float>(std::sin(angle)));
    }
    data.deviation = 0.02 / 2.0;
  } else if (name == "grid") {
    for (int y = -2; y <= 2; ++y) {
      for (int x = -2; x <= 2; ++x) {
        data.centers.push_back(static_cast<float>(x) / 2.0F);
        data.centers.push_back(static_cast<float>(y) / 2.0F);
      }
    }
    data.deviation = 0.05 / 4.0;
  } else {
    throw std::runtime_error("there is no toy '" + name + "'; there are ring, grid");
  }
  return data;
}

std::vector<float> toyBatch(const ToyData& data, int count, std::uint64_t seed, std::int64_t batch) {
  std::seed_seq mixed{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U),
                      static_cast<std::uint32_t>(batch), static_cast<std::uint32_t>(batch >> 32U)};
  std::mt19937_64 random(mixed);
  const auto uniform = [&] { return (static_cast<double>(random() >> 11U) + 0.5) / 9007199254740992.0; };
  std::vector<float> points;
  points.reserve(static_cast<std::size_t>(count) * 2);
  for (int i = 0; i < count; ++i) {
    const auto mode = static_cast<std::size_t>(random() % static_cast<std::uint64_t>(data.modes()));
    // Box and Muller: the standard's normal_distribution differs from library to library.
    const double radius = data.deviation * std::sqrt(-2.0 * std::log(uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    points.push_back(data.centers[2 * mode] + static_cast<float>(radius * std::cos(angle)));
    points.push_back(data.centers[2 * mode + 1] + static_cast<float>(radius * std::sin(angle)));
  }
  return points;
}

ToyScore scoreToy(const ToyData& data, const std::vector<float>& points) {
  const std::size_t count = points.size() / 2;
  std::vector<int> hits(static_cast<std::size_t>(data.modes()), 0);
  std::vector<int> near(hits.size(), 0);
  std::size_t good = 0;
  for (std::size_t i = 0; i < count; ++i) {
    double nearest = INFINITY;
    std::size_t mode = 0;
    for (std::size_t m = 0; m < hits.size(); ++m) {
      const double distance = std::hypot(points[2 * i] - data.centers[2 * m], points[2 * i + 1] - data.centers[2 * m + 1]);
      if (distance < nearest) {
        nearest = distance;
        mode = m;
      }
    }
    ++near[mode];
    if (nearest <= 3.0 * data.deviation) {
      ++hits[mode];
      ++good;
    }
  }
  const double needed = 20.0 * static_cast<double>(count) / 2500.0;
  const double fewest = static_cast<double>(count) / (5.0 * data.modes());
  return {static_cast<int>(std::count_if(hits.begin(), hits.end(), [&](int hit) { return hit >= needed && hit > 0; })),
          static_cast<int>(std::count_if(near.begin(), near.end(), [&](int hit) { return hit >= fewest && hit > 0; })),
          count ? static_cast<double>(good) / static_cast<double>(count) : 0.0};
}

}  // namespace loom::model
