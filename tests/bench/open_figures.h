// How long a large checkpoint takes from its name to its first picture, beside what reading the file alone takes.
#pragma once

#include "tests/bench/figures.h"

namespace loom::bench {

/// Writes a checkpoint of some `megabytes` into the temporary folder and opens it `runs` times, from the disk each time.
/// The figures: reading, opening to the first picture, one picture more; the limit is that of the second.
std::vector<Figure> measureOpening(int megabytes, int runs);

}  // namespace loom::bench
