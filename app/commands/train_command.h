// latent-loom train: a training without a window.
#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command trainCommand();

}  // namespace loom::app
