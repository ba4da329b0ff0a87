#include "model/run_folder.h"

#include "model/checkpoint/safetensors_writer.h"
#include "model/run/run_files.h"
#include "model/run/run_snapshots.h"
#include "model/run/tf_events.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace loom::model {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr const char* kFormatKey = "run-format";
constexpr const char* kProgramKey = "program";
constexpr const char* kJsonName = "run.json";
constexpr const char* kLockName = "lock";
constexpr const char* kSnapshots = "snapshots";
constexpr const char* kSamples = "samples";
constexpr const char* kTensorSuffix = ".safetensors";
constexpr const char* kPictureSuffix = ".png";
constexpr std::size_t kLongestJson = 16U << 20U;
constexpr std::size_t kEventBuffer = 64U << 10U;
constexpr std::size_t kMostUnwritten = 32U << 20U;

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

void makeFolder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    cannotWrite(path, error.message());
  }
}

/// Whether a new run may begin here. What a start that was killed leaves behind does not count.
bool isFree(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name != kLockName && name != std::string(kJsonName) + ".part") {
      return false;
    }
  }
  if (error) {
    throw RunError(folder.string() + " cannot be read: " + error.message() + ".");
  }
  return true;
}

std::string withVersions(const std::string& json) {
  nlohmann::ordered_json given = nlohmann::ordered_json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!given.is_object()) {
    throw RunError("The settings of the run are no JSON object.");
  }
  nlohmann::ordered_json whole = {{kFormatKey, kFormat}, {kProgramKey, "Latent Loom " LOOM_VERSION}};
  for (const auto& [key, value] : given.items()) {
    if (!whole.contains(key)) {
      whole[key] = value;
    }
  }
  return whole.dump(2) + "\n";
}

/// The text of run.json, looked over.
std::string readJson(const fs::path& folder) {
  const fs::path path = folder / kJsonName;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    throw RunError(folder.string() + " is no run: there is no " + kJsonName + " in it.");
  }
  std::string text(kLongestJson + 1, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) {
    throw RunError(path.string() + " cannot be read.");
  }
  const auto json =
      text.size() > kLongestJson ? nlohmann::json() : nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains(kFormatKey) || !json[kFormatKey].is_number_integer()) {
    throw RunError(path.string() + " is damaged: it is not what a run of Latent Loom begins with.");
  }
  if (const auto format = json[kFormatKey].get<std::int64_t>(); format < 1 || format > kFormat) {
    const std::string maker = json.contains(kProgramKey) && json[kProgramKey].is_string()
                                  ? " (" + json[kProgramKey].get<std::string>() + ")"
                                  : "";
    throw RunError(folder.string() + " is a run of a newer version" + maker + ": its format is " +
                   std::to_string(format) + ", and this version knows " + std::to_string(kFormat) + ".");
  }
  return text;
}

/// Drafts that a killed process left.
void removeDrafts(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".part") {
      std::error_code ignored;
      fs::remove(entry->path(), ignored);
    }
  }
}

/// Seconds for the name of a new event file: TensorBoard reads the files of a run in the order of their names, so that
/// a clock that was set back must not matter.
std::int64_t secondsForName(const fs::path& folder) {
  constexpr std::string_view kBegin = "events.out.tfevents.";
  auto seconds = static_cast<std::int64_t>(now());
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::int64_t other = 0;
    if (name.starts_with(kBegin) &&
        std::from_chars(name.data() + kBegin.size(), name.data() + name.size(), other).ec == std::errc() &&
        other < 9'999'999'999) {
      seconds = std::max(seconds, other + 1);
    }
  }
  return seconds;
}

}  // namespace

struct RunFolder::Parts {
  fs::path path;
  std::string json;
  FolderLock lock;
  std::optional<AppendedFile> events;
  std::string unwritten;  ///< whole records

  explicit Parts(const fs::path& folder) : path(folder), lock(folder / kLockName, folder) {}

  void flush() {
    if (unwritten.empty()) {
      return;
    }
    if (!events) {
      events.emplace(path / ("events.out.tfevents." + std::to_string(secondsForName(path)) + ".latent-loom." +
                             std::to_string(processId())));
    }
    events->append(unwritten);
    unwritten.clear();
  }

  void add(const std::string& record) {
    if (unwritten.empty() && !events) {
      unwritten = versionRecord(now());
    }
    if (unwritten.size() > kMostUnwritten) {
      flush();  // throws, as it did before: the events are lost, and it was told
    }
    unwritten += record;
    if (unwritten.size() > kEventBuffer) {
      flush();
    }
  }
};

