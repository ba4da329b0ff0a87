// What of a step becomes a curve, under which name: the tags of the run's events and of the panel alike.
#pragma once

#include "model/training_health.h"

#include <string>
#include <utility>
#include <vector>

namespace loom::model {

/// Tag ("loss/G") and value of everything that `report` has.
std::vector<std::pair<std::string, double>> scalarsOf(const StepReport& report, const TrainingSettings& settings);

std::vector<std::pair<std::string, double>> scalarsOf(const DiversityReport& report);

}  // namespace loom::model
