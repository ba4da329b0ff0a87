// The same work on many things, by a few threads.
#pragma once

#include "app/data/training_pictures.h"

#include <cstddef>
#include <functional>

namespace loom::app {

/// Calls work(0) … work(count − 1), in any order, on `threads` threads (0: one for each core), and reports progress
/// from `from` to `to` on the calling thread. Throws what `work` throws first, and DataCancelled.
void forEachInParallel(std::size_t count, int threads, const DataControl& control, double from, double to,
                       const std::function<void(std::size_t)>& work);

}  // namespace loom::app
