// `latent-loom directions --method …`: from what was typed to the directions that were found.
#pragma once

#include "app/commands/command.h"
#include "app/directions/direction_library.h"
#include "app/directions/direction_search.h"

namespace loom::app {

/// The options of all methods.
std::vector<OptionSyntax> directionMethodSyntax();

/// What is wrong with the method's options is told before a large model is opened. Throws UsageError.
void checkDirectionMethod(const Arguments& arguments);

/// Finds them. `look`: class and truncation of the pictures that seeds stand for. `library`: where names of kept directions
/// are looked up. Throws UsageError, Stopped and std::runtime_error with a sentence.
FoundDirections findDirections(const Arguments& arguments, const model::OpenedModel& opened, const std::string& sha256,
                               const model::LatentState& look, const DirectionLibrary& library, const Streams& streams,
                               const std::stop_token& stop);

}  // namespace loom::app
