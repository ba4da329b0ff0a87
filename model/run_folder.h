// A run on disk: a folder that resumes after any interruption and that TensorBoard reads.
//   run.json                     every setting, versions, the data's fingerprint; written once, atomically
//   events.out.tfevents.*        scalars, sample pictures and commands, one file per start of the run
//   snapshots/step-000001000.safetensors   G, D, EMA, optimisers, random states; whole or not there at all
//   samples/step-000001000.png   the sheet of fixed latents
//   latest.safetensors           the newest whole generator (EMA where there is one)
//   lock                         held while a process writes to the run
// Standard C++ alone: no torch, no Qt.
#pragma once

#include "model/checkpoint/checkpoint.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

/// `what()` is a sentence for people that names the file or folder and the reason.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ScalarPoint {
  std::int64_t step = 0;
  double wallTime = 0.0;  ///< seconds since 1970
  float value = 0.0F;
};

struct ScalarSeries {
  std::string tag;  ///< e.g. "loss/G"
  std::vector<ScalarPoint> points;
};

/// Something that was done to a run: a command of its owner, a snapshot, an alarm. Kept as a text summary.
struct RunMark {
  std::int64_t step = 0;
  double wallTime = 0.0;
  std::string tag;   ///< "command", "snapshot" or "health"
  std::string text;  ///< e.g. "learning-rate-d 0.0004"
};

/// What the event files of one run hold.
struct RunHistory {
  std::vector<ScalarSeries> scalars;
  std::vector<RunMark> marks;
};

class RunFolder {
 public:
  /// Makes the folder and its run.json. Throws RunError where it exists and is not empty, or cannot be written.
  /// `json`: an object as text; the program's version and the format's are added to it.
  static RunFolder create(const std::filesystem::path& path, const std::string& json);
  /// Opens one to go on writing to it. Throws RunError where it is none, is of a newer version, or another process
  /// writes to it.
  static RunFolder resume(const std::filesystem::path& path);
  RunFolder(RunFolder&&) noexcept;
  RunFolder& operator=(RunFolder&&) noexcept;
  ~RunFolder();

  const std::filesystem::path& path() const;
  const std::string& json() const;  ///< what create was given, and its additions

  // Events. All throw RunError where the disk refuses; what was written before stays readable.
  void addScalar(const std::string& tag, std::int64_t step, float value);
  void addMark(const RunMark& mark);
  /// `png`: a whole PNG file.
  void addPicture(const std::string& tag, std::int64_t step, int width, int height, std::span<const std::byte> png);
  /// Hands what was added to the operating system.
  void flush();

  /// Snapshots, oldest first. Only whole ones: a file that was being written when the process died is not among them.
  std::vector<std::pair<std::int64_t, std::filesystem::path>> snapshots() const;
  /// Writes a snapshot beside its place, syncs it and renames it; the older ones but `keep` (and each power-of-two-th)
  /// go away. A full disk leaves the older ones and throws RunError.
  void writeSnapshot(std::int64_t step, std::span<const TensorView> tensors,
                     const std::vector<std::pair<std::string, std::string>>& metadata, int keep = 5);
  /// The same of latest.safetensors.
  void writeLatest(std::span<const TensorView> tensors,
                   const std::vector<std::pair<std::string, std::string>>& metadata);
  void writeSheet(std::int64_t step, std::span<const std::byte> png);
  /// Events after `step` are dropped from what readHistory gives, as after a resume or a roll-back; a mark says so.
  void rewindTo(std::int64_t step);

 private:
  struct Parts;
  explicit RunFolder(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> m_parts;
};

/// Reads every event file of `folder` (also of other programs, while they write): later starts replace the steps that
/// they run again. A broken tail is left out. Throws RunError where there is no event file.
RunHistory readHistory(const std::filesystem::path& folder);

}  // namespace loom::model
