#include "tests/bench/video_figures.h"

#include "app/export/film.h"
#include "tests/bench/figures.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <array>

namespace loom::bench {
namespace {

using Model = std::shared_ptr<const model::OpenedModel>;

model::Timeline someTimeline() {
  model::Timeline timeline{true, model::Interpolation::Slerp, {}};
  for (int i = 0; i < 4; ++i) {
    model::LatentState state;
    state.seed = static_cast<std::uint32_t>(i);
    timeline.keyframes.push_back({2.5 * i, model::Easing::Linear, state});
  }
  return timeline;
}

double millisecondsOf(const auto& work) {
  QElapsedTimer clock;
  clock.start();
  work();
  return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

void makeFrames(const Model& model, const model::Timeline& timeline, int frames) {
  for (int i = 0; i < frames; ++i) {
    model->render(model::stateAt(timeline, app::secondsOfFrame(timeline, i, frames), model->info()));
  }
}

void writeFilm(const Model& model, const model::Timeline& timeline, int frames, const QString& target) {
  app::FilmRequest request;
  request.timeline = timeline;
  request.frames = frames;
  request.target = target.toStdString();
  request.checkpointSha256 = std::string(64, '0');
  app::Film(model, request).write();
}

void measureOf(const std::string& name, int frames, int rounds) {
  const QTemporaryDir folder;
  const Model model = model::OpenedModel::open(std::string(LOOM_RESOURCES "/checkpoints/") + name + ".safetensors");
  const model::Timeline timeline = someTimeline();
  const std::string what = std::to_string(frames) + " frames, " + name;
  makeFrames(model, timeline, frames / 4);  // what is done once is done
  for (const char* suffix : {".mp4", ".webm", ".gif", ".apng"}) {
    Figure alone{"film: " + what + ", generator alone", {}, 0.0, 0.5};
    Figure film{"film: " + what + ", " + suffix, {}, 0.0, 0.5};
    std::vector<double> ratios;
    for (int i = 0; i < rounds; ++i) {
      alone.samples.push_back(millisecondsOf([&] { makeFrames(model, timeline, frames); }));
      film.samples.push_back(
          millisecondsOf([&] { writeFilm(model, timeline, frames, folder.filePath(QStringLiteral("film") + suffix)); }));
      ratios.push_back(film.samples.back() / alone.samples.back());
    }
    print(alone);
    print(film);
    const double ratio = quantile(ratios, 0.5);
    std::printf("%-52s %6zu %9.2f %19.2f   median below 1.20: %s\n", ("film: ratio, " + name + ", " + suffix).c_str(),
                ratios.size(), ratio, quantile(ratios, 1.0), ratio <= 1.2 ? "yes" : "NO");
    std::fflush(stdout);
  }
}

}  // namespace

void measureVideo(int frames, int rounds) {
  measureOf("emoji-styles", frames, rounds);
  measureOf("emoji-faces", frames, rounds);
}

}  // namespace loom::bench
