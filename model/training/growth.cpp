#include "model/training/growth.h"

namespace loom::model {

GrowthStage growthAt(const TrainingSettings& settings, int resolution, std::int64_t step) {
  if (settings.family != Family::Progressive || settings.growEvery == 0) {
    return {resolution, 0.0, resolution};
  }
  constexpr int kFirst = 4;
  GrowthStage stage{kFirst, 0.0, kFirst};
  std::int64_t left = step - settings.growEvery;
  while (left >= 0 && stage.resolution < resolution) {
    stage.resolution *= 2;
    if (left < settings.growEvery) {
      stage.fade = 1.0 - static_cast<double>(left) / settings.growEvery;
      return stage;
    }
    stage.whole = stage.resolution;
    left -= 2 * std::int64_t{settings.growEvery};
  }
  return stage;
}

}  // namespace loom::model
