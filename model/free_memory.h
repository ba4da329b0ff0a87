// How much memory there is to be had.
#pragma once

#include <cstddef>

namespace loom::model {

/// Memory of this machine that can be had without swapping, in bytes; 0: unknown.
double freeMemory();

/// Of pieces of work that take `bytesEach` (0: unknown), how many at once leave most of `freeBytes` (0: unknown) free; at
/// least 1.
std::size_t mostInMemory(double freeBytes, std::size_t bytesEach);

}  // namespace loom::model
