// What a training's numbers say of its health, in words. Standard C++ alone: numbers in, sentences out.
#pragma once

#include "model/training_settings.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loom::model {

/// One step of G with its steps of D, as numbers.
struct StepReport {
  std::int64_t step = 0;        ///< of G, from 1
  double lossG = 0.0;
  double lossD = 0.0;           ///< without penalties
  double scoreReal = 0.0;       ///< D's mean output
  double scoreFake = 0.0;
  std::optional<double> accuracyReal;  ///< share in [0, 1] that D takes for what it is; none for Wasserstein
  std::optional<double> accuracyFake;
  double gradientG = 0.0;       ///< norms over all parameters
  double gradientD = 0.0;
  double penalty = 0.0;         ///< R1 or WGAN-GP as it enters D's loss; 0 in steps without
  double signReal = 0.0;        ///< mean of the sign of D's output for real pictures: ADA's gauge
  std::optional<double> pathPenalty;  ///< as it enters G's loss; none in steps without
  std::optional<double> adaP;   ///< ADA's strength; none where it does not augment
  int resolution = 0;           ///< pixels that were made; of a network that grows less than the whole
  double seconds = 0.0;         ///< that the step took
  bool finite = true;           ///< false: a loss or a gradient is no number
};

/// How much the generated pictures differ among themselves, as a share of how much the data do.
struct DiversityReport {
  std::int64_t step = 0;
  double diversity = 1.0;
  std::optional<int> modesHit;       ///< of 2-D toys: with enough samples of high quality
  std::optional<int> modesNear;      ///< with their part of the samples, good or not
  std::optional<int> modes;
  std::optional<double> highQuality;  ///< share of samples within three standard deviations of a mode
  /// Of data with classes that G is not told: name, and share among samples divided by its share of the data.
  std::vector<std::pair<std::string, double>> classShares;
};

struct Alarm {
  enum class Kind { NotFinite, Diverging, DWins, DLoses, VanishingGradients, ModeCollapse };
  Kind kind = Kind::NotFinite;
  std::int64_t step = 0;
  std::string words;  ///< a sentence with the numbers behind it
  std::string help;   ///< what usually helps, a sentence
  /// The one setting that does it, where it is one: name and value, as setSetting takes them.
  std::optional<std::pair<std::string, std::string>> remedy;
  bool operator==(const Alarm&) const = default;
};

/// "mode-collapse", as marks in a run name it.
const char* nameOf(Alarm::Kind kind);

/// Looks at the last few hundred steps. An alarm stands until its cause is gone, and comes once.
class HealthWatch {
 public:
  /// The alarms that are new with this report.
  std::vector<Alarm> see(const StepReport& report, const TrainingSettings& settings);
  std::vector<Alarm> see(const DiversityReport& report, const TrainingSettings& settings);

  /// Those that stand.
  const std::vector<Alarm>& standing() const { return m_standing; }
  /// One line: "Healthy: …" or the gravest alarm's words.
  std::string summary() const;

 private:
  std::optional<Alarm> raise(std::optional<Alarm> alarm, Alarm::Kind kind);

  std::deque<StepReport> m_recent;
  std::optional<double> m_firstGradientG;  // of the first window
  std::vector<Alarm> m_standing;
};

}  // namespace loom::model
