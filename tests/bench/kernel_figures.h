// Each kernel of model/kernels at the shapes of real networks: time, arithmetic, memory, and how near that is to what
// the machine could do.
#pragma once

namespace loom::bench {

/// Prints a table.
void measureKernels();

}  // namespace loom::bench
