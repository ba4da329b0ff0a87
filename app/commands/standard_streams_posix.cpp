#include "app/commands/commands.h"

#include <iostream>

#include <unistd.h>

namespace loom::app {

Streams standardStreams() { return {std::cout, std::cerr, isatty(STDERR_FILENO) == 1}; }

}  // namespace loom::app
