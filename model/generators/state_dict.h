// Fills a generator from a state_dict, and refuses weights that cannot make a picture.
#pragma once

#include "model/generators/architecture.h"
#include "model/generators/generator.h"

namespace loom::model {

/// Copies every parameter and buffer of `generator` from `group` in float32 (integers stay integers). Copies, so that a
/// file that is overwritten later cannot change, or tear away, a model that is open.
/// Throws ModelError that names the tensor where one is missing, has another shape, or holds NaN or infinity.
void loadStateDict(Generator& generator, const TensorGroup& group, const Recognition& recognition);

/// Numbers in all parameters; buffers do not count.
std::int64_t parameterCount(const Generator& generator);

}  // namespace loom::model
