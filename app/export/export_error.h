// What goes wrong between a picture and the disk, told in one sentence for people.
#pragma once

#include <stdexcept>

namespace loom::app {

/// A picture could not be made or written; `what()` names the file and the reason.
class ExportError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A picture says that it was made by this program, but what it says cannot be used; `what()` names the file and the
/// reason.
class ProvenanceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace loom::app
