// What a network is refused with.
#pragma once

#include <stdexcept>

namespace loom::model {

/// The file was read, but no generator could be made of it; `what()` is a sentence for people that names the file.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace loom::model
