#include "model/example_directions.h"

#include "model/latent/linear_boundary.h"
#include "model/numpy_random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace loom::model {
namespace {

using Vector = std::vector<double>;

constexpr double kNothing = 1e-6;  // of a unit vector: what is left of it is rounding

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

void addScaled(Vector& a, const Vector& b, double factor) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] += factor * b[i];
  }
}

/// False where it has no length.
bool normalise(Vector& a) {
  const double length = std::sqrt(dot(a, a));
  if (!(length > 0.0) || !std::isfinite(length)) {
    return false;
  }
  for (double& value : a) {
    value /= length;
  }
  return true;
}

Vector rowOf(const FloatTensor& rows, std::int64_t index) {
  const auto begin = rows.values.begin() + index * rows.shape[1];
  return {begin, begin + rows.shape[1]};
}

void checkExamples(const FloatTensor& rows, const char* side) {
  if (rows.shape.size() != 2 || rows.shape[1] < 1 || rows.elementCount() != static_cast<std::int64_t>(rows.values.size())) {
    throw ModelError(std::string("the ") + side + " examples are no table of places, one a row");
  }
  if (rows.shape[0] < kFewestExamples) {
    throw ModelError("there are only " + std::to_string(rows.shape[0]) + " " + side + " examples: mark at least " +
                     std::to_string(kFewestExamples) + " pictures that have it and " + std::to_string(kFewestExamples) +
                     " that have it not, better some hundred of each");
  }
  if (!std::all_of(rows.values.begin(), rows.values.end(), [](float value) { return std::isfinite(value); })) {
    throw ModelError(std::string("the ") + side + " examples hold values that are no numbers");
  }
}

/// All examples with a mean of 0 and a mean variance of 1, the positives first.
struct Examples {
  SidedRows rows;
  Vector mean;
  double scale = 1.0;  ///< what the rows were divided by

  Examples(const FloatTensor& positives, const FloatTensor& negatives) {
    checkExamples(positives, "positive");
    checkExamples(negatives, "negative");
    if (positives.shape[1] != negatives.shape[1]) {
      throw ModelError("the positive examples have " + std::to_string(positives.shape[1]) +
                       " dimensions and the negative ones " + std::to_string(negatives.shape[1]) +
                       ": both must be places in the same model's latent space");
    }
    rows.dimensions = static_cast<std::size_t>(positives.shape[1]);
    rows.values.assign(positives.values.begin(), positives.values.end());
    rows.values.insert(rows.values.end(), negatives.values.begin(), negatives.values.end());
    rows.sides.assign(static_cast<std::size_t>(positives.shape[0]), 1.0);
    rows.sides.resize(rows.sides.size() + static_cast<std::size_t>(negatives.shape[0]), -1.0);
    centre();
  }

 private:
  void centre() {
    mean.assign(rows.dimensions, 0.0);
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
      mean[i % rows.dimensions] += rows.values[i] / static_cast<double>(rows.count());
    }
    double squares = 0.0;
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
      rows.values[i] -= mean[i % rows.dimensions];
      squares += rows.values[i] * rows.values[i];
    }
    scale = std::sqrt(squares / static_cast<double>(rows.values.size()));
    if (!(scale > 0.0) || !std::isfinite(scale)) {
      throw ModelError("all examples lie at the same place: mark pictures that differ");
    }
    for (double& value : rows.values) {
      value /= scale;
    }
  }
};

/// The fold of each row: both sides are spread evenly, in an order that `seed` draws.
std::vector<int> foldsOf(const SidedRows& rows, int folds, std::uint32_t seed) {
  NumpyRandom random(seed);
  std::vector<std::pair<double, std::size_t>> order(rows.count());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = {random.uniform(), i};
  }
  std::sort(order.begin(), order.end());
  std::vector<int> fold(rows.count());
  int next[2] = {0, 0};
  for (const auto& [key, row] : order) {
    int& place = next[rows.sides[row] > 0.0 ? 1 : 0];
    fold[row] = place++ % folds;
  }
  return fold;
}

