#include "model/timeline.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace loom::model {
namespace {

using Vector = std::vector<double>;

constexpr double kSameTime = 1e-9;  // seconds

/// Where a time lies: on the way between two keyframes.
struct Place {
  std::size_t from = 0;
  std::size_t to = 0;
  double share = 0.0;  ///< of the time between them, in [0, 1)
};

/// Seconds from keyframe `index` to the one behind it; of the last one, to the first again.
double gapBehind(const Timeline& timeline, std::size_t index) {
  const auto& keyframes = timeline.keyframes;
  if (index + 1 < keyframes.size()) {
    return keyframes[index + 1].seconds - keyframes[index].seconds;
  }
  const double all = keyframes.back().seconds - keyframes.front().seconds;
  return keyframes.size() < 2 ? 0.0 : all / static_cast<double>(keyframes.size() - 1);
}

Place placeOf(const Timeline& timeline, double seconds) {
  const auto& keyframes = timeline.keyframes;
  const std::size_t last = keyframes.size() - 1;
  double time = seconds;
  if (const double turn = durationOf(timeline); timeline.loop && turn > 0.0) {
    const double first = keyframes.front().seconds;
    time = first + std::fmod(seconds - first, turn);
    time += time < first - kSameTime ? turn : 0.0;
    time -= time > first + turn - kSameTime ? turn : 0.0;
  }
  // The last keyframe that is not behind `time`: of two at one time the later, which a cut leads to.
  std::size_t from = 0;
  while (from < last && keyframes[from + 1].seconds <= time + kSameTime) {
    ++from;
  }
  const double since = time - keyframes[from].seconds;
  const double gap = gapBehind(timeline, from);
  if (since <= kSameTime || gap <= 0.0 || (from == last && !timeline.loop)) {
    return {from, from, 0.0};
  }
  return {from, from == last ? 0 : from + 1, since / gap};
}

double norm(const Vector& a) {
  double sum = 0.0;
  for (const double value : a) {
    sum += value * value;
  }
  return std::sqrt(sum);
}

double angleBetween(const Vector& a, const Vector& b) {
  double dot = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += a[i] * b[i];
  }
  const double lengths = norm(a) * norm(b);
  return lengths > 0.0 ? std::acos(std::clamp(dot / lengths, -1.0, 1.0)) : 0.0;
}

Vector weighted(const Vector& a, double weightA, const Vector& b, double weightB) {
  Vector result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    result[i] = weightA * a[i] + weightB * b[i];
  }
  return result;
}

/// Shoemake 1985, on the directions of both; the length goes in a line. Where there is no one great circle (parallel,
/// opposite or zero), a straight line.
Vector slerp(const Vector& a, const Vector& b, double t) {
  const double angle = angleBetween(a, b);
  if (std::sin(angle) < 1e-6) {
    return weighted(a, 1.0 - t, b, t);
  }
  const double length = (1.0 - t) * norm(a) + t * norm(b);
  const double scale = length / std::sin(angle);
  return weighted(a, scale * std::sin((1.0 - t) * angle) / norm(a), b, scale * std::sin(t * angle) / norm(b));
}

Vector zOf(const Timeline& timeline, std::size_t index, const GeneratorInfo& info) {
  const auto z = resolveBaseZ(timeline.keyframes[index].state, info);
  return {z.begin(), z.end()};
}

/// Catmull-Rom for keyframes at any times: a cubic whose speed at a keyframe is that between its two neighbours. At an
/// end without a neighbour it is that of the way itself.
Vector spline(const Timeline& timeline, const Place& place, double t, const GeneratorInfo& info) {
  const std::size_t count = timeline.keyframes.size();
  const bool hasBefore = place.from > 0 || timeline.loop;
  const bool hasBehind = place.to + 1 < count || timeline.loop;
  const std::size_t before = (place.from + count - 1) % count;
  const std::size_t behind = (place.to + 1) % count;
  const Vector z1 = zOf(timeline, place.from, info);
  const Vector z2 = zOf(timeline, place.to, info);
  const Vector z0 = hasBefore ? zOf(timeline, before, info) : z1;
  const Vector z3 = hasBehind ? zOf(timeline, behind, info) : z2;
  const double gap = gapBehind(timeline, place.from);
  const double in = gap / (gap + (hasBefore ? gapBehind(timeline, before) : 0.0));
  const double out = gap / (gap + (hasBehind ? gapBehind(timeline, place.to) : 0.0));
  const double t2 = t * t;
  const double t3 = t2 * t;
  Vector result = weighted(z1, 2 * t3 - 3 * t2 + 1, z2, 3 * t2 - 2 * t3);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] += (t3 - 2 * t2 + t) * in * (z2[i] - z0[i]) + (t3 - t2) * out * (z3[i] - z1[i]);
  }
  if (info.zDistribution == ZDistribution::Normal) {
    const double wanted = (1.0 - t) * norm(z1) + t * norm(z2);
    const double length = norm(result);
    const double scale = length > 1e-9 * wanted ? wanted / length : 1.0;
    for (double& value : result) {
      value *= scale;
    }
  }
  return result;
}

