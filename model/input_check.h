// Whether inputs and settings are what a generator takes.
#pragma once

#include "model/generator_info.h"
#include "model/generator_inputs.h"

namespace loom::model {

/// Throws ModelError with a clause that names the input or setting which is missing, has a wrong shape or values that
/// are no numbers, or which this generator does not have.
void checkInputs(const GeneratorInputs& inputs, const SynthesisSettings& settings, const GeneratorInfo& info);

}  // namespace loom::model
