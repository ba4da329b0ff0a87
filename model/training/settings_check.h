// Whether a training can be at all: settings against data and against this machine.
#pragma once

#include "model/training/discriminator.h"
#include "model/training_session.h"

namespace loom::model {

/// Throws TrainingError that names the setting and what to do.
void checkSettings(const TrainingSettings& settings, const DataShape& shape);

}  // namespace loom::model
