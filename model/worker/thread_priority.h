#pragma once

namespace loom::model {

/// The calling thread yields to the window: on two cores a generator at work would else make the pointer stutter.
/// LibTorch's pool threads inherit it when this thread starts them. Without effect where the system refuses.
void lowerThreadPriority();

}  // namespace loom::model
