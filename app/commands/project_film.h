// The film that a project tells of: its timeline, and the model that makes it.
#pragma once

#include "app/project/project.h"
#include "model/generator_info.h"
#include "model/timeline.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace loom::app {

/// The model of the project's keyframes. Throws ProjectError where there is no keyframe, or they are of several models.
const ProjectModel& modelOfFilm(const Project& project, const std::filesystem::path& projectFile);

/// Where that model is now: its old place, or under its name beside the project; by hash. Throws ProjectError, or
/// ExportError where a file cannot be read. Empty where `stop` was asked for. `progress` gets fractions in [0, 1].
std::filesystem::path findModel(const ProjectModel& model, const std::filesystem::path& projectFile, const std::stop_token& stop,
                                const std::function<void(double)>& progress = {});

/// The project's timeline for `info`. A name that is not known is slerp, or linear.
model::Timeline timelineOf(const Project& project, const model::GeneratorInfo& info);

/// The other way, for keyframes that are all of the project's model number `model`.
ProjectTimeline projectTimeline(const model::Timeline& timeline, int model, const model::GeneratorInfo& info);

}  // namespace loom::app
