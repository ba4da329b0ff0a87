#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command directionsCommand();

}  // namespace loom::app
