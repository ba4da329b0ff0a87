#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command videoCommand();

}  // namespace loom::app