/// Held-out accuracy, the mean of both sides. `done(k)` behind fold k.
double accuracyOf(const SidedRows& rows, int folds, const BoundaryOptions& options, const std::function<void()>& goOn,
                  const std::function<void(int)>& done) {
  const std::vector<int> fold = foldsOf(rows, folds, options.seed);
  double right[2] = {0.0, 0.0};
  double all[2] = {0.0, 0.0};
  for (int held = 0; held < folds; ++held) {
    SidedRows rest{rows.dimensions, {}, {}};
    for (std::size_t i = 0; i < rows.count(); ++i) {
      if (fold[i] != held) {
        const auto row = rows.row(i);
        rest.values.insert(rest.values.end(), row.begin(), row.end());
        rest.sides.push_back(rows.sides[i]);
      }
    }
    const LinearBoundary boundary = fitBoundary(rest, options.cost, goOn);
    for (std::size_t i = 0; i < rows.count(); ++i) {
      if (fold[i] == held) {
        const auto row = rows.row(i);
        const double answer = std::inner_product(row.begin(), row.end(), boundary.normal.begin(), boundary.offset);
        const std::size_t side = rows.sides[i] > 0.0 ? 1 : 0;
        right[side] += answer * rows.sides[i] > 0.0 ? 1.0 : 0.0;
        all[side] += 1.0;
      }
    }
    done(held);
  }
  return 0.5 * (right[0] / all[0] + right[1] / all[1]);
}

/// The standard deviation of rows, whose mean is 0, along `normal`.
double spreadOf(const SidedRows& rows, const std::vector<float>& normal) {
  double squares = 0.0;
  for (std::size_t i = 0; i < rows.count(); ++i) {
    const auto row = rows.row(i);
    const double along = std::inner_product(row.begin(), row.end(), normal.begin(), 0.0);
    squares += along * along;
  }
  return std::sqrt(squares / static_cast<double>(rows.count() - 1));
}

}  // namespace

std::vector<float> withoutDirections(std::span<const float> direction, const FloatTensor& others) {
  Vector left(direction.begin(), direction.end());
  if (!normalise(left)) {
    throw ModelError("a direction of length 0 leads nowhere");
  }
  if (!others.values.empty()) {
    if (others.shape.size() != 2 || others.shape[1] != static_cast<std::int64_t>(left.size())) {
      throw ModelError("the directions that are to stay unchanged have other dimensions than the " +
                       std::to_string(left.size()) + " of this one");
    }
    std::vector<Vector> basis;  // Gram and Schmidt, twice: as good as a factorisation
    for (std::int64_t i = 0; i < others.shape[0]; ++i) {
      Vector other = rowOf(others, i);
      if (!normalise(other)) {
        throw ModelError("a direction of length 0 cannot stay unchanged");
      }
      for (int pass = 0; pass < 2; ++pass) {
        for (const Vector& unit : basis) {
          addScaled(other, unit, -dot(other, unit));
        }
      }
      if (std::sqrt(dot(other, other)) > kNothing && normalise(other)) {
        basis.push_back(std::move(other));
      }
    }
    for (int pass = 0; pass < 2; ++pass) {
      for (const Vector& unit : basis) {
        addScaled(left, unit, -dot(left, unit));
      }
    }
    if (std::sqrt(dot(left, left)) < kNothing || !normalise(left)) {
      throw ModelError("nothing is left of the direction: it lies within those that are to stay unchanged; leave one of "
                       "them out");
    }
  }
  return {left.begin(), left.end()};
}

