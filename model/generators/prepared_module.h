// Modules that make something of their weights once these are there.
#pragma once

#include "model/generators/generator.h"

#include <string>

namespace loom::model {

class PreparedModule : public torch::nn::Module {
 public:
  /// `name`: the module's own, for messages. Throws ModelError.
  virtual void prepare(const std::string& name) = 0;
};

/// Prepares every PreparedModule within `generator`; for Generator::finishLoading. Throws ModelError.
void prepareModules(Generator& generator);

}  // namespace loom::model
