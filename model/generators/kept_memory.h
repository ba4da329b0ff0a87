// Memory of large tensors on the CPU is kept for the next ones. LibTorch asks the system for each anew, and the system
// hands pages out one by one and zeroed: a seventh of the time of a StyleGAN2's picture.
#pragma once

namespace loom::model {

/// From now on, in the whole process. May be called again and again.
void keepLargeMemory();

}  // namespace loom::model
