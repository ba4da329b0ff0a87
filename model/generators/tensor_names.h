// A group's tensors by name, for architectures that know the names of all their layers: each is taken once, shapes are
// checked on the way, and what nobody took is found in the end.
#pragma once

#include "model/checkpoint/checkpoint.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace loom::model {

/// Why a group is not what was looked for: a clause, see Recognition::mismatch. For use within one `recognise` only,
/// which catches it.
class Mismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A convolution as its tensors tell of it.
struct ConvShape {
  int in = 0;  ///< channels
  int out = 0;
  bool bias = false;
  bool operator==(const ConvShape&) const = default;
};

/// A norm as its tensors tell of it.
struct NormShape {
  bool affine = false;      ///< weight and bias
  bool statistics = false;  ///< running mean and variance
  bool operator==(const NormShape&) const = default;
};

class TensorNames {
 public:
  /// Looks only at names that begin with `prefix`; all names given later are without it.
  TensorNames(const TensorGroup& group, std::string prefix);

  const std::string& prefix() const { return m_prefix; }

  /// Null where there is none.
  const TensorView* find(const std::string& name) const;

  /// Takes `layer`.weight, O×I×k×k (`transposed`: I×O×k×k), and `layer`.bias where there is one. `in`: the channels that
  /// it must take; 0: any. Throws Mismatch.
  ConvShape takeConvolution(const std::string& layer, int kernel, int in, bool transposed = false);

  /// Takes what there is of weight, bias and running statistics of a norm over `channels`, maybe nothing. Throws Mismatch.
  NormShape takeNorm(const std::string& layer, int channels);

  /// Throws Mismatch that names a tensor which was not taken.
  void requireAllTaken() const;

 private:
  const TensorView* take(const std::string& name);

  std::string m_prefix;
  std::vector<const TensorView*> m_inOrder;
  std::unordered_map<std::string, const TensorView*> m_byName;
  std::unordered_set<const TensorView*> m_taken;
};

/// What stands before `ending` in the shortest name of the group that ends so; nullopt: none does.
std::optional<std::string> prefixBefore(const std::string& ending, const TensorGroup& group);

}  // namespace loom::model
