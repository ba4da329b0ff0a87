#include "app/commands/project_film.h"

#include "app/export/file_hash.h"

#include <algorithm>

namespace loom::app {

namespace fs = std::filesystem;

const ProjectModel& modelOfFilm(const Project& project, const fs::path& projectFile) {
  const auto& keyframes = project.timeline.keyframes;
  if (keyframes.empty()) {
    throw ProjectError(projectFile.string() +
                       " has no keyframes: set some in the window's Timeline and save it, or give a checkpoint and --seeds.");
  }
  const int first = keyframes.front().model;
  const auto other = std::find_if(keyframes.begin(), keyframes.end(), [&](const auto& keyframe) { return keyframe.model != first; });
  if (other != keyframes.end()) {
    throw ProjectError(projectFile.string() + " has keyframes of several models, " +
                       project.models[static_cast<std::size_t>(first)].name + " and " +
                       project.models[static_cast<std::size_t>(other->model)].name +
                       ": a film is made by one; take the others' keyframes out.");
  }
  return project.models[static_cast<std::size_t>(first)];
}

fs::path findModel(const ProjectModel& model, const fs::path& projectFile, const std::stop_token& stop,
                   const std::function<void(double)>& progress) {
  const fs::path folder = projectFile.parent_path();
  std::string changed;
  for (const fs::path& path : {fs::path(model.path), folder / fs::path(model.path).filename(), folder / model.name}) {
    std::error_code error;
    if (path.empty() || !fs::is_regular_file(path, error)) {
      continue;
    }
    const auto sha256 = sha256OfFile(path, stop, progress);
    if (!sha256 || *sha256 == model.sha256) {
      return sha256 ? path : fs::path();
    }
    changed = path.string();
  }
  throw ProjectError(projectFile.string() + " needs " + model.name + " (SHA-256 " + model.sha256 + "), which is " +
                     (changed.empty() ? "neither at " + model.path + " nor beside the project"
                                      : "not there: " + changed + " is another file of that name") +
                     ". Put it beside the project.");
}

model::Timeline timelineOf(const Project& project, const model::GeneratorInfo& info) {
  model::Timeline timeline;
  timeline.loop = project.timeline.loop;
  timeline.interpolation =
      model::interpolationNamed(project.timeline.interpolation).value_or(model::Interpolation::Slerp);
  for (const ProjectKeyframe& keyframe : project.timeline.keyframes) {
    timeline.keyframes.push_back({keyframe.seconds, model::easingNamed(keyframe.easing).value_or(model::Easing::Linear),
                                  model::exactState({keyframe.state.latent, keyframe.state.z}, info)});
  }
  return timeline;
}

ProjectTimeline projectTimeline(const model::Timeline& timeline, int model, const model::GeneratorInfo& info) {
  ProjectTimeline result{timeline.loop, model::nameOf(timeline.interpolation), {}};
  for (const model::Keyframe& keyframe : timeline.keyframes) {
    result.keyframes.push_back({keyframe.seconds, model::nameOf(keyframe.easing), model,
                                {keyframe.state, model::resolveZ(keyframe.state, info)}});
  }
  return result;
}

}  // namespace loom::app
