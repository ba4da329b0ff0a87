// `latent-loom info`: what is known of a checkpoint, or of a picture that was exported.
#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command infoCommand();

}  // namespace loom::app
