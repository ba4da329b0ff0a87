// What can be told of a training before it begins: the data looked over, and the cost of a step on this machine.
#pragma once

#include "app/data/training_start.h"
#include "ui/session/services.h"

namespace loom::app {

/// Throws std::runtime_error where such a training could not begin.
ui::TrainingOutlook foresee(const model::TrainingSettings& settings, const std::string& dataPath,
                            const StartControl& control);

}  // namespace loom::app
