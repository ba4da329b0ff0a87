// TorchScript: the network's own program, run by LibTorch. Only for files that were trusted with that.
#pragma once

#include "model/generators/architecture.h"

#include <string_view>

namespace loom::model {

/// `Checkpoint::container` of the files that this is for.
inline constexpr std::string_view kTorchScript = "TorchScript";

/// A generator whose `map` and `synthesize` are the program's `forward`, which must take one tensor: z as N×D or
/// N×D×1×1, or a picture. Which of them, and what comes out, is found by trying it, since the file does not tell:
/// `Recognition::load` throws ModelError where nothing that was tried gives pictures.
Recognition recogniseScript(const TensorGroup& group, const Checkpoint& checkpoint);

}  // namespace loom::model
