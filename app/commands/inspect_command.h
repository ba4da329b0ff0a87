#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command inspectCommand();

}  // namespace loom::app
