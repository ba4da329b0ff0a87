// What only a GPU can show: each kernel beside its CPU build, the oracle's cases, a full memory. For `./dev gpu-check`.
#pragma once

namespace loom::bench {

/// Prints a report in Markdown. 0: all is as it should be; 1: something is not; 2: there is no GPU, and why.
int gpuCheck();

}  // namespace loom::bench
