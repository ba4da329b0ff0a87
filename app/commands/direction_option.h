// --direction: moves along a direction that is kept beside the model (NAME=STRENGTH), or one of a file (FILE:INDEX=STRENGTH).
#pragma once

#include "app/commands/arguments.h"
#include "model/latent_state.h"

namespace loom::app {

OptionSyntax directionOptionSyntax();

/// Adds every --direction to those of `look`, in the layers that it is meant for. Names are looked up in the library of the
/// checkpoint that is the first operand. Throws UsageError on a word that cannot be read, std::runtime_error where there is
/// no such direction.
void takeDirections(const Arguments& arguments, model::LatentState& look);

/// Throws std::runtime_error where a direction of `look` is not of a generator like `info`, which is named `model`.
void checkDirections(const model::LatentState& look, const model::GeneratorInfo& info, const std::string& model);

}  // namespace loom::app
