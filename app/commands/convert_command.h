// `latent-loom convert`: a network out of any checkpoint as safetensors, which holds weights and nothing that could run.
#pragma once

#include "app/commands/command.h"

namespace loom::app {

Command convertCommand();

}  // namespace loom::app
