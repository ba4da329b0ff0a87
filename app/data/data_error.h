#pragma once

#include <stdexcept>

namespace loom::app {

/// What is wrong with data for a training: `what()` is a sentence for people that names the file or folder.
class DataError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The person did not want to wait.
class DataCancelled : public DataError {
 public:
  DataCancelled() : DataError("Looking over the data was cancelled.") {}
};

}  // namespace loom::app
