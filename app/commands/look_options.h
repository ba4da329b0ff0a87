// Options that say how a picture is to look beside its latents: truncation, class, noise, transform, …
#pragma once

#include "app/commands/arguments.h"
#include "model/latent_state.h"

namespace loom::app {

std::vector<OptionSyntax> lookOptionSyntax();

/// A state with what was asked for, at the default seed. Throws UsageError.
model::LatentState lookFrom(const Arguments& arguments);

/// The settings that `look` asks for, whether the generator has them or not: what it has not, it refuses in words.
/// Psi is among them only where it acts on w.
model::SynthesisSettings askedSettings(const model::LatentState& look, const model::GeneratorInfo& info);

}  // namespace loom::app
