#pragma once

namespace loom::app {

/// Milliseconds since the system started this process.
double processAgeMs();

}  // namespace loom::app
