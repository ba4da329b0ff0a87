// How a picture that is being made is given up.
#pragma once

#include <exception>
#include <functional>

namespace loom::model {

/// Thrown out of a synthesis whose `Interrupt` answered true.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "the picture was given up for a newer one"; }
};

/// Asked between layers: true gives the picture up.
using Interrupt = std::function<bool()>;

}  // namespace loom::model
