// A direction as the library beside a model keeps it: plain values.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace loom::app {

/// How a direction came about: "method" first (pca, sefa, boundary, between, file), then what that needs to be told.
///   pca       number ("3 of 10"), samples, seed, activations (of which layer; where it is not of w)
///   sefa      number, layers ("all" or "0-3")
///   boundary  of, positives, negatives, accuracy ("0.91": held-out, 0.5 is chance), folds, unchanged (where there are such)
///   between   from, to
///   file      file, number
/// What is not known here is kept all the same.
using DirectionOrigin = std::vector<std::pair<std::string, std::string>>;

struct KeptDirection {
  std::string id;    ///< of the content: 32 hexadecimal digits of a SHA-256 over values and layers
  std::string name;  ///< for people; within one library no other has it, whatever the case
  DirectionOrigin made;
  std::vector<float> values;  ///< of length 1, in w where the generator has a mapping network, else in z
  float strength = 1.0F;      ///< its natural unit, above 0: how far along `values` a slider's 1 means
  int firstLayer = 0;         ///< of those that it moves; w only
  int lastLayer = -1;         ///< −1: all of them

  bool operator==(const KeptDirection&) const = default;
};

/// With its id, and with `name` made one: trimmed, at most 80 bytes, without control characters; `values` are scaled to
/// length 1. Throws DirectionError where there is no name left, or values or strength are none.
KeptDirection keptDirection(const std::string& name, std::vector<float> values, float strength, DirectionOrigin made,
                            int firstLayer = 0, int lastLayer = -1);

/// "principal axis 3 of 10, of 10000 latents from seed 0", for people. What is foreign in it is without control characters.
std::string describeOrigin(const DirectionOrigin& made);

/// "all" or "2-5", and back; all of them for everything that is no such text.
std::string layersText(int firstLayer, int lastLayer);
std::pair<int, int> layersFromText(const std::string& text);

}  // namespace loom::app
