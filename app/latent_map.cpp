#include "app/latent_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace loom::app {
namespace {

constexpr int kSide = 16;  // pixels of the pictures that are compared

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Scales to length 1; false where there is nothing to scale.
bool normalise(std::vector<double>& v) {
  const double length = std::sqrt(dot(v, v));
  if (!(length > 1e-12)) {
    return false;
  }
  for (double& value : v) {
    value /= length;
  }
  return true;
}

/// Scores of all rows along the strongest axis of N×dim `rows` (centred).
std::vector<double> strongest(const std::vector<std::vector<double>>& rows, const model::Interrupt& interrupt) {
  const std::size_t width = rows.front().size();
  std::vector<double> axis(width);
  for (std::size_t i = 0; i < width; ++i) {
    axis[i] = 1.0 + 0.37 * std::sin(static_cast<double>(i + 1));  // at right angles to nothing in particular
  }
  normalise(axis);
  std::vector<double> scores(rows.size());
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    if (interrupt && interrupt()) {
      throw model::Interrupted();
    }
    std::vector<double> next(width, 0.0);
    for (std::size_t n = 0; n < rows.size(); ++n) {
      scores[n] = dot(rows[n], axis);
      for (std::size_t i = 0; i < width; ++i) {
        next[i] += scores[n] * rows[n][i];
      }
    }
    if (!normalise(next)) {
      break;  // all rows are the same
    }
    const double turned = 1.0 - std::abs(dot(next, axis));
    axis = std::move(next);
    if (turned < 1e-10) {
      break;
    }
  }
  for (std::size_t n = 0; n < rows.size(); ++n) {
    scores[n] = dot(rows[n], axis);
  }
  return scores;
}

model::FloatTensor stylesOf(const model::OpenedModel& model, const std::vector<model::LatentState>& states) {
  const auto& info = model.info();
  model::FloatTensor z{{static_cast<std::int64_t>(states.size()), info.zDim}, {}};
  for (const auto& state : states) {
    const auto one = model::resolveZ(state, info);
    z.values.insert(z.values.end(), one.begin(), one.end());
  }
  return model.mapLatents(z);
}

/// Small pictures as rows, brightness and colour alike.
model::FloatTensor looksOf(const model::OpenedModel& model, const std::vector<model::LatentState>& states,
                           const model::Interrupt& interrupt, const std::function<void(double)>& progress) {
  constexpr std::size_t kTogether = 8;
  model::FloatTensor rows{{static_cast<std::int64_t>(states.size()), 0}, {}};
  for (std::size_t i = 0; i < states.size(); i += kTogether) {
    const auto end = std::min(states.size(), i + kTogether);
    for (const model::Frame& frame : model.renderSmall({states.begin() + static_cast<std::ptrdiff_t>(i),
                                                        states.begin() + static_cast<std::ptrdiff_t>(end)},
                                                       kSide, interrupt)) {
      const auto pixels = static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height);
      rows.shape[1] = static_cast<std::int64_t>(pixels * 3);
      for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
          rows.values.push_back(static_cast<float>(frame.pixels.data[pixel * 4 + channel]) / 255.0F);
        }
      }
    }
    progress(static_cast<double>(end) / static_cast<double>(states.size()));
  }
  return rows;
}

}  // namespace

std::vector<std::pair<float, float>> principalPlane(const model::FloatTensor& table, const model::Interrupt& interrupt) {
  const auto count = static_cast<std::size_t>(table.shape.at(0));
  const auto width = static_cast<std::size_t>(table.shape.at(1));
  std::vector<double> mean(width, 0.0);
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    mean[i % width] += table.values[i] / static_cast<double>(count);
  }
  std::vector<std::vector<double>> rows(count, std::vector<double>(width));
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    rows[i / width][i % width] = table.values[i] - mean[i % width];
  }
  const std::vector<double> first = strongest(rows, interrupt);
  // Without what lies along the first axis: axis = Σ score · row, up to its length.
  std::vector<double> axis(width, 0.0);
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t i = 0; i < width; ++i) {
      axis[i] += first[n] * rows[n][i];
    }
  }
  if (normalise(axis)) {
    for (auto& row : rows) {
      const double along = dot(row, axis);
      for (std::size_t i = 0; i < width; ++i) {
        row[i] -= along * axis[i];
      }
    }
  }
  const std::vector<double> second = strongest(rows, interrupt);
  std::vector<std::pair<float, float>> places;
  for (std::size_t n = 0; n < count; ++n) {
    places.emplace_back(static_cast<float>(first[n]), static_cast<float>(second[n]));
  }
  return places;
}

LatentMap makeLatentMap(const model::OpenedModel& model, const model::LatentState& look, MapKind kind, int count,
                        const model::Interrupt& interrupt, const std::function<void(double)>& progress) {
  LatentMap map;
  std::vector<model::LatentState> states;
  for (int i = 0; i < count; ++i) {
    map.seeds.push_back(static_cast<std::uint32_t>(i));
    states.push_back(model::withSeed(look, map.seeds.back()));
  }
  const bool styles = kind == MapKind::Styles && model.info().wDim > 0;
  map.places = principalPlane(styles ? stylesOf(model, states) : looksOf(model, states, interrupt, progress), interrupt);
  float wide = 1e-9F;
  float high = 1e-9F;
  for (const auto& [x, y] : map.places) {
    wide = std::max(wide, std::abs(x));
    high = std::max(high, std::abs(y));
  }
  for (auto& [x, y] : map.places) {
    x /= wide;
    y /= high;
  }
  return map;
}

}  // namespace loom::app
