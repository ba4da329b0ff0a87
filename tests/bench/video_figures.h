// What writing a film costs beside making its frames.
#pragma once

namespace loom::bench {

/// Makes `frames` frames of the bundled 64² models alone, and as a film of each kind, in turn for `rounds` rounds; prints
/// the milliseconds of each and the ratio (the median of the rounds'), which is to be at most 1.2.
void measureVideo(int frames, int rounds);

}  // namespace loom::bench
