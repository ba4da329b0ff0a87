// A piece of work as it is saved: which models, where the hand stands, the film in the making, the window's layout.
//
// `.loom` is a JSON object:
//   "loom_project": 1          version; a reader that knows only smaller numbers must not guess
//   "program": "Latent Loom 0.1.0"
//   "models": [{"sha256", "path", "name", "group"}]      by hash; the path is where it was
//   "state": {…}               model::latentStateToJson with z
//   "model": 0                 which of the models is open; −1: none
//   "timeline": {"loop": false, "interpolation": "slerp", "keyframes": [{"seconds", "easing", "model", "state": {…}}]}
//   "directions": ["faces-pca.safetensors"]              file names beside the project or the model, without folder
//   "layout": "base64"         of the window; opaque
// Fields that are not known are ignored: newer versions of version 1 may write more.
#pragma once

#include "model/latent_state.h"

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace loom::app {

/// The file cannot be used or written; `what()` names it and the reason, and says what to do.
class ProjectError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The file was written by a newer version of the program.
class ProjectNewer : public ProjectError {
 public:
  using ProjectError::ProjectError;
};

struct ProjectModel {
  std::string sha256;  ///< 64 lower-case hexadecimal digits
  std::string path;    ///< where it was; where to look first, nothing more
  std::string name;    ///< file name without folder
  std::string group;   ///< network in the file; empty for a bare one
  bool operator==(const ProjectModel&) const = default;
};

struct ProjectState {
  model::LatentState latent;
  std::vector<float> z;  ///< may be empty: unknown
  bool operator==(const ProjectState&) const = default;
};

struct ProjectKeyframe {
  double seconds = 0.0;           ///< from the beginning, in [0, 86400]; keyframes ascend
  std::string easing = "linear";  ///< a name that the timeline knows; one that it does not is linear
  int model = 0;                  ///< index into Project::models
  ProjectState state;
  bool operator==(const ProjectKeyframe&) const = default;
};

struct ProjectTimeline {
  bool loop = false;
  std::string interpolation = "slerp";  ///< a name that the timeline knows
  std::vector<ProjectKeyframe> keyframes;
  bool operator==(const ProjectTimeline&) const = default;
};

struct Project {
  std::vector<ProjectModel> models;
  int model = -1;  ///< index of the open one; −1: none
  ProjectState state;
  ProjectTimeline timeline;
  std::vector<std::string> directions;  ///< file names without folder
  std::string layout;                   ///< bytes
  bool operator==(const Project&) const = default;
};

/// JSON as described above, indented, with a line feed at its end. The same project gives the same text. Throws
/// ProjectError where it is none that could be read again (an index out of its list, times that descend).
std::string projectToJson(const Project& project);
/// The inverse. Throws ProjectNewer or ProjectError, whose `what()` then is a clause without the file's name. Made for
/// hostile texts: everything is bounded and checked.
Project projectFromJson(std::string_view json);

/// Writes the file whole or not at all. Throws ProjectError.
void saveProject(const std::filesystem::path& path, const Project& project);
/// Throws ProjectNewer or ProjectError with a sentence.
Project loadProject(const std::filesystem::path& path);

}  // namespace loom::app
