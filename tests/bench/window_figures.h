#pragma once

#include "tests/bench/figures.h"

namespace loom::bench {

/// In the real window with the bundled checkpoint: from a mouse move on a slider to the swap of the buffers that show
/// the new picture.
Figure measureSlider(int moves);

/// Longest silence of the UI thread's event loop, heard by a heartbeat of 5 ms, while the worker has a slow generator
/// and a slider is dragged without pause.
Figure measureStalls(double seconds);

/// The same two while a DCGAN learns, its own network under the slider; an answer is held against two of its steps.
std::vector<Figure> measureTrainingLive(double seconds, int moves);

}  // namespace loom::bench
