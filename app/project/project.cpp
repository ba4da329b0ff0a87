#include "app/project/project.h"

#include "app/export/atomic_file.h"
#include "app/export/export_error.h"

#include <QByteArray>
#include <QFile>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>

namespace loom::app {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::int64_t kLargestFile = 256 << 20;
constexpr std::size_t kMostModels = 1000;
constexpr std::size_t kMostKeyframes = 100'000;
constexpr std::size_t kMostDirections = 10'000;
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestLayout = 16 << 20;
constexpr double kLongestFilm = 86'400;
constexpr int kDeepest = 64;  // the deepest that is written is 6

[[noreturn]] void fail(const std::string& reason) { throw ProjectError(reason); }

/// False at a depth that no project has: nested brackets cost a reader its memory.
bool shallowEnough(std::string_view text) {
  int depth = 0;
  bool inText = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inText) {
      i += c == '\\';
      inText = c != '"';
    } else if (c == '"') {
      inText = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) {
        return false;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

const json& needed(const json& object, const char* name) {
  const auto it = object.find(name);
  if (it == object.end()) {
    fail(std::string(name) + " is missing");
  }
  return *it;
}

std::string textIn(const json& object, const char* name, std::size_t longest = kLongestText) {
  const json& value = needed(object, name);
  if (!value.is_string() || value.get_ref<const std::string&>().size() > longest) {
    fail(std::string(name) + " is no text, or too long");
  }
  return value.get<std::string>();
}

double numberIn(const json& object, const char* name, double low, double high) {
  const json& value = needed(object, name);
  if (!value.is_number()) {
    fail(std::string(name) + " is no number");
  }
  const auto number = value.get<double>();
  if (!(number >= low && number <= high)) {
    fail(std::string(name) + " is out of range");
  }
  return number;
}

int indexIn(const json& object, const char* name, int low, std::size_t count) {
  const double number = numberIn(object, name, low, static_cast<double>(count) - 1);
  if (number != std::floor(number)) {
    fail(std::string(name) + " is not a whole number");
  }
  return static_cast<int>(number);
}

const json& listIn(const json& object, const char* name, std::size_t most) {
  const json& value = needed(object, name);
  if (!value.is_array() || value.size() > most) {
    fail(std::string(name) + " is no list, or too long");
  }
  return value;
}

/// A name with a folder in it could point anywhere on the reader's disk.
std::string checkedFileName(std::string name) {
  if (name.empty() || name == "." || name == ".." ||
      name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
    fail("\"" + name + "\" is not a file name");
  }
  return name;
}

ProjectModel modelIn(const json& value) {
  if (!value.is_object()) {
    fail("a model is no object");
  }
  ProjectModel model{textIn(value, "sha256"), textIn(value, "path"), checkedFileName(textIn(value, "name")),
                     textIn(value, "group")};
  if (model.sha256.size() != 64 || model.sha256.find_first_not_of("0123456789abcdef") != std::string::npos) {
    fail("the sha256 of " + model.name + " is none");
  }
  return model;
}

ProjectState stateIn(const json& object) {
  const std::string text = needed(object, "state").dump();
  try {
    return {model::latentStateFromJson(text), model::zFromJson(text)};
  } catch (const std::runtime_error& error) {
    fail(error.what());
  }
}

json stateTo(const ProjectState& state) { return json::parse(model::latentStateToJson(state.latent, state.z)); }

ProjectTimeline timelineIn(const json& value, std::size_t models) {
  if (!value.is_object()) {
    fail("the timeline is no object");
  }
  ProjectTimeline timeline;
  const json& loop = needed(value, "loop");
  if (!loop.is_boolean()) {
    fail("loop is neither true nor false");
  }
  timeline.loop = loop.get<bool>();
  timeline.interpolation = textIn(value, "interpolation");
  for (const json& entry : listIn(value, "keyframes", kMostKeyframes)) {
    if (!entry.is_object()) {
      fail("a keyframe is no object");
    }
    ProjectKeyframe keyframe{numberIn(entry, "seconds", 0, kLongestFilm), textIn(entry, "easing"),
                             indexIn(entry, "model", 0, models), stateIn(entry)};
    if (!timeline.keyframes.empty() && keyframe.seconds < timeline.keyframes.back().seconds) {
      fail("the keyframes are not in the order of their times");
    }
    timeline.keyframes.push_back(std::move(keyframe));
  }
  return timeline;
}

json parsed(std::string_view text) {
  if (!shallowEnough(text)) {
    fail("its JSON is nested too deeply");
  }
  json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    fail("it is no JSON object");
  }
  return object;
}

}  // namespace

