// A film in the making: keyframes of the whole state, and the state at any time between them.
#pragma once

#include "model/latent_state.h"

#include <optional>
#include <string_view>
#include <vector>

namespace loom::model {

/// How z goes from one keyframe to the next.
enum class Interpolation {
  Slerp,   ///< along the great circle between both, at constant angular speed
  Spline,  ///< Catmull-Rom through the neighbours too: the direction does not break at a keyframe
};

/// How time passes on the way from a keyframe to the next one.
enum class Easing {
  Linear,
  Smooth,   ///< slow at both ends: 3t² − 2t³
  EaseIn,   ///< slow at its start: t²
  EaseOut,  ///< slow at its end: 1 − (1 − t)²
  Hold,     ///< stands still, then jumps
};

struct Keyframe {
  double seconds = 0.0;  ///< from the beginning, ≥ 0
  Easing easing = Easing::Linear;  ///< of the way to the next keyframe
  LatentState state;
  bool operator==(const Keyframe&) const = default;
};

struct Timeline {
  bool loop = false;  ///< the last keyframe leads back to the first, in the mean time between two keyframes
  Interpolation interpolation = Interpolation::Slerp;
  std::vector<Keyframe> keyframes;  ///< times ascend; two at one time are a cut
  bool operator==(const Timeline&) const = default;
};

/// Seconds until the last keyframe; of a loop, of one whole turn. 0 where there are fewer than two keyframes.
double durationOf(const Timeline& timeline);

/// The state `seconds` after the beginning of a film for the generator `info`; times outside are those of the ends, of a
/// loop they go round. The default state where there is no keyframe.
///
/// At a keyframe's time (to a nanosecond) it is that keyframe's state. Between two, z is taken from both by resolveBaseZ
/// and led over as Timeline::interpolation says, its length from the one's to the other's in a line; uniform z, which fill a
/// cube, go in a straight line or along the plain spline, inside the cube. The result has z as `edits` of every
/// dimension; between two states that are a seed alone it is seed, target and blend where their lengths are near (z then
/// has the same direction, and a length at most 3 % off the line). Classes, strengths of sources and directions, style
/// offsets, truncation, transform, pad and fade go in a line; what is neither more nor less (noise mode, resolution, input
/// picture) changes half way.
LatentState stateAt(const Timeline& timeline, double seconds, const GeneratorInfo& info);

/// The share of the way that is done at the share `t` of its time, both in [0, 1].
double eased(Easing easing, double t);

/// "linear", "smooth", "ease-in", "ease-out", "hold"; as projects and the command line write them.
const char* nameOf(Easing easing);
std::optional<Easing> easingNamed(std::string_view name);
/// "slerp", "spline".
const char* nameOf(Interpolation interpolation);
std::optional<Interpolation> interpolationNamed(std::string_view name);

}  // namespace loom::model
