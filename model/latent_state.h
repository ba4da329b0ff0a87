// Where the hand stands in the latent space: a plain value that panels edit, undo keeps, files carry and workers resolve.
#pragma once

#include "model/generator_info.h"
#include "model/shared_value.h"

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

/// Where StyleGAN3's input layer puts the picture.
struct PictureTransform {
  float x = 0.0F;     ///< shift to the right, in widths of the picture
  float y = 0.0F;     ///< shift downwards, in heights
  float turn = 0.0F;  ///< degrees, anticlockwise
  bool operator==(const PictureTransform&) const = default;
};

/// One value of the styles: `dimension` of w in `layer`; layer −1 is every layer.
struct StylePlace {
  int layer = -1;
  int dimension = 0;
  auto operator<=>(const StylePlace&) const = default;
};

/// A way through w, or through z where there is no mapping network.
struct Direction {
  std::string name;           ///< for people
  std::vector<float> values;  ///< wDim or zDim of them
  bool operator==(const Direction&) const = default;
};

/// How far the picture goes along a direction, and in which layers.
struct DirectionStep {
  Shared<Direction> direction;
  float strength = 0.0F;  ///< times the direction's values is added
  int firstLayer = 0;     ///< of the layers that it moves, see GeneratorInfo::mixLayers
  int lastLayer = -1;     ///< −1: to the last
  bool operator==(const DirectionStep&) const = default;
};

struct LatentState;

/// Another recipe that some layers take their style from. Where layers ask for more than 1 of all sources together, the
/// strengths are shares.
struct StyleSource {
  Shared<LatentState> recipe;   ///< its latent and, where it names any, its classes; psi is the picture's own
  std::map<int, float> layers;  ///< layer → strength in [0, 1]: the share of this source in the layer's style
  bool operator==(const StyleSource&) const = default;
};

inline constexpr int kLargestInputSide = 8192;  ///< pixels

/// The picture that an image-to-image generator is fed with. Its pixels travel beside the state.
struct InputPicture {
  std::string path;    ///< where it was read; empty: pasted, or taken from another generator
  std::string sha256;  ///< of its pixels before they are scaled; tells whether two states mean the same picture
  int side = 256;      ///< pixels of its longer side as it enters the network; a smaller one is not enlarged
  bool operator==(const InputPicture&) const = default;
};

/// The recipe for one picture. Resolving z goes seed, blend, pad, edits, directions; each step leaves the ones before it
/// visible.
/// What the open generator does not have is kept and without effect.
struct LatentState {
  std::uint32_t seed = 42;
  std::uint32_t targetSeed = 43;  ///< the seed that `blend` leads to
  float blend = 0.0F;             ///< share of `targetSeed` in [0, 1], along the great circle between both
  std::uint32_t planeSeed = 1000;  ///< the pad's directions are the z of this seed (right) and of the next (up)
  PadPosition pad;
  std::map<int, float> edits;  ///< dimension → value set by hand; replaces what the steps before gave
  std::set<int> locks;         ///< edited dimensions that stay when another seed is taken
  double truncation = 1.0;     ///< psi, see Truncation
  std::optional<int> truncationCutoff;  ///< only the first so many layers are truncated; none: all

  std::map<int, float> classes;  ///< class → weight ≥ 0, or attribute → 0…1; empty: class 0, or no attribute

  std::vector<StyleSource> sources;          ///< what is mixed in, layer by layer, see GeneratorInfo::mixLayers
  std::vector<DirectionStep> directions;     ///< added to w behind truncation and mixing, or to z behind the edits
  std::map<StylePlace, float> styleOffsets;  ///< added to w behind all of that

  std::optional<NoiseMode> noise;  ///< none: as the original program does
  std::uint32_t noiseSeed = 0;     ///< of NoiseMode::Random
  PictureTransform transform;
  int resolution = 0;  ///< pixels, one of GeneratorInfo::resolutions; 0: the highest
  float fade = 0.0F;   ///< share of the lower resolution in [0, 1]
  NormStatistics normStatistics = NormStatistics::Original;
  InputPicture input;

  bool operator==(const LatentState&) const = default;
};

/// z for `state`: zDim values. Deterministic on one machine; a state that is a seed alone (blend 0, pad 0, no edits)
/// gives bit for bit the z of `numpy.random.RandomState(seed)`. Edits outside zDim are ignored.
std::vector<float> resolveZ(const LatentState& state, const GeneratorInfo& info);

/// resolveZ before its directions are gone along: what the sliders of z show.
std::vector<float> resolveBaseZ(const LatentState& state, const GeneratorInfo& info);

/// c for `state`: classCount values; classes are shares of 1, attributes stand as they are. Empty where the generator
/// takes no labels.
std::vector<float> resolveLabels(const LatentState& state, const GeneratorInfo& info);

/// The settings of `state` as the generator takes them; what it does not have is left at its default. Throws nothing.
SynthesisSettings resolveSettings(const LatentState& state, const GeneratorInfo& info);

/// The matrix of StyleGAN3's input layer for a transform: the inverse of turn, then shift. Source: stylegan3's
/// gen_images.py, make_transform.
Matrix3 transformMatrix(const PictureTransform& transform);

/// `state` without what `info` cannot have: dimensions, classes, layers beyond its own, and another model's locks.
LatentState fitted(LatentState state, const GeneratorInfo& info);

/// `state` at another seed: blend and pad return to zero, edits that are not locked go.
LatentState withSeed(LatentState state, std::uint32_t seed);

/// Gives `layer` to `recipe` alone, to `strength`: a source that is equal is used again, others lose the layer. Strength 0
/// gives the layer back to the picture.
void takeStyle(LatentState& state, int layer, const LatentState& recipe, float strength = 1.0F);

/// What `state` is as a source of styles: without sources and settings of its own that a source does not bring.
LatentState asSource(LatentState state);

/// A state as a picture carries it: the recipe, and the z that it gave where the picture was made.
struct SavedState {
  LatentState latent;
  std::vector<float> z = {};   ///< may be empty: unknown
  std::string group = {};      ///< the network in its file that the state is of; empty: the best one
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