Vector zBetween(const Timeline& timeline, const Place& place, double t, const GeneratorInfo& info) {
  Vector z;
  if (timeline.interpolation == Interpolation::Spline) {
    z = spline(timeline, place, t, info);
  } else {
    const Vector a = zOf(timeline, place.from, info);
    const Vector b = zOf(timeline, place.to, info);
    z = info.zDistribution == ZDistribution::Normal ? slerp(a, b, t) : weighted(a, 1.0 - t, b, t);
  }
  if (info.zDistribution == ZDistribution::Uniform) {
    for (double& value : z) {
      value = std::clamp(value, -1.0, 1.0);
    }
  }
  return z;
}

bool isSeedAlone(const LatentState& state, const GeneratorInfo& info) {
  return state.blend == 0.0F && state.pad == PadPosition{} && state.edits.empty() &&
         (info.truncation != Truncation::TruncatedNormalZ || state.truncation >= 1.0);
}

/// The blend of two seeds that gives the direction of slerp(a, b, t). The blend is made of the vectors as they are, so
/// its angle is not even in time where one is longer, nor is its length in a line: nothing where that is more than 3 %
/// off anywhere.
std::optional<double> blendFor(const Vector& a, const Vector& b, double t, const GeneratorInfo& info) {
  if (info.zDistribution == ZDistribution::Uniform) {
    return t;
  }
  const double angle = angleBetween(a, b);
  const double ratio = norm(a) / norm(b);
  if (!(std::sin(angle) >= 1e-3) || !std::isfinite(ratio)) {
    return std::nullopt;
  }
  const auto blendAt = [&](double share) {
    const double weight = ratio * std::sin(share * angle) / std::sin((1.0 - share) * angle);
    return std::atan2(weight * std::sin(angle), 1.0 + weight * std::cos(angle)) / angle;
  };
  for (const double share : {0.25, 0.5, 0.75}) {
    const double blend = blendAt(share);
    const double length = norm(weighted(a, std::sin((1.0 - blend) * angle) / std::sin(angle), b,
                                        std::sin(blend * angle) / std::sin(angle)));
    const double wanted = (1.0 - share) * norm(a) + share * norm(b);
    if (std::abs(length - wanted) > 0.03 * wanted) {
      return std::nullopt;
    }
  }
  return blendAt(t);
}

/// z of `result`, which has `a`'s or `b`'s so far.
void setZ(LatentState& result, const Timeline& timeline, const Place& place, double t, const GeneratorInfo& info) {
  const LatentState& a = timeline.keyframes[place.from].state;
  const LatentState& b = timeline.keyframes[place.to].state;
  if (timeline.interpolation == Interpolation::Slerp && isSeedAlone(a, info) && isSeedAlone(b, info)) {
    if (const auto blend = blendFor(zOf(timeline, place.from, info), zOf(timeline, place.to, info), t, info)) {
      result.seed = a.seed;
      result.targetSeed = b.seed;
      result.blend = static_cast<float>(*blend);
      return;
    }
  }
  const Vector z = zBetween(timeline, place, t, info);
  result.edits.clear();
  for (std::size_t i = 0; i < z.size(); ++i) {
    result.edits[static_cast<int>(i)] = static_cast<float>(z[i]);
  }
}

double lerp(double a, double b, double t) { return (1.0 - t) * a + t * b; }
float lerp(float a, float b, double t) { return static_cast<float>(lerp(static_cast<double>(a), static_cast<double>(b), t)); }

/// Value by value; what one side lacks is 0 there, and what is 0 is left out.
template <typename Key>
std::map<Key, float> lerp(const std::map<Key, float>& a, const std::map<Key, float>& b, double t) {
  std::map<Key, float> result;
  for (const auto& [key, value] : a) {
    const auto other = b.find(key);
    result[key] = lerp(value, other == b.end() ? 0.0F : other->second, t);
  }
  for (const auto& [key, value] : b) {
    result.try_emplace(key, lerp(0.0F, value, t));
  }
  std::erase_if(result, [](const auto& entry) { return entry.second == 0.0F; });
  return result;
}

/// As shares of 1, so that a class of weight 10 leads over to one of weight 1 evenly.
std::map<int, float> sharesOf(const LatentState& state, const GeneratorInfo& info) {
  const auto labels = resolveLabels(state, info);
  std::map<int, float> shares;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0.0F) {
      shares[static_cast<int>(i)] = labels[i];
    }
  }
  return shares;
}

