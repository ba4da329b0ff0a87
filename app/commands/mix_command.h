#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command mixCommand();

}  // namespace loom::app
