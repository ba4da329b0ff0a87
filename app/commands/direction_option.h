// --direction: moves along a direction that is kept beside the model (NAME=STRENGTH), or one of a file (FILE:INDEX=STRENGTH).
#pragma once

#include "app/commands/arguments.h"
#include "model/latent_state.h"

namespace loom::app {

OptionSyntax directionOptionSyntax();

/// Adds every --direction to the style offsets of `look`, in the layers that the direction is meant for. Names are looked up
/// in the library of the checkpoint that is the first operand. Throws UsageError on a word that cannot be read,
/// std::runtime_error where there is no such direction, or one for z.
void takeDirections(const Arguments& arguments, model::LatentState& look);

}  // namespace loom::app
