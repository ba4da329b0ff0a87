#include "model/training_rehearsal.h"

#include "model/training/batch_source.h"
#include "model/training/settings_check.h"

#include <chrono>

namespace loom::model {

double rehearse(const TrainingSettings& given, std::shared_ptr<const TrainingData> data, const std::stop_token& stop) {
  TrainingSettings settings = given;
  settings.growEvery = 0;
  const std::vector<std::string> classNames = data ? data->info().classNames : std::vector<std::string>{};
  BatchSource source(settings, std::move(data));
  checkSettings(settings, source.shape());
  try {
    Trainer trainer(settings, source.shape(), classNames, [&](std::int64_t number) { return source.read(number); });
    // The first one warms up and has the regularisers that come seldom. The four behind it are a round of path length.
    trainer.step(settings);
    constexpr int kSteps = 4;
    constexpr double kLongest = 8.0;  // seconds
    double seconds = 0.0;
    int made = 0;
    while (made < kSteps && seconds < kLongest) {
      if (stop.stop_requested()) {
        return 0.0;
      }
      const auto begin = std::chrono::steady_clock::now();
      trainer.step(settings);
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      ++made;
    }
    return seconds / made;
  } catch (const c10::Error& error) {
    throw TrainingError(std::string("These settings make no step: ") + error.what_without_backtrace());
  }
}

}  // namespace loom::model
