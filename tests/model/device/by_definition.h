// What the kernels' jobs are by their definition: zeros put between, padded, filtered, thinned, all in double and in
// the order that the originals write them down. And pictures as the kernels find them, in either order and precision.
#pragma once

#include "model/device/picture_offset.h"

#include <QRandomGenerator>

#include <algorithm>
#include <cmath>
#include <vector>

namespace loom::test {

/// count×channels×height×width in this order, double.
struct Pictures {
  int count = 1;
  int channels = 1;
  int height = 0;
  int width = 0;
  std::vector<double> values;

  Pictures(int n, int c, int h, int w)
      : count(n), channels(c), height(h), width(w), values(static_cast<std::size_t>(n * c * h * w)) {}
  double& at(int n, int c, int y, int x) {
    return values[static_cast<std::size_t>(((n * channels + c) * height + y) * width + x)];
  }
  double at(int n, int c, int y, int x) const { return const_cast<Pictures*>(this)->at(n, c, y, x); }

  template <typename Change>
  void forEach(const Change& change) {
    for (int n = 0; n < count; ++n) {
      for (int c = 0; c < channels; ++c) {
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < width; ++x) {
            change(at(n, c, y, x), n, c, y, x);
          }
        }
      }
    }
  }
};

/// Pictures in the memory that a job points to.
class Stored {
 public:
  Stored(int count, int channels, int height, int width, bool channelsLast, LoomElement element)
      : m_shape{count, channels, height, width, channelsLast ? 1 : 0}, m_element(element) {
    const std::size_t size = static_cast<std::size_t>(count) * static_cast<std::size_t>(model::elementsOf(m_shape));
    // Not zero: what a kernel does not write shows.
    element == LOOM_HALF ? m_halves.resize(size, model::Half{0x7E00}) : m_floats.resize(size, NAN);
  }

  const LoomPictures& shape() const { return m_shape; }
  LoomElement element() const { return m_element; }
  void* data() { return m_element == LOOM_HALF ? static_cast<void*>(m_halves.data()) : m_floats.data(); }
  std::size_t bytes() const { return m_halves.size() * sizeof(model::Half) + m_floats.size() * sizeof(float); }

  void fill(QRandomGenerator& random) {
    for (std::size_t i = 0; i < m_floats.size() + m_halves.size(); ++i) {
      const auto value = static_cast<float>(random.generateDouble() * 3.0 - 1.4);
      m_element == LOOM_HALF ? model::store(value, m_halves[i]) : model::store(value, m_floats[i]);
    }
  }

  Pictures read() const {
    Pictures pictures(m_shape.count, m_shape.channels, m_shape.height, m_shape.width);
    pictures.forEach([&](double& value, int n, int c, int y, int x) {
      const std::size_t place =
          model::pictureOffset(m_shape, n) + static_cast<std::size_t>(model::elementOffset(m_shape, c, y, x));
      value = static_cast<double>(m_element == LOOM_HALF ? model::load(m_halves[place]) : m_floats[place]);
    });
    return pictures;
  }

 private:
  LoomPictures m_shape;
  LoomElement m_element;
  std::vector<float> m_floats;
  std::vector<model::Half> m_halves;
};

inline std::vector<float> someFloats(QRandomGenerator& random, int count, double low = -0.9, double high = 1.1) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    value = static_cast<float>(low + random.generateDouble() * (high - low));
  }
  return values;
}

/// The largest difference as a share of the largest magnitude expected; infinite where one is NaN alone.
inline double difference(const Pictures& got, const Pictures& expected) {
  double largest = 1e-30;
  double apart = 0.0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const double off = std::abs(got.values.at(i) - expected.values[i]);
    apart = std::isnan(off) ? INFINITY : std::max(apart, off);
    largest = std::max(largest, std::abs(expected.values[i]));
  }
  return apart / largest;
}

/// What rounding may do to a sum of some dozens of terms, and to what is stored.
inline double tolerance(LoomElement stored) { return stored == LOOM_HALF ? 0x1p-11 + 3e-6 : 3e-6; }

/// A filter of rows×columns taps.
struct Filter {
  int rows = 1;
  int columns = 1;
  std::vector<double> taps{1.0};
  double at(int y, int x) const { return taps[static_cast<std::size_t>(y * columns + x)]; }
};

/// The product of a filter of one dimension with itself.
inline Filter squareOf(const std::vector<float>& taps) {
  Filter square{static_cast<int>(taps.size()), static_cast<int>(taps.size()), {}};
  for (const float a : taps) {
    for (const float b : taps) {
      square.taps.push_back(static_cast<double>(a) * b);
    }
  }
  return square;
}

struct Padding {
  int left = 0;
  int right = 0;
  int top = 0;
  int bottom = 0;
};

/// Zeros between, then padding or cutting.
inline Pictures spread(const Pictures& in, int upX, int upY, const Padding& pad) {
  Pictures out(in.count, in.channels, in.height * upY + pad.top + pad.bottom, in.width * upX + pad.left + pad.right);
  out.forEach([&](double& value, int n, int c, int y, int x) {
    const int fromY = y - pad.top;
    const int fromX = x - pad.left;
    const bool isPixel = fromY >= 0 && fromX >= 0 && fromY < in.height * upY && fromX < in.width * upX &&
                         fromY % upY == 0 && fromX % upX == 0;
    value = isPixel ? in.at(n, c, fromY / upY, fromX / upX) : 0.0;
  });
  return out;
}

/// Correlated with the filter, or convolved, where it fits in wholly, at every so manieth place.
inline Pictures filtered(const Pictures& in, const Filter& filter, bool flip, int downX, int downY, double gain) {
  Pictures out(in.count, in.channels, (in.height - filter.rows) / downY + 1, (in.width - filter.columns) / downX + 1);
  out.forEach([&](double& value, int n, int c, int y, int x) {
    for (int i = 0; i < filter.rows; ++i) {
      for (int j = 0; j < filter.columns; ++j) {
        const double tap = flip ? filter.at(i, j) : filter.at(filter.rows - 1 - i, filter.columns - 1 - j);
        value += in.at(n, c, y * downY + i, x * downX + j) * tap * gain;
      }
    }
  });
  return out;
}

}  // namespace loom::test
