// From settings and a path to a training: data opened and looked over, sheets written as PNG.
#pragma once

#include "app/data/training_pictures.h"
#include "model/training_session.h"

#include <memory>
#include <string>

namespace loom::app {

/// What a start wants told.
struct StartControl {
  DataControl data;
  std::function<void(const DataSurvey&)> surveyed;  ///< before the networks are made; may be empty
};

/// The data that `settings` learn from; null for a toy. Throws std::runtime_error.
std::shared_ptr<const model::TrainingData> openData(const model::TrainingSettings& settings, const std::string& path,
                                                    const StartControl& control);

/// Begins a run in the new folder `out`. `dataPath` is without effect for a toy. Throws std::runtime_error.
std::unique_ptr<model::TrainingSession> startTraining(const model::TrainingSettings& settings, const std::string& dataPath,
                                                      const std::filesystem::path& out, const StartControl& control = {});

/// Goes on with the run at `path`. Throws std::runtime_error.
std::unique_ptr<model::TrainingSession> resumeTraining(const std::filesystem::path& path, const StartControl& control = {});

}  // namespace loom::app
