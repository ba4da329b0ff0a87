#include "model/generators/prepared_module.h"

namespace loom::model {

void prepareModules(Generator& generator) {
  const torch::NoGradGuard noGrad;
  for (const auto& item : generator.named_modules()) {
    if (auto* module = item.value()->as<PreparedModule>()) {
      module->prepare(item.key());
    }
  }
}

}  // namespace loom::model
