// A layout laid over a state_dict: every size known, every tensor accounted for, or the reason why not. Free of torch.
#pragma once

#include "model/chain_layout.h"
#include "model/checkpoint/checkpoint.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

/// What flows between layers: C×H×W, or a vector of `c` values where `h` is 0.
struct FeatureShape {
  std::int64_t c = 0;
  std::int64_t h = 0;
  std::int64_t w = 0;

  bool isVector() const { return h == 0; }
  std::int64_t count() const { return isVector() ? c : c * h * w; }
  bool operator==(const FeatureShape&) const = default;
};

struct ResolvedLayer {
  LayoutLayer layer;  ///< its shape filled in
  FeatureShape in;
  FeatureShape out;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;  ///< leaf ("weight") and shape
};

struct ResolvedChain {
  ChainLayout layout;  ///< sizes filled in
  std::vector<ResolvedLayer> layers;
  int zDim = 0;
  int classes = 0;      ///< 0: unconditional
  int labelLength = 0;  ///< of what enters beside z: the embedding's length, or the classes
  FeatureShape picture;
  double multiplications = 0.0;  ///< for one picture

  std::vector<std::string> sizes() const;  ///< behind every layer, as text
};

/// Looks at names and shapes only. nullopt where the layout does not fit, with the reason, a clause, in `mismatch`.
std::optional<ResolvedChain> resolveChain(const ChainLayout& layout, const TensorGroup& group, std::string& mismatch);

/// Whether nothing reads this tensor when pictures are made: a counter of training.
bool isCounter(const std::string& tensorName);

/// "64×14×14", "100 values"
std::string textOf(const FeatureShape& shape);

}  // namespace loom::model
