// Where the hand stands in the latent space: a plain value that panels edit, undo keeps, files carry and workers resolve.
#pragma once

#include "model/generator_info.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace loom::model {

/// A position on the pad: how far z is turned towards the pad's two directions; (0, 0) leaves z alone.
/// A distance of 1 is a quarter turn: the picture of the direction itself.
struct PadPosition {
  float x = 0.0F;  ///< in [-1, 1]
  float y = 0.0F;  ///< in [-1, 1]
  bool operator==(const PadPosition&) const = default;
};

/// The recipe for one z. Resolving goes seed, blend, pad, edits; each step leaves the ones before it visible.
struct LatentState {
  std::uint32_t seed = 42;
  std::uint32_t targetSeed = 43;  ///< the seed that `blend` leads to
  float blend = 0.0F;             ///< share of `targetSeed` in [0, 1], along the great circle between both
  std::uint32_t planeSeed = 1000;  ///< the pad's directions are the z of this seed (right) and of the next (up)
  PadPosition pad;
  std::map<int, float> edits;  ///< dimension → value set by hand; replaces what the steps before gave
  std::set<int> locks;         ///< edited dimensions that stay when another seed is taken
  double truncation = 1.0;     ///< psi; without effect where `GeneratorInfo::hasTruncation` is false

  bool operator==(const LatentState&) const = default;
};

/// z for `state`: zDim values. Deterministic on one machine; a state that is a seed alone (blend 0, pad 0, no edits)
/// gives bit for bit the z of `numpy.random.RandomState(seed)`. Edits outside zDim are ignored.
std::vector<float> resolveZ(const LatentState& state, const GeneratorInfo& info);

/// `state` at another seed: blend and pad return to zero, edits that are not locked go.
LatentState withSeed(LatentState state, std::uint32_t seed);

/// A state as a picture carries it: the recipe, and the z that it gave where the picture was made.
struct SavedState {
  LatentState latent;
  std::vector<float> z;  ///< may be empty: unknown
};

/// The state that gives `saved.z` here, bit for bit: the recipe where it resolves to that z, else the recipe with what
/// differs as edits (arithmetic may round otherwise on another machine or in a later version).
LatentState exactState(const SavedState& saved, const GeneratorInfo& info);

/// JSON object of every field, as it is written into exported pictures. `z` is added where it is given, so that other
/// programs can make the picture too.
std::string latentStateToJson(const LatentState& state, const std::vector<float>& z = {});

/// The inverse. Throws std::runtime_error with a plain sentence where the text is no such object, a field has a wrong
/// type or is out of range. Unknown fields are ignored: newer versions may write more.
LatentState latentStateFromJson(std::string_view json);

/// The `z` of such an object; empty where it holds none.
std::vector<float> zFromJson(std::string_view json);

}  // namespace loom::model
