// The random walk that plays: from seed to seed along great circles, so every picture on the way has a name.
#pragma once

#include "model/latent_state.h"

#include <QElapsedTimer>

namespace loom::ui {

class RandomWalk {
 public:
  static constexpr double kMinSeconds = 0.5;
  static constexpr double kMaxSeconds = 30.0;

  double secondsPerSeed() const { return m_secondsPerSeed; }
  void setSecondsPerSeed(double seconds);

  /// Begins at `state`: time runs from now.
  void start() { m_clock.start(); }

  /// Where the walk is now, having last been at `state`. A long pause (a suspended machine) counts as one second.
  model::LatentState advance(model::LatentState state);

 private:
  double m_secondsPerSeed = 4.0;
  QElapsedTimer m_clock;
};

}  // namespace loom::ui
