#pragma once

#include "tests/bench/figures.h"

#include <string>

namespace loom::bench {

/// In the real window with the bundled checkpoint: from a mouse move on a slider to the swap of the buffers that show
/// the new picture.
Figure measureSlider(int moves);

/// Longest silence of the UI thread's event loop, heard by a heartbeat of 5 ms, while the worker has a slow generator
/// and a slider is dragged without pause.
Figure measureStalls(double seconds);

/// The same of a StyleGAN2 of 1024 pixels, which is made in `folder` unless it is there; with what its frames take.
std::vector<Figure> measureLargeStalls(const std::string& folder, double seconds);

/// The same two while a DCGAN learns, its own network under the slider; an answer is held against two of its steps.
std::vector<Figure> measureTrainingLive(double seconds, int moves);

}  // namespace loom::bench
