// One training: networks, data and the run on disk, advanced step by step. Whoever drives it (the command line, or the
// training worker's thread) calls all members from one thread. Standard C++ alone.
#pragma once

#include "model/float_tensor.h"
#include "model/run_folder.h"
#include "model/training_data.h"
#include "model/training_health.h"
#include "model/training_settings.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace loom::model {

/// `what()` is a sentence that names the setting, the file or the reason.
class TrainingError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What G makes of latents that stay the same throughout a run.
struct TrainingSheet {
  std::int64_t step = 0;
  int count = 0;
  int channels = 0;                  ///< 1 or 3; 0: points
  int resolution = 0;                ///< pixels a side
  std::vector<std::uint8_t> pixels;  ///< count × resolution × resolution × channels, channels last
  std::vector<float> points;         ///< count × 2, of a 2-D toy
};

/// D over a square of the plane, of a 2-D toy.
struct TrainingMap {
  int side = 0;
  float reach = 1.5F;          ///< the square is ±reach
  std::vector<float> values;   ///< side × side scores, rows from −reach up
};

class TrainingSession {
 public:
  /// A picture as a PNG file: width, height, channels (1 or 3), pixels (channels last).
  using PngEncoder =
      std::function<std::vector<std::byte>(int width, int height, int channels, const std::vector<std::uint8_t>& pixels)>;

  /// Begins a run in the new folder `out`. `data` is null for a toy. Throws TrainingError or RunError.
  static std::unique_ptr<TrainingSession> start(const TrainingSettings& settings, std::shared_ptr<const TrainingData> data,
                                                const std::filesystem::path& out, PngEncoder png);
  /// Goes on with a run from its last whole snapshot: what follows equals what would have followed, bit for bit on the
  /// CPU. Throws TrainingError where `data` are not the run's, or RunError.
  static std::unique_ptr<TrainingSession> resume(RunFolder run, std::shared_ptr<const TrainingData> data, PngEncoder png);
  /// The settings that a run.json holds, and where its data are; empty for a toy. Throws TrainingError.
  static TrainingSettings settingsOf(const RunFolder& run);
  static std::string dataPathOf(const RunFolder& run);

  ~TrainingSession();

  const TrainingSettings& settings() const;
  const RunFolder& run() const;
  std::int64_t step() const;        ///< steps of G made
  double secondsSpent() const;      ///< on steps, earlier starts included
  const HealthWatch& health() const;

  /// One step of G with its steps of D; writes what is due (scalars; sheet and latest.safetensors; snapshot). A step that is not finite makes
  /// no change to the snapshots; go back with rollBack.
  StepReport advance();
  /// The alarms that came since the last call.
  std::vector<Alarm> takeAlarms();

  /// Changes a live setting; a mark in the run says so. Throws std::runtime_error as setSetting does.
  void set(const std::string& name, const std::string& value);
  /// Writes a snapshot and latest.safetensors now.
  void snapshot();
  /// Returns to the snapshot of `step`; the curve goes on from there.
  void rollBack(std::int64_t step);
  /// A mark in the run: "pause", "stop".
  void mark(const std::string& text);
  /// Hands all events to the operating system.
  void flush();

  /// Of at most `count` fixed latents, by the average of G where there is one.
  TrainingSheet sheet(int count) const;
  TrainingMap map(int side) const;
  DiversityReport diversity() const;

  /// Writes the generator of a snapshot (its average where there is one) as a checkpoint that opens. Throws RunError.
  static void writeGenerator(const std::filesystem::path& snapshot, const std::filesystem::path& out);

 private:
  struct Parts;
  explicit TrainingSession(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> m_parts;
};

}  // namespace loom::model
