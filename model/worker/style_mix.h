// What each layer is fed with where a state mixes sources, goes along directions or moves single styles.
#pragma once

#include "model/generators/generator.h"
#include "model/latent_state.h"

namespace loom::model {

/// Whether `state` needs `mixStyles`: else what `Generator::map` gives is what every layer takes.
bool mixesStyles(const LatentState& state, const GeneratorInfo& info);

/// 1×mixLayers×dim for `Generator::synthesize`: w of each style layer, or of a hierarchical generator each layer's
/// z and class. `control` has the settings of `state`. Sources first, then directions, then single styles.
torch::Tensor mixStyles(Generator& generator, torch::Device device, const LatentState& state,
                        const SynthesisControl& control);

}  // namespace loom::model
