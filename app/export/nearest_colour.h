// Which of some hundred colours is nearest to another.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

namespace loom::app {

/// They lie in the order of their brightness, red + green + blue. Colours whose brightnesses are b apart are at least
/// b/√3 apart themselves, so that a search to both sides soon ends.
class NearestColour {
 public:
  using Colour = std::array<double, 3>;  ///< red, green, blue

  /// At least one.
  explicit NearestColour(const std::vector<Colour>& colours) {
    for (std::size_t i = 0; i < colours.size(); ++i) {
      m_entries.push_back({brightnessOf(colours[i]), colours[i], i});
    }
    std::sort(m_entries.begin(), m_entries.end(),
              [](const Entry& a, const Entry& b) { return a.brightness < b.brightness; });
  }

  /// Its number; of several that are equally near the smallest.
  std::size_t of(const Colour& colour) const {
    const double brightness = brightnessOf(colour);
    const auto middle =
        std::lower_bound(m_entries.begin(), m_entries.end(), brightness,
                         [](const Entry& entry, double value) { return entry.brightness < value; });
    double least = std::numeric_limits<double>::max();
    std::size_t number = m_entries.size();
    /// False where neither this entry nor any behind it can be nearer.
    const auto look = [&](const Entry& entry) {
      const double apart = entry.brightness - brightness;
      if (apart * apart > 3.0 * least) {
        return false;
      }
      double distance = 0.0;
      for (std::size_t c = 0; c < 3; ++c) {
        distance += (entry.colour[c] - colour[c]) * (entry.colour[c] - colour[c]);
      }
      if (distance < least || (distance == least && entry.number < number)) {
        least = distance;
        number = entry.number;
      }
      return true;
    };
    auto above = middle;
    auto below = middle;
    for (bool up = true, down = true; up || down;) {
      up = up && above != m_entries.end() && look(*above++);
      down = down && below != m_entries.begin() && look(*--below);
    }
    return number;
  }

 private:
  struct Entry {
    double brightness = 0.0;
    Colour colour{};
    std::size_t number = 0;
  };
  static double brightnessOf(const Colour& colour) { return colour[0] + colour[1] + colour[2]; }

  std::vector<Entry> m_entries;
};

}  // namespace loom::app