Boundary findBoundary(const FloatTensor& positives, const FloatTensor& negatives, const BoundaryOptions& options,
                      const Interrupt& interrupt, const std::function<void(double)>& progress) {
  if (!(options.cost > 0.0) || !std::isfinite(options.cost) || options.folds < 2) {
    throw ModelError("a boundary needs a cost above 0 and 2 folds at least");
  }
  const Examples examples(positives, negatives);
  const auto goOn = [&] {
    if (interrupt && interrupt()) {
      throw Interrupted();
    }
  };
  const auto fewest = std::min(positives.shape[0], negatives.shape[0]);
  Boundary found;
  found.folds = static_cast<int>(std::min<std::int64_t>(options.folds, fewest));
  const auto tell = [&](int done) {
    if (progress) {
      progress(static_cast<double>(done + 1) / (found.folds + 1));
    }
  };
  found.accuracy = accuracyOf(examples.rows, found.folds, options, goOn, tell);
  LinearBoundary boundary = fitBoundary(examples.rows, options.cost, goOn);
  const double length = std::sqrt(dot(boundary.normal, boundary.normal));
  if (length <= 1e-9 * std::min(options.cost, 1.0) || !normalise(boundary.normal)) {
    throw ModelError("no boundary lies between the examples: both kinds are at the same places");
  }
  // In the examples' own scale the boundary is v·(x − mean)/scale + b = 0.
  found.offset = static_cast<float>(boundary.offset * examples.scale / length - dot(boundary.normal, examples.mean));
  const std::vector<float> normal(boundary.normal.begin(), boundary.normal.end());
  found.normal = withoutDirections(normal, options.unchanged);
  found.strength = static_cast<float>(spreadOf(examples.rows, found.normal) * examples.scale);
  tell(found.folds);
  return found;
}

Way wayBetween(std::span<const float> from, std::span<const float> to) {
  if (from.size() != to.size() || from.empty()) {
    throw ModelError("the two places have " + std::to_string(from.size()) + " and " + std::to_string(to.size()) +
                     " dimensions: both must be of the same model's latent space");
  }
  Vector way(to.begin(), to.end());
  addScaled(way, Vector(from.begin(), from.end()), -1.0);
  const double length = std::sqrt(dot(way, way));
  if (!normalise(way)) {
    throw ModelError("both pictures are at the same place: no direction leads from one to the other");
  }
  return {{way.begin(), way.end()}, static_cast<float>(length)};
}

std::vector<float> spreadAlong(const OpenedModel& model, const FloatTensor& directions, int samples, std::uint32_t seed,
                               const Interrupt& interrupt) {
  const GeneratorInfo& info = model.info();
  const int dimensions = info.wDim > 0 ? info.wDim : info.zDim;
  if (directions.shape.size() != 2 || directions.shape[1] != dimensions || samples < 2) {
    throw ModelError("its latent space has " + std::to_string(dimensions) + " dimensions: these directions are of another one");
  }
  const auto count = static_cast<std::size_t>(directions.shape[0]);
  if (info.wDim == 0) {
    const bool normal = info.zDistribution == ZDistribution::Normal;
    return std::vector<float>(count, normal ? 1.0F : static_cast<float>(1.0 / std::sqrt(3.0)));
  }
  constexpr int kAtOnce = 512;
  Vector sums(count, 0.0);
  Vector squares(count, 0.0);
  NumpyRandom random(seed);
  for (int first = 0; first < samples; first += kAtOnce) {
    if (interrupt && interrupt()) {
      throw Interrupted();
    }
    const int rows = std::min(kAtOnce, samples - first);
    FloatTensor z{{rows, info.zDim}, std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(info.zDim))};
    for (float& value : z.values) {
      value = static_cast<float>(random.gauss());
    }
    const FloatTensor w = model.mapLatents(z);
    const auto width = static_cast<std::size_t>(dimensions);
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      for (std::size_t k = 0; k < count; ++k) {
        const float* place = w.values.data() + row * width;
        const double along = std::inner_product(place, place + width, directions.values.data() + k * width, 0.0);
        sums[k] += along;
        squares[k] += along * along;
      }
    }
  }
  std::vector<float> spreads(count);
  for (std::size_t k = 0; k < count; ++k) {
    const double mean = sums[k] / samples;
    spreads[k] = static_cast<float>(std::sqrt(std::max(0.0, (squares[k] - samples * mean * mean) / (samples - 1))));
  }
  return spreads;
}

}  // namespace loom::model
