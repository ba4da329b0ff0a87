// Memory of tensors on the CPU is kept for the next ones. What the system gives for a large tensor are fresh pages, and
// touching them for the first time takes longer than the arithmetic of a high-resolution layer; the next picture's
// activations may as well lie where the last one's did.
#pragma once

#include <cstddef>

namespace loom::model {

/// From the first call on LibTorch takes its memory here. Cheap when it was called before; from any thread.
void keepTensorMemory();

/// Gives back to the system what no tensor lies in.
void giveBackTensorMemory();

/// Bytes of large tensors that are alive, how many there were at once since the last mark, and of what is kept beside them.
struct TensorMemory {
  std::size_t used = 0;
  std::size_t most = 0;
  std::size_t kept = 0;
};
TensorMemory tensorMemory();

/// From now on `most` is counted anew; returns what is used now.
std::size_t markTensorMemory();

}  // namespace loom::model
