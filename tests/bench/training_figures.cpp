#include "tests/bench/training_figures.h"

#include "model/training_session.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <memory>

namespace loom::bench {
namespace {

class MadePictures : public model::TrainingData {
 public:
  MadePictures(int resolution, int channels) {
    m_info.path = "made";
    m_info.count = 512;
    m_info.resolution = resolution;
    m_info.channels = channels;
    m_info.fingerprint = "made";
  }
  const model::TrainingDataInfo& info() const override { return m_info; }
  int label(std::int64_t) const override { return -1; }
  void read(std::int64_t index, std::uint8_t* pixels) const override {
    auto state = static_cast<std::uint32_t>(index);
    const int count = m_info.channels * m_info.resolution * m_info.resolution;
    for (int i = 0; i < count; ++i) {
      state = state * 1664525U + 1013904223U;
      pixels[i] = static_cast<std::uint8_t>(state >> 24U);
    }
  }

 private:
  model::TrainingDataInfo m_info;
};

Figure measure(const char* name, model::TrainingSettings settings, int channels, int rounds, int stepsOfRound) {
  Figure figure{name, {}, 0.0, 0.5};
  const QTemporaryDir folder;
  settings.snapshotEvery = settings.samplesEvery = 1'000'000;
  settings.mixedPrecision = false;
  const auto session = model::TrainingSession::start(settings, std::make_shared<MadePictures>(settings.resolution, channels),
                                                     folder.filePath(QStringLiteral("run")).toStdString(), {});
  for (int round = 0; round <= rounds; ++round) {
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < stepsOfRound; ++i) {
      session->advance();
    }
    if (round > 0) {  // the first one warms up
      figure.samples.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6 / stepsOfRound);
    }
  }
  return figure;
}

}  // namespace

std::vector<Figure> measureTraining() {
  model::TrainingSettings style = model::presetNamed("stylegan2").settings;
  style.width = 16;
  style.widest = 128;
  style.batch = 8;
  return {measure("train dcgan, a step", model::presetNamed("dcgan").settings, 1, 60, 1),
          measure("train wgan-gp, a step", model::presetNamed("wgan-gp").settings, 1, 12, 1),
          measure("train stylegan2, a step", style, 3, 4, 16)};
}

}  // namespace loom::bench
