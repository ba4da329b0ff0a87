// Options that every command has which opens a model: which network of the file, and how.
#pragma once

#include "app/commands/arguments.h"
#include "model/opened_model.h"

namespace loom::app {

/// --group, --layout and --trust, for CommandSyntax::options.
std::vector<OptionSyntax> openOptionSyntax();

model::OpenOptions openOptions(const Arguments& arguments);

}  // namespace loom::app
