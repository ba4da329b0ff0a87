// Building modules without drawing the random weights that a checkpoint is about to replace.
#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace loom::model {

/// While it lives, `uniform_` and `normal_` leave tensors as they are on this thread: torch::nn's modules come up with
/// memory that nobody wrote. For a network of 350 MB that saves more time than reading it takes.
/// Not for training, which begins with these very numbers.
class SkipInit {
 public:
  SkipInit();

 private:
  c10::impl::IncludeDispatchKeyGuard m_guard;
};

}  // namespace loom::model
