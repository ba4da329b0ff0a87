// Two-dimensional data whose modes can be counted: eight Gaussians in a ring, twenty-five on a grid, scaled to ±1.
// Standard C++ alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace loom::model {

struct ToyData {
  std::vector<float> centers;  ///< x, y of each mode
  double deviation = 0.0;      ///< of each Gaussian

  int modes() const { return static_cast<int>(centers.size() / 2); }
};

/// "ring": radius 2, deviation 0.02; "grid": −4 … 4, deviation 0.05; both divided by their largest coordinate. Throws
/// std::runtime_error on another name.
ToyData toyData(const std::string& name);

/// `count` points x, y: a pure function of seed and batch.
std::vector<float> toyBatch(const ToyData& data, int count, std::uint64_t seed, std::int64_t batch);

struct ToyScore {
  int modesHit = 0;          ///< with at least twenty high-quality samples of 2,500, or as many of other counts
  int modesNear = 0;         ///< that are the nearest one of a fifth of their share of samples, however far those are
  double highQuality = 0.0;  ///< share within three deviations of the nearest mode
};

/// `points`: x, y of each.
ToyScore scoreToy(const ToyData& data, const std::vector<float>& points);

}  // namespace loom::model
