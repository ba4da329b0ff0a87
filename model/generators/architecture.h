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
  std::string ownPrefix;   ///< what the module's own parameter names begin with, e.g. "main."
  std::string filePrefix;  ///< what stands there in the file, e.g. "module.main." or nothing
  std::string mismatch;

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

}  // namespace loom::model
