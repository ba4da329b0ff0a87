#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command datasetCommand();

}  // namespace loom::app
