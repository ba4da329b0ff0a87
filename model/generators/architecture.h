// The registry's entry: how an architecture is recognised in a state_dict, and how its generator is made.
#pragma once

#include "model/checkpoint/checkpoint.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loom::model {

class Generator;

/// The answer to "is this yours?": `make` where it is, else `mismatch`, a clause that says what did not fit
/// ("main.0.weight is 7×7, a DCGAN begins with 4×4").
struct Recognition {
  std::function<std::shared_ptr<Generator>()> make;
  /// Where the tensor of a name of the module's own stands in the group. Empty: under the same name.
  std::function<std::string(const std::string& own)> fileName;
  /// For layouts whose tensors are not the module's own one by one (others' reshaped, split, from several groups): fills
  /// the generator in place of loadStateDict, through WeightSource (state_dict.h). Empty: loadStateDict.
  std::function<void(Generator&, const TensorGroup&, const Checkpoint&)> load;
  /// Tensors of the file's top level, outside the group, that `load` takes as well: a mean of w, say. They go with the
  /// network where it is converted, so `load` must find them in the group, too.
  std::vector<std::string> companions;
  std::string mismatch;
  /// The network is plainly of this program, so that `mismatch` is what keeps the file from opening.
  bool near = false;

  explicit operator bool() const { return static_cast<bool>(make); }
};

struct Architecture {
  std::string name;      ///< the field's name, e.g. "DCGAN"
  std::string looksFor;  ///< what `recognise` needs to see, for the message when nobody fits
  /// Looks at names and shapes, and at the container's metadata where it has any; touches no weight.
  std::function<Recognition(const TensorGroup&, const Checkpoint&)> recognise;
};

/// In the order in which they are asked.
const std::vector<Architecture>& architectures();

/// A `fileName` for modules whose names begin with `own` ("main.") where the file has `file` ("module.main.", or
/// nothing).
std::function<std::string(const std::string&)> replacePrefix(std::string own, std::string file);

}  // namespace loom::model
