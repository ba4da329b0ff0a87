#include "model/latent_state.h"

#include "model/numpy_random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loom::model {
namespace {

using Vector = std::vector<double>;

Vector seedVector(std::uint32_t seed, const GeneratorInfo& info) {
  const auto values = info.zDistribution == ZDistribution::Normal ? normalVector(seed, info.zDim)
                                                                  : uniformVector(seed, info.zDim);
  return {values.begin(), values.end()};
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

double norm(const Vector& a) { return std::sqrt(dot(a, a)); }

void addScaled(Vector& a, const Vector& b, double factor) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] += factor * b[i];
  }
}

void scale(Vector& a, double factor) {
  for (double& value : a) {
    value *= factor;
  }
}

Vector lerp(const Vector& a, const Vector& b, double t) {
  Vector result(a);
  scale(result, 1.0 - t);
  addScaled(result, b, t);
  return result;
}

/// Spherical interpolation (Shoemake 1985; White 2016 for GANs): keeps the length that normal z have, which a straight
/// line would leave in the middle.
Vector slerp(const Vector& a, const Vector& b, double t) {
  const double lengths = norm(a) * norm(b);
  const double omega = lengths > 0.0 ? std::acos(std::clamp(dot(a, b) / lengths, -1.0, 1.0)) : 0.0;
  const double sinOmega = std::sin(omega);
  if (sinOmega < 1e-6) {
    return lerp(a, b, t);
  }
  Vector result(a);
  scale(result, std::sin((1.0 - t) * omega) / sinOmega);
  addScaled(result, b, std::sin(t * omega) / sinOmega);
  return result;
}

/// `v` without its parts along the unit vectors in `basis`, scaled to length 1; zero where nothing is left.
Vector orthonormal(Vector v, const std::vector<Vector>& basis) {
  const double before = norm(v);
  for (const Vector& unit : basis) {
    addScaled(v, unit, -dot(v, unit));
  }
  const double length = norm(v);
  scale(v, length > 1e-9 * before && length > 0.0 ? 1.0 / length : 0.0);
  return v;
}

/// The pad on a sphere: z turns towards the chosen direction and keeps its length, so every place on the pad is a z as
/// likely as the one in the middle.
Vector turn(const Vector& z, const LatentState& state, const GeneratorInfo& info) {
  const double length = norm(z);
  Vector radial(z);
  scale(radial, length > 0.0 ? 1.0 / length : 0.0);
  std::vector<Vector> basis{radial};
  basis.push_back(orthonormal(seedVector(state.planeSeed, info), basis));
  basis.push_back(orthonormal(seedVector(state.planeSeed + 1, info), basis));
  const double distance = std::hypot(state.pad.x, state.pad.y);
  const double angle = std::min(distance, 1.5) * std::numbers::pi / 2.0;
  Vector result(z);
  scale(result, std::cos(angle));
  addScaled(result, basis[1], std::sin(angle) * length * state.pad.x / distance);
  addScaled(result, basis[2], std::sin(angle) * length * state.pad.y / distance);
  return result;
}

/// The pad in a cube, or where z has too few dimensions to turn: a straight step.
Vector shift(const Vector& z, const LatentState& state, const GeneratorInfo& info) {
  Vector result(z);
  addScaled(result, seedVector(state.planeSeed, info), state.pad.x);
  addScaled(result, seedVector(state.planeSeed + 1, info), state.pad.y);
  if (info.zDistribution == ZDistribution::Uniform) {
    for (double& value : result) {
      value = std::clamp(value, -1.0, 1.0);
    }
  }
  return result;
}

double normalCdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// The inverse of normalCdf by bisection, for p well inside (0, 1): exact to rounding, and quick enough for a z.
double normalQuantile(double p) {
  double low = -8.0;
  double high = 8.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (normalCdf(middle) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// Each value moves to the same quantile of psi times the normal distribution truncated at ±2, which is what
/// truncated_z_sample of BigGAN's demo draws from. So a seed keeps its face while psi moves.
void truncateNormal(Vector& z, double psi) {
  constexpr double kEdge = 2.0;
  const double below = normalCdf(-kEdge);
  for (double& value : z) {
    value = psi * normalQuantile(below + (1.0 - 2.0 * below) * normalCdf(value));
  }
}

/// Whether it moves every layer; without layers, all there is.
bool coversAll(const DirectionStep& step, const GeneratorInfo& info) {
  const int layers = info.mixLayers();
  return layers == 0 || (step.firstLayer <= 0 && (step.lastLayer < 0 || step.lastLayer >= layers - 1));
}

}  // namespace

std::vector<float> resolveBaseZ(const LatentState& state, const GeneratorInfo& info) {
  const bool normal = info.zDistribution == ZDistribution::Normal;
  Vector z = seedVector(state.seed, info);
  if (state.blend > 0.0F) {
    const Vector target = seedVector(state.targetSeed, info);
    if (state.blend >= 1.0F) {
      z = target;
    } else {
      z = normal ? slerp(z, target, state.blend) : lerp(z, target, state.blend);
    }
  }
  if (state.pad != PadPosition{}) {
    z = normal && info.zDim >= 3 ? turn(z, state, info) : shift(z, state, info);
  }
  if (info.truncation == Truncation::TruncatedNormalZ && state.truncation < 1.0) {
    truncateNormal(z, state.truncation);
  }
  std::vector<float> result(z.begin(), z.end());
  for (const auto& [dimension, value] : state.edits) {
    if (dimension >= 0 && dimension < info.zDim) {
      result[static_cast<std::size_t>(dimension)] = value;
    }
  }
  return result;
}

std::vector<float> resolveZ(const LatentState& state, const GeneratorInfo& info) {
  std::vector<float> z = resolveBaseZ(state, info);
  if (info.wDim > 0) {
    return z;  // directions lead through w
  }
  for (const DirectionStep& step : state.directions) {
    const auto& values = step.direction->values;
    if (values.size() == z.size() && coversAll(step, info)) {
      for (std::size_t i = 0; i < z.size(); ++i) {
        z[i] += step.strength * values[i];
      }
    }
  }
  return z;
}

std::vector<float> resolveLabels(const LatentState& state, const GeneratorInfo& info) {
  std::vector<float> labels(static_cast<std::size_t>(std::max(info.classCount, 0)), 0.0F);
  float sum = 0.0F;
  for (const auto& [index, weight] : state.classes) {
    if (index >= 0 && index < info.classCount) {
      labels[static_cast<std::size_t>(index)] = weight;
      sum += weight;
    }
  }
  if (info.labels == LabelKind::Classes && !labels.empty()) {
    if (sum <= 0.0F) {
      labels.assign(labels.size(), 0.0F);
      labels[0] = 1.0F;
    } else if (sum != 1.0F) {
      for (float& label : labels) {
        label /= sum;
      }
    }
  }
  return labels;
}

SynthesisSettings resolveSettings(const LatentState& state, const GeneratorInfo& info) {
  SynthesisSettings settings;
  if (info.truncation == Truncation::MeanOfW) {
    settings.truncation = state.truncation;
    settings.truncationCutoff = state.truncationCutoff;
  }
  if (info.hasTruncationStatistics) {
    settings.truncation = state.truncation;
  }
  const auto has = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (state.noise && has(info.noiseModes, *state.noise)) {
    settings.noise = state.noise;
    settings.noiseSeed = state.noiseSeed;
  }
  if (has(info.resolutions, state.resolution)) {
    settings.resolution = state.resolution;
  }
  if (info.hasFade) {
    settings.fade = state.fade;
  }
  if (info.hasNormStatistics) {
    settings.normStatistics = state.normStatistics;
  }
  if (info.hasTransform && state.transform != PictureTransform{}) {
    settings.transform = transformMatrix(state.transform);
  }
  return settings;
}

Matrix3 transformMatrix(const PictureTransform& transform) {
  const double angle = static_cast<double>(transform.turn) * std::numbers::pi / 180.0;
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double x = transform.x;
  const double y = transform.y;
  // The inverse of [c s x; −s c y; 0 0 1]: the transposed turn, and the shift taken back through it.
  return {static_cast<float>(c), static_cast<float>(-s), static_cast<float>(-c * x + s * y),
          static_cast<float>(s), static_cast<float>(c), static_cast<float>(-s * x - c * y),
          0.0F, 0.0F, 1.0F};
}

LatentState fitted(LatentState state, const GeneratorInfo& info) {
  const auto beyond = [](int index, int count) { return index < 0 || index >= count; };
  std::erase_if(state.edits, [&](const auto& edit) { return beyond(edit.first, info.zDim); });
  std::erase_if(state.locks, [&](int lock) { return beyond(lock, info.zDim); });
  std::erase_if(state.classes, [&](const auto& entry) { return beyond(entry.first, info.classCount); });
  for (StyleSource& source : state.sources) {
    std::erase_if(source.layers, [&](const auto& entry) { return beyond(entry.first, info.mixLayers()); });
  }
  if (info.mixLayers() == 0) {
    state.sources.clear();
  }
  const auto dimensions = static_cast<std::size_t>(std::max(0, info.wDim > 0 ? info.wDim : info.zDim));
  std::erase_if(state.directions, [&](const auto& step) { return step.direction->values.size() != dimensions; });
  std::erase_if(state.styleOffsets, [&](const auto& entry) {
    return beyond(entry.first.layer + 1, info.styleLayers + 1) || beyond(entry.first.dimension, info.wDim);
  });
  return state;
}

LatentState withSeed(LatentState state, std::uint32_t seed) {
  state.seed = seed;
  state.blend = 0.0F;
  state.pad = {};
  std::erase_if(state.edits, [&](const auto& edit) { return !state.locks.contains(edit.first); });
  return state;
}

void takeStyle(LatentState& state, int layer, const LatentState& recipe, float strength) {
  for (StyleSource& source : state.sources) {
    source.layers.erase(layer);
  }
  if (strength <= 0.0F) {
    return;
  }
  auto source = std::find_if(state.sources.begin(), state.sources.end(),
                             [&](const StyleSource& other) { return *other.recipe == recipe; });
  if (source == state.sources.end()) {
    source = state.sources.insert(source, {recipe, {}});
  }
  source->layers[layer] = std::min(strength, 1.0F);
}

LatentState asSource(LatentState state) {
  const LatentState plain;
  state.truncation = plain.truncation;
  state.truncationCutoff = plain.truncationCutoff;
  state.noise = plain.noise;
  state.noiseSeed = plain.noiseSeed;
  state.transform = plain.transform;
  state.resolution = plain.resolution;
  state.fade = plain.fade;
  state.normStatistics = plain.normStatistics;
  state.input = plain.input;
  state.locks.clear();
  if (state.blend == 0.0F) {
    state.targetSeed = plain.targetSeed;
  }
  if (state.pad == plain.pad) {
    state.planeSeed = plain.planeSeed;
  }
  return state;
}

LatentState exactState(const SavedState& saved, const GeneratorInfo& info) {
  LatentState state = saved.latent;
  if (saved.z.size() == static_cast<std::size_t>(info.zDim) && resolveZ(state, info) != saved.z && info.wDim == 0) {
    state.directions.clear();  // the z that was saved has gone along them
  }
  const auto resolved = resolveZ(state, info);
  for (std::size_t i = 0; saved.z.size() == resolved.size() && i < resolved.size(); ++i) {
    if (resolved[i] != saved.z[i]) {
      state.edits[static_cast<int>(i)] = saved.z[i];
    }
  }
  return state;
}

}  // namespace loom::model
