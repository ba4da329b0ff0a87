// latent-loom presets: the recipes of trainings with their settings.
#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command presetsCommand();

}  // namespace loom::app
