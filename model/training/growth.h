// When a Progressive GAN grows (Karras et al. 2018): at 4×4 first, then each doubling fades in and is held.
#pragma once

#include "model/training_settings.h"

namespace loom::model {

struct GrowthStage {
  int resolution = 0;  ///< pixels that are made and judged
  double fade = 0.0;   ///< share in [0, 1] of the lower resolution, while the last doubling fades in
  int whole = 0;       ///< pixels of the highest resolution that has faded in
};

/// At `step` (steps made so far) of a network of `resolution` pixels.
GrowthStage growthAt(const TrainingSettings& settings, int resolution, std::int64_t step);

}  // namespace loom::model
