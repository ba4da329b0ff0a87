// What a gallery of a hundred thousand pictures costs.
#pragma once

#include "tests/bench/figures.h"

namespace loom::bench {

/// Searches of several kinds, a page of rows, comparisons and one picture kept, among `entries` entries with styles of
/// 512.
std::vector<Figure> measureGallery(int entries);

/// Gaps of the UI thread's event loop, heard by a heartbeat of 5 ms, while the window's gallery of `entries` entries is
/// scrolled from end to end for `seconds`.
Figure measureGalleryScroll(int entries, double seconds);

}  // namespace loom::bench