std::string projectToJson(const Project& project) {
  json object{{"loom_project", kVersion},
              {"program", "Latent Loom " LOOM_VERSION},
              {"models", json::array()},
              {"model", project.model},
              {"state", stateTo(project.state)},
              {"directions", project.directions},
              {"layout", QByteArray::fromStdString(project.layout).toBase64().toStdString()}};
  for (const ProjectModel& model : project.models) {
    object["models"].push_back(
        {{"sha256", model.sha256}, {"path", model.path}, {"name", model.name}, {"group", model.group}});
  }
  json keyframes = json::array();
  for (const ProjectKeyframe& keyframe : project.timeline.keyframes) {
    keyframes.push_back({{"seconds", keyframe.seconds},
                         {"easing", keyframe.easing},
                         {"model", keyframe.model},
                         {"state", stateTo(keyframe.state)}});
  }
  object["timeline"] = {
      {"loop", project.timeline.loop}, {"interpolation", project.timeline.interpolation}, {"keyframes", keyframes}};
  // A path on Linux may be no UTF-8; it then is found by the hash alone.
  std::string text = object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
  projectFromJson(text);  // what could not be read again must not take the place of what could
  return text;
}

Project projectFromJson(std::string_view text) {
  const json object = parsed(text);
  const json& version = needed(object, "loom_project");
  if (!version.is_number_integer() || version.get<std::int64_t>() < 1) {
    fail("loom_project is no version");
  }
  if (version.get<std::int64_t>() > kVersion) {
    const auto program = object.find("program");
    throw ProjectNewer(
        "it was written by a newer version of Latent Loom" +
        (program != object.end() && program->is_string() && program->get_ref<const std::string&>().size() < 100
             ? " (" + program->get<std::string>() + ")"
             : std::string()) +
        "; update Latent Loom to open it");
  }
  Project project;
  for (const json& model : listIn(object, "models", kMostModels)) {
    project.models.push_back(modelIn(model));
  }
  project.model = indexIn(object, "model", -1, project.models.size());
  project.state = stateIn(object);
  project.timeline = timelineIn(needed(object, "timeline"), project.models.size());
  for (const json& name : listIn(object, "directions", kMostDirections)) {
    if (!name.is_string() || name.get_ref<const std::string&>().size() > kLongestText) {
      fail("a name of directions is no text");
    }
    project.directions.push_back(checkedFileName(name.get<std::string>()));
  }
  const auto layout = QByteArray::fromBase64Encoding(
      QByteArray::fromStdString(textIn(object, "layout", kLongestLayout)), QByteArray::AbortOnBase64DecodingErrors);
  if (!layout) {
    fail("layout is no base64");
  }
  project.layout = layout.decoded.toStdString();
  return project;
}

void saveProject(const std::filesystem::path& path, const Project& project) {
  try {
    const std::string text = projectToJson(project);
    FileDraft draft(path);
    QFile file(draft.path());
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered) ||
        file.write(text.data(), static_cast<qint64>(text.size())) != static_cast<qint64>(text.size())) {
      fail(file.errorString().toStdString());
    }
    file.close();
    draft.commit();
  } catch (const ExportError& error) {
    throw ProjectError(error.what());
  } catch (const ProjectError& error) {
    throw ProjectError("The project " + path.string() + " cannot be saved: " + error.what() +
                       ". Save it elsewhere; the file that was there before stands as it was.");
  }
}

Project loadProject(const std::filesystem::path& path) {
  QFile file(path);
  const auto refuse = [&](const std::string& reason) {
    return "The project " + path.string() + " cannot be opened: " + reason + ".";
  };
  if (!file.open(QIODevice::ReadOnly)) {
    throw ProjectError(refuse(file.errorString().toStdString()));
  }
  if (file.size() > kLargestFile) {
    throw ProjectError(refuse("it is larger than any project that is written"));
  }
  try {
    return projectFromJson(file.readAll().toStdString());
  } catch (const ProjectNewer& error) {
    throw ProjectNewer(refuse(error.what()));
  } catch (const ProjectError& error) {
    throw ProjectError(refuse(error.what()));
  }
}

}  // namespace loom::app
