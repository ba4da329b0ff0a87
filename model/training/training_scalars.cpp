#include "model/training_scalars.h"

#include <algorithm>

namespace loom::model {

std::vector<std::pair<std::string, double>> scalarsOf(const StepReport& report, const TrainingSettings& settings) {
  std::vector<std::pair<std::string, double>> scalars{{"loss/G", report.lossG},        {"loss/D", report.lossD},
                                                      {"D/real", report.scoreReal},    {"D/fake", report.scoreFake},
                                                      {"gradient/G", report.gradientG}, {"gradient/D", report.gradientD}};
  const auto add = [&](const char* tag, double value) { scalars.emplace_back(tag, value); };
  if (report.accuracyReal) {
    add("D/accuracy real", *report.accuracyReal);
    add("D/accuracy fake", *report.accuracyFake);
  }
  if (report.penalty != 0.0) {
    add("penalty", report.penalty);
  }
  if (report.pathPenalty) {
    add("penalty/path length", *report.pathPenalty);
  }
  if (report.adaP) {
    add("augment/p", *report.adaP);
    add("augment/sign D(real)", report.signReal);
  }
  if (settings.growEvery > 0) {
    add("resolution", report.resolution);
  }
  add("speed/pictures per second", settings.batch / std::max(1e-9, report.seconds));
  return scalars;
}

std::vector<std::pair<std::string, double>> scalarsOf(const DiversityReport& report) {
  std::vector<std::pair<std::string, double>> scalars{{"diversity", report.diversity}};
  if (report.modesHit) {
    scalars.emplace_back("toy/modes hit", *report.modesHit);
    scalars.emplace_back("toy/high quality", *report.highQuality);
  }
  if (!report.classShares.empty()) {
    const auto byShare = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [rarest, commonest] = std::minmax_element(report.classShares.begin(), report.classShares.end(), byShare);
    scalars.emplace_back("classes/rarest", rarest->second);
    scalars.emplace_back("classes/commonest", commonest->second);
    for (const auto& [name, share] : report.classShares) {
      scalars.emplace_back("classes/made " + name, share);
    }
  }
  return scalars;
}

}  // namespace loom::model
