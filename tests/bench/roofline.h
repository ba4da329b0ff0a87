// What this machine could do at best: products and sums in registers, and memory read and written.
#pragma once

namespace loom::bench {

struct Roofline {
  double flops = 0.0;  ///< a second, float32, all threads
  double bytes = 0.0;  ///< a second, read and written, all threads, far beyond the caches
};

/// Takes about a second.
Roofline measureRoofline();

}  // namespace loom::bench