RunFolder::RunFolder(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
RunFolder::RunFolder(RunFolder&&) noexcept = default;

RunFolder& RunFolder::operator=(RunFolder&& other) noexcept {
  std::swap(m_parts, other.m_parts);
  return *this;
}

RunFolder::~RunFolder() {
  try {
    if (m_parts) {
      m_parts->flush();
    }
  } catch (const RunError&) {  // NOLINT(bugprone-empty-catch): who wants to know calls flush()
  }
}

RunFolder RunFolder::create(const fs::path& path, const std::string& json) {
  const std::string whole = withVersions(json);
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw RunError(path.string() + " is a file. A run is a folder.");
  }
  makeFolder(path);
  if (!isFree(path)) {  // before a lock file is put into somebody else's folder
    throw RunError(path.string() + " is not empty. A new run takes a new folder.");
  }
  auto parts = std::make_unique<Parts>(path);
  if (!isFree(path)) {
    throw RunError(path.string() + " is not empty. A new run takes a new folder.");
  }
  parts->json = whole;
  writeWholeFile(path / kJsonName, std::as_bytes(std::span(whole)));
  return RunFolder(std::move(parts));
}

RunFolder RunFolder::resume(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    throw RunError(path.string() + (fs::exists(path, error) ? " is a file. A run is a folder." : " is not there."));
  }
  std::string json = readJson(path);
  auto parts = std::make_unique<Parts>(path);
  parts->json = std::move(json);
  for (const fs::path& folder : {path, path / kSnapshots, path / kSamples}) {
    removeDrafts(folder);
  }
  return RunFolder(std::move(parts));
}

const fs::path& RunFolder::path() const { return m_parts->path; }
const std::string& RunFolder::json() const { return m_parts->json; }

void RunFolder::addScalar(const std::string& tag, std::int64_t step, float value) {
  m_parts->add(scalarRecord(now(), step, tag, value));
}

void RunFolder::addMark(const RunMark& mark) {
  m_parts->add(textRecord(mark.wallTime > 0 ? mark.wallTime : now(), mark.step, mark.tag, mark.text));
}

void RunFolder::addPicture(const std::string& tag, std::int64_t step, int width, int height,
                           std::span<const std::byte> png) {
  m_parts->add(pictureRecord(now(), step, tag, width, height, png));
}

void RunFolder::flush() { m_parts->flush(); }

std::vector<std::pair<std::int64_t, fs::path>> RunFolder::snapshots() const {
  NumberedFiles files = numberedFiles(m_parts->path / kSnapshots, kTensorSuffix);
  std::erase_if(files, [](const auto& file) { return !isWholeSafetensors(file.second); });
  return files;
}

void RunFolder::writeSnapshot(std::int64_t step, std::span<const TensorView> tensors,
                              const std::vector<std::pair<std::string, std::string>>& metadata, int keep) {
  if (step < 0) {
    throw RunError("A snapshot cannot be of step " + std::to_string(step) + ".");
  }
  m_parts->flush();
  if (m_parts->events) {
    m_parts->events->syncToDisk();  // a curve that ends before the snapshot would have a gap after a resume
  }
  const fs::path folder = m_parts->path / kSnapshots;
  makeFolder(folder);
  try {
    writeSafetensors(folder / numberedName(step, kTensorSuffix), tensors, metadata, Durability::Machine);
  } catch (const std::runtime_error& error) {
    throw RunError(error.what());
  }
  const NumberedFiles whole = snapshots();
  std::vector<std::int64_t> steps;
  for (const auto& file : whole) {
    steps.push_back(file.first);
  }
  for (const std::int64_t old : dispensableSteps(steps, keep)) {
    std::error_code ignored;  // it takes room and does no harm
    fs::remove(folder / numberedName(old, kTensorSuffix), ignored);
  }
}

void RunFolder::writeLatest(std::span<const TensorView> tensors,
                            const std::vector<std::pair<std::string, std::string>>& metadata) {
  try {
    writeSafetensors(m_parts->path / "latest.safetensors", tensors, metadata, Durability::Machine);
  } catch (const std::runtime_error& error) {
    throw RunError(error.what());
  }
}

void RunFolder::writeSheet(std::int64_t step, std::span<const std::byte> png) {
  makeFolder(m_parts->path / kSamples);
  writeWholeFile(m_parts->path / kSamples / numberedName(step, kPictureSuffix), png);
}

void RunFolder::rewindTo(std::int64_t step) {
  // Newest first, and before the events tell: killed in between, the run resumes from one of these all the same, and
  // goes back once more.
  for (const auto& [folder, suffix] : {std::pair(kSnapshots, kTensorSuffix), std::pair(kSamples, kPictureSuffix)}) {
    const NumberedFiles files = numberedFiles(m_parts->path / folder, suffix);
    for (auto file = files.rbegin(); file != files.rend() && file->first > step; ++file) {
      std::error_code error;
      fs::remove(file->second, error);
      if (error) {
        throw RunError(file->second.string() + " cannot be removed: " + error.message() + ".");
      }
    }
  }
  m_parts->add(restartRecord(now(), step + 1));
  addMark({step, 0.0, "command", "went back to step " + std::to_string(step)});
  m_parts->flush();
}

}  // namespace loom::model
