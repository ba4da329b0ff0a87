// numpy.random.RandomState: the field calls a picture by its seed and means this generator.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace loom::model {

/// Yields the very numbers of `numpy.random.RandomState(seed)`: MT19937 seeded by Knuth's recurrence, 53-bit doubles,
/// and the legacy polar (Marsaglia) Gaussian, which hands out the second of each pair first kept back.
/// Source: numpy/random/src/legacy/legacy-distributions.c and src/mt19937/mt19937.c.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : m_engine(seed) {}

  double uniform();  ///< in [0, 1), as `random_sample`
  double gauss();    ///< standard normal, as `randn`

 private:
  std::mt19937 m_engine;
  bool m_hasSpare = false;
  double m_spare = 0.0;
};

/// `RandomState(seed).randn(count)` rounded to float32.
std::vector<float> normalVector(std::uint32_t seed, int count);

/// `RandomState(seed).uniform(-1, 1, count)` rounded to float32.
std::vector<float> uniformVector(std::uint32_t seed, int count);

}  // namespace loom::model