/// Sources fade in and out layer by layer; those that both have, by their strength.
void setSources(LatentState& result, const LatentState& a, const LatentState& b, double t) {
  result.sources = a.sources;
  for (StyleSource& source : result.sources) {
    source.layers = lerp(source.layers, {}, t);
  }
  for (const StyleSource& source : b.sources) {
    const auto same = std::find_if(result.sources.begin(), result.sources.end(),
                                   [&](const StyleSource& other) { return other.recipe == source.recipe; });
    if (same == result.sources.end()) {
      result.sources.push_back({source.recipe, lerp({}, source.layers, t)});
    } else {
      const auto own = std::find_if(a.sources.begin(), a.sources.end(),
                                    [&](const StyleSource& other) { return other.recipe == source.recipe; });
      same->layers = lerp(own->layers, source.layers, t);
    }
  }
}

/// Along each direction in a line; what one side lacks has strength 0 there.
void setDirections(LatentState& result, const LatentState& a, const LatentState& b, double t) {
  result.directions = a.directions;
  for (DirectionStep& step : result.directions) {
    step.strength = lerp(step.strength, 0.0F, t);
  }
  for (const DirectionStep& step : b.directions) {
    const auto same = std::find_if(result.directions.begin(), result.directions.end(), [&](const DirectionStep& other) {
      return other.direction == step.direction && other.firstLayer == step.firstLayer && other.lastLayer == step.lastLayer;
    });
    if (same == result.directions.end()) {
      result.directions.push_back(step);
      result.directions.back().strength = lerp(0.0F, step.strength, t);
    } else {
      same->strength += lerp(0.0F, step.strength, t);
    }
  }
}

template <typename Value>
using Names = std::vector<std::pair<Value, const char*>>;

const Names<Easing>& easings() {
  static const Names<Easing> names{{Easing::Linear, "linear"},
                                   {Easing::Smooth, "smooth"},
                                   {Easing::EaseIn, "ease-in"},
                                   {Easing::EaseOut, "ease-out"},
                                   {Easing::Hold, "hold"}};
  return names;
}

const Names<Interpolation>& interpolations() {
  static const Names<Interpolation> names{{Interpolation::Slerp, "slerp"}, {Interpolation::Spline, "spline"}};
  return names;
}

template <typename Value>
const char* nameIn(const Names<Value>& names, Value value) {
  const auto it = std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == value; });
  return it == names.end() ? "" : it->second;
}

template <typename Value>
std::optional<Value> valueIn(const Names<Value>& names, std::string_view name) {
  const auto it = std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.second == name; });
  return it == names.end() ? std::nullopt : std::optional(it->first);
}

}  // namespace

double durationOf(const Timeline& timeline) {
  const auto& keyframes = timeline.keyframes;
  if (keyframes.size() < 2) {
    return 0.0;
  }
  return timeline.loop ? keyframes.back().seconds - keyframes.front().seconds + gapBehind(timeline, keyframes.size() - 1)
                       : keyframes.back().seconds;
}

LatentState stateAt(const Timeline& timeline, double seconds, const GeneratorInfo& info) {
  if (timeline.keyframes.empty()) {
    return {};
  }
  const Place place = placeOf(timeline, seconds);
  const Keyframe& from = timeline.keyframes[place.from];
  const LatentState& a = from.state;
  const LatentState& b = timeline.keyframes[place.to].state;
  const double t = eased(from.easing, place.share);
  if (t <= 0.0 || a == b) {
    return a;
  }
  LatentState result = t < 0.5 ? a : b;  // with it, all that changes half way
  setZ(result, timeline, place, t, info);
  result.pad = {lerp(a.pad.x, b.pad.x, t), lerp(a.pad.y, b.pad.y, t)};
  result.truncation = lerp(a.truncation, b.truncation, t);
  if (a.classes != b.classes && info.classCount > 0) {
    result.classes = lerp(sharesOf(a, info), sharesOf(b, info), t);
  }
  setSources(result, a, b, t);
  setDirections(result, a, b, t);
  result.styleOffsets = lerp(a.styleOffsets, b.styleOffsets, t);
  result.transform = {lerp(a.transform.x, b.transform.x, t), lerp(a.transform.y, b.transform.y, t),
                      lerp(a.transform.turn, b.transform.turn, t)};
  result.fade = lerp(a.fade, b.fade, t);
  return result;
}

double eased(Easing easing, double t) {
  switch (easing) {
    case Easing::Linear:
      return t;
    case Easing::Smooth:
      return t * t * (3.0 - 2.0 * t);
    case Easing::EaseIn:
      return t * t;
    case Easing::EaseOut:
      return t * (2.0 - t);
    case Easing::Hold:
      return t < 1.0 ? 0.0 : 1.0;
  }
  return t;
}

const char* nameOf(Easing easing) { return nameIn(easings(), easing); }
std::optional<Easing> easingNamed(std::string_view name) { return valueIn(easings(), name); }
const char* nameOf(Interpolation interpolation) { return nameIn(interpolations(), interpolation); }
std::optional<Interpolation> interpolationNamed(std::string_view name) { return valueIn(interpolations(), name); }

}  // namespace loom::model
