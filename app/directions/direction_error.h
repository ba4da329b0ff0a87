#pragma once

#include <stdexcept>

namespace loom::app {

/// What goes wrong with kept directions: `what()` is a sentence that names the file, the reason, and what to do.
class DirectionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace loom::app
