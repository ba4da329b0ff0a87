#include "model/training_health.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace loom::model {
namespace {

constexpr std::size_t kWindow = 200;        // steps
constexpr double kLargeLoss = 50.0;         // far above what logits of a healthy game cost
constexpr double kCertain = 0.995;          // D's accuracy on both
constexpr double kLost = 0.35;              // D's accuracy on both: worse than a coin
constexpr double kVanished = 1e-3;          // of the gradient norm that G began with
constexpr double kPoorDiversity = 0.35;     // of the data's own

std::string percent(double share) {
  return std::to_string(static_cast<int>(std::lround(share * 100.0))) + " %";
}

std::string shortly(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

template <typename Get>
double meanOf(const std::deque<StepReport>& reports, Get get) {
  return std::accumulate(reports.begin(), reports.end(), 0.0, [&](double sum, const auto& one) { return sum + get(one); }) /
         static_cast<double>(std::max<std::size_t>(1, reports.size()));
}

std::pair<std::string, std::string> scaled(const char* setting, double value) {
  return {setting, shortly(value)};
}

std::optional<Alarm> diverging(const std::deque<StepReport>& recent, const TrainingSettings& settings) {
  if (settings.loss == GanLoss::Wasserstein || recent.size() < kWindow / 4) {
    return std::nullopt;
  }
  const double lossG = meanOf(recent, [](const auto& one) { return std::abs(one.lossG); });
  const double lossD = meanOf(recent, [](const auto& one) { return std::abs(one.lossD); });
  if (std::max(lossG, lossD) < kLargeLoss) {
    return std::nullopt;
  }
  return Alarm{Alarm::Kind::Diverging, recent.back().step,
               "Diverging: over the last " + std::to_string(recent.size()) + " steps G's loss was " + shortly(lossG) +
                   " and D's " + shortly(lossD) + " on average; a few at most is usual.",
               "A lower learning rate of D, or R1, usually brings it back; roll back to a snapshot from before.",
               scaled("learning-rate-d", settings.learningRateD / 2)};
}

std::optional<Alarm> judged(const std::deque<StepReport>& recent, const TrainingSettings& settings, bool wins) {
  if (recent.size() < kWindow || !recent.back().accuracyReal) {
    return std::nullopt;
  }
  const double real = meanOf(recent, [](const auto& one) { return one.accuracyReal.value_or(0.5); });
  const double fake = meanOf(recent, [](const auto& one) { return one.accuracyFake.value_or(0.5); });
  const std::string numbers = "D is right on " + percent(real) + " of real and " + percent(fake) + " of generated pictures";
  if (wins && real > kCertain && fake > kCertain) {
    const bool hasR1 = settings.r1 > 0.0;
    return Alarm{Alarm::Kind::DWins, recent.back().step,
                 "D wins: " + numbers + ", over " + std::to_string(recent.size()) + " steps. G learns little from it.",
                 hasR1 ? "A larger R1, or a lower learning rate of D, usually helps."
                       : "A lower learning rate of D usually helps; with few pictures, R1 from the start.",
                 hasR1 ? scaled("r1", settings.r1 * 4) : scaled("learning-rate-d", settings.learningRateD / 2)};
  }
  if (!wins && real < kLost && fake < kLost) {
    return Alarm{Alarm::Kind::DLoses, recent.back().step,
                 "D loses: " + numbers + ": worse than a coin.",
                 "More steps of D for each of G, or a higher learning rate of D, usually help.",
                 std::pair<std::string, std::string>{"steps-of-d", std::to_string(settings.stepsOfD + 1)}};
  }
  return std::nullopt;
}

std::optional<Alarm> vanishing(const std::deque<StepReport>& recent, double first, const TrainingSettings& settings) {
  const double now = meanOf(recent, [](const auto& one) { return one.gradientG; });
  if (recent.size() < kWindow || !(now < kVanished * first)) {
    return std::nullopt;
  }
  const bool minimax = settings.loss == GanLoss::Minimax;
  return Alarm{Alarm::Kind::VanishingGradients, recent.back().step,
               "Vanishing gradients: those of G are " + shortly(now) + ", they began at " + shortly(first) + ".",
               minimax ? "The minimax loss saturates where D is sure; the non-saturating one does not."
                       : "D is too sure of itself: lower its learning rate, or roll back.",
               scaled("learning-rate-d", settings.learningRateD / 2)};
}

std::optional<Alarm> collapsed(const DiversityReport& report, const TrainingSettings& settings) {
  constexpr std::int64_t kModesSettle = 2000;  // steps
  const bool missesModes = report.modesNear && report.modes && report.step >= kModesSettle &&
                           *report.modesNear * 4 <= *report.modes * 3;
  if (!(report.diversity < kPoorDiversity) && !missesModes) {
    return std::nullopt;
  }
  std::string words = "Mode collapse: generated samples differ among themselves " + percent(report.diversity) +
                      " as much as the data do";
  if (report.modesNear) {
    words += ", and lie at " + std::to_string(*report.modesNear) + " of " + std::to_string(*report.modes) + " modes";
  }
  const bool hasR1 = settings.r1 > 0.0 || settings.gradientPenalty > 0.0;
  return Alarm{Alarm::Kind::ModeCollapse, report.step, words + ".",
               hasR1 ? "Roll back to a snapshot from before, and go on with a lower learning rate of G."
                     : "R1 (Mescheder et al. 2018) usually prevents it; roll back, or begin anew with it.",
               hasR1 ? scaled("learning-rate-g", settings.learningRateG / 2) : scaled("r1", 1.0)};
}

/// Of classes that are hardly made any more.
std::optional<Alarm> missingClasses(const DiversityReport& report, const TrainingSettings& settings) {
  constexpr double kHardly = 0.2;  // of its share of the data
  constexpr std::int64_t kEarly = 1000;
  std::string names;
  int missing = 0;
  for (const auto& [name, share] : report.classShares) {
    if (share < kHardly) {
      names += (names.empty() ? "" : ", ") + name + " (" + percent(share) + " of what the data have)";
      ++missing;
    }
  }
  if (missing == 0 || report.step < kEarly) {
    return std::nullopt;
  }
  const bool hasR1 = settings.r1 > 0.0 || settings.gradientPenalty > 0.0;
  return Alarm{Alarm::Kind::ModeCollapse, report.step,
               "Mode collapse: of " + std::to_string(report.classShares.size()) + " classes, " + std::to_string(missing) +
                   (missing == 1 ? " is hardly made: " : " are hardly made: ") + names + ".",
               hasR1 ? "More pictures of these classes, or a lower learning rate of G, usually help; or tell G the classes."
                     : "R1 usually helps; or tell G the classes (a conditional preset).",
               hasR1 ? scaled("learning-rate-g", settings.learningRateG / 2)
                     : scaled("r1", 1.0)};
}

}  // namespace

const char* nameOf(Alarm::Kind kind) {
  switch (kind) {
    case Alarm::Kind::NotFinite: return "not-finite";
    case Alarm::Kind::Diverging: return "diverging";
    case Alarm::Kind::DWins: return "d-wins";
    case Alarm::Kind::DLoses: return "d-loses";
    case Alarm::Kind::VanishingGradients: return "vanishing-gradients";
    case Alarm::Kind::ModeCollapse: return "mode-collapse";
  }
  return "";
}

/// Puts the alarm among those that stand, or takes it from there; gives it back where it is new.
std::optional<Alarm> HealthWatch::raise(std::optional<Alarm> alarm, Alarm::Kind kind) {
  const auto standing =
      std::find_if(m_standing.begin(), m_standing.end(), [&](const Alarm& one) { return one.kind == kind; });
  const bool stood = standing != m_standing.end();
  if (stood && !alarm) {
    m_standing.erase(standing);
  } else if (stood) {
    *standing = *alarm;
    return std::nullopt;
  } else if (alarm) {
    m_standing.push_back(*alarm);
  }
  return alarm;
}

std::vector<Alarm> HealthWatch::see(const StepReport& report, const TrainingSettings& settings) {
  std::vector<Alarm> fresh;
  const auto take = [&](std::optional<Alarm> alarm, Alarm::Kind kind) {
    if (auto raised = raise(std::move(alarm), kind)) {
      fresh.push_back(std::move(*raised));
    }
  };
  if (!report.finite) {
    take(Alarm{Alarm::Kind::NotFinite, report.step,
               "Step " + std::to_string(report.step) + " gave a loss or a gradient that is no number: the training stopped, "
               "and its last good snapshot is kept.",
               "Roll back to that snapshot and go on with lower learning rates.",
               scaled("learning-rate-g", settings.learningRateG / 2)},
         Alarm::Kind::NotFinite);
    return fresh;
  }
  m_recent.push_back(report);
  if (m_recent.size() > kWindow) {
    m_recent.pop_front();
  }
  if (m_recent.size() == kWindow && !m_firstGradientG) {
    m_firstGradientG = meanOf(m_recent, [](const auto& one) { return one.gradientG; });
  }
  constexpr std::int64_t kBetweenLooks = 20;  // steps: each look sums the window
  if (report.step % kBetweenLooks != 0) {
    return fresh;
  }
  take(diverging(m_recent, settings), Alarm::Kind::Diverging);
  take(judged(m_recent, settings, true), Alarm::Kind::DWins);
  take(judged(m_recent, settings, false), Alarm::Kind::DLoses);
  if (m_firstGradientG) {
    take(vanishing(m_recent, *m_firstGradientG, settings), Alarm::Kind::VanishingGradients);
  }
  return fresh;
}

std::vector<Alarm> HealthWatch::see(const DiversityReport& report, const TrainingSettings& settings) {
  // At the very start nothing is spread yet.
  constexpr std::int64_t kEarly = 300;
  std::vector<Alarm> fresh;
  if (report.step >= kEarly) {
    auto alarm = collapsed(report, settings);
    if (!alarm) {
      alarm = missingClasses(report, settings);
    }
    if (auto raised = raise(std::move(alarm), Alarm::Kind::ModeCollapse)) {
      fresh.push_back(std::move(*raised));
    }
  }
  return fresh;
}

std::string HealthWatch::summary() const {
  if (!m_standing.empty()) {
    return std::min_element(m_standing.begin(), m_standing.end(), [](const Alarm& a, const Alarm& b) { return a.kind < b.kind; })
        ->words;
  }
  if (m_recent.empty()) {
    return "No step was made yet.";
  }
  std::string text = "Healthy";
  if (m_recent.back().accuracyFake) {
    text += ": D is right on " + percent(meanOf(m_recent, [](const auto& one) { return one.accuracyReal.value_or(0.5); })) +
            " of real and " + percent(meanOf(m_recent, [](const auto& one) { return one.accuracyFake.value_or(0.5); })) +
            " of generated pictures";
  }
  return text + ".";
}

}  // namespace loom::model
