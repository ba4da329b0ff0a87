// --direction FILE:INDEX=STRENGTH: moves along a direction that `latent-loom directions` wrote.
#pragma once

#include "app/commands/arguments.h"
#include "model/latent_state.h"

namespace loom::app {

OptionSyntax directionOptionSyntax();

/// Adds every --direction to the style offsets of `look`. The file's `layers` say which layers it moves. Throws UsageError
/// on a word that cannot be read, std::runtime_error where the file holds no such direction, or one for z.
void takeDirections(const Arguments& arguments, model::LatentState& look);

}  // namespace loom::app
