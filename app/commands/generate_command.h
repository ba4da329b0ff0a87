// `latent-loom generate`: pictures and raw tensors without a window.
#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command generateCommand();

}  // namespace loom::app
