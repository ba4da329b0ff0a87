#include "ui/session/random_walk.h"

#include <QRandomGenerator>

#include <algorithm>

namespace loom::ui {

void RandomWalk::setSecondsPerSeed(double seconds) {
  m_secondsPerSeed = std::clamp(seconds, kMinSeconds, kMaxSeconds);
}

model::LatentState RandomWalk::advance(model::LatentState state) {
  const double seconds = std::min(static_cast<double>(m_clock.restart()) / 1000.0, 1.0);
  double blend = state.blend + seconds / m_secondsPerSeed;
  while (blend >= 1.0) {
    blend -= 1.0;
    state.seed = state.targetSeed;
    state.targetSeed = QRandomGenerator::global()->generate();
  }
  state.blend = static_cast<float>(blend);
  return state;
}

}  // namespace loom::ui
