#pragma once

#include "tests/bench/figures.h"

namespace loom::bench {

/// Starts the built program `runs` times after one warm-up, as a process of its own with fresh settings, and reads the
/// milestones that it traces. Times count from the start of the process.
std::vector<Figure> measureStart(int runs);

}  // namespace loom::bench
