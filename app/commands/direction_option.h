// --direction FILE:INDEX=STRENGTH: moves along a direction that `latent-loom directions` wrote.
#pragma once

#include "app/commands/arguments.h"
#include "model/latent_state.h"

namespace loom::app {

OptionSyntax directionOptionSyntax();

/// Adds every --direction to those of `look`. The file's `layers` say which layers it moves. Throws UsageError
/// on a word that cannot be read, std::runtime_error where the file holds no such direction.
void takeDirections(const Arguments& arguments, model::LatentState& look);

/// Throws std::runtime_error where a direction of `look` is not of a generator like `info`, which is named `model`.
void checkDirections(const model::LatentState& look, const model::GeneratorInfo& info, const std::string& model);

}  // namespace loom::app
