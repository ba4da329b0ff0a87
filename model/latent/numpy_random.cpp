#include "model/numpy_random.h"

#include <cmath>

namespace loom::model {

double NumpyRandom::uniform() {
  const std::uint32_t high = static_cast<std::uint32_t>(m_engine()) >> 5U;
  const std::uint32_t low = static_cast<std::uint32_t>(m_engine()) >> 6U;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

double NumpyRandom::gauss() {
  if (m_hasSpare) {
    m_hasSpare = false;
    return m_spare;
  }
  double x1 = 0.0;
  double x2 = 0.0;
  double r2 = 0.0;
  do {
    x1 = 2.0 * uniform() - 1.0;
    x2 = 2.0 * uniform() - 1.0;
    r2 = x1 * x1 + x2 * x2;
  } while (r2 >= 1.0 || r2 == 0.0);
  const double factor = std::sqrt(-2.0 * std::log(r2) / r2);
  m_spare = factor * x1;
  m_hasSpare = true;
  return factor * x2;
}

std::vector<float> normalVector(std::uint32_t seed, int count) {
  NumpyRandom random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    value = static_cast<float>(random.gauss());
  }
  return values;
}

std::vector<float> uniformVector(std::uint32_t seed, int count) {
  NumpyRandom random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    value = static_cast<float>(-1.0 + 2.0 * random.uniform());
  }
  return values;
}

}  // namespace loom::model
