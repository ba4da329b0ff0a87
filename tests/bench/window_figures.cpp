#include "tests/bench/window_figures.h"

#include "tests/bench/made_network.h"
#include "tests/model/small_checkpoints.h"
#include "tests/ui/window_bench.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QImage>
#include <QMouseEvent>
#include <QTimer>

#include <cmath>
#include <filesystem>

namespace loom::bench {
namespace {

/// A mouse event straight to the canvas, as the window system would hand it over.
void send(ui::ExplorerCanvas& canvas, QEvent::Type type, QPoint place) {
  const bool move = type == QEvent::MouseMove;
  const auto buttons = type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton;
  QMouseEvent event(type, QPointF(place), QPointF(canvas.mapToGlobal(place)), move ? Qt::NoButton : Qt::LeftButton,
                    buttons, Qt::NoModifier);
  QCoreApplication::sendEvent(&canvas, &event);
}

/// Turns the event loop until `done` or for `ms`.
template <typename Done>
bool turnUntil(int ms, Done done) {
  QElapsedTimer clock;
  clock.start();
  while (!done()) {
    if (clock.elapsed() > ms) {
      return false;
    }
    QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
  }
  return true;
}

/// A DCGAN whose frame takes long: 256 pixels, wide.
QString slowCheckpoint(test::WindowBench& bench) {
  const QString path = bench.file(QStringLiteral("slow.safetensors"));
  model::writeSafetensors(path.toStdString(), test::dcgan(64, {512, 512, 256, 128, 96, 96}, 3));
  return path;
}

/// The gaps between beats of the UI thread while the slider of `dimension` is dragged for `seconds`.
std::vector<double> gapsWhileDragging(test::WindowBench& bench, double seconds, const QString& slider) {
  constexpr int kBeatMs = 5;
  constexpr int kMoveMs = 16;
  std::vector<double> gaps;
  ui::ExplorerCanvas& canvas = bench.canvas();
  send(canvas, QEvent::MouseMove, bench.onTrack(slider, 0.5));
  send(canvas, QEvent::MouseButtonPress, bench.onTrack(slider, 0.5));
  QElapsedTimer sinceBeat;
  QTimer beat;
  beat.setTimerType(Qt::PreciseTimer);
  beat.setInterval(kBeatMs);
  QObject::connect(&beat, &QTimer::timeout, [&] {
    gaps.push_back(static_cast<double>(sinceBeat.nsecsElapsed()) / 1e6);
    sinceBeat.start();
  });
  QTimer hand;
  int step = 0;
  hand.setInterval(kMoveMs);
  QObject::connect(&hand, &QTimer::timeout,
                   [&] { send(canvas, QEvent::MouseMove, bench.onTrack(slider, 0.5 + 0.4 * std::sin(++step * 0.1))); });
  turnUntil(500, [] { return false; });
  sinceBeat.start();
  beat.start();
  hand.start();
  turnUntil(static_cast<int>(seconds * 1000.0), [] { return false; });
  beat.stop();
  hand.stop();
  send(canvas, QEvent::MouseButtonRelease, bench.onTrack(slider, 0.5));
  return gaps;
}

/// How long each of `moves` of a slider takes until its picture is on the screen.
std::vector<double> answersTo(test::WindowBench& bench, int moves, const QString& slider) {
  constexpr int kPatienceMs = 5000;
  std::vector<double> answers;
  ui::ExplorerCanvas& canvas = bench.canvas();
  std::uint64_t presented = 0;
  const QObject context;
  QObject::connect(&canvas, &ui::ExplorerCanvas::framePresented, &context,
                   [&](std::uint64_t generation) { presented = generation; });
  send(canvas, QEvent::MouseMove, bench.onTrack(slider, 0.5));
  send(canvas, QEvent::MouseButtonPress, bench.onTrack(slider, 0.5));
  turnUntil(500, [] { return false; });
  for (int i = 0; i < moves; ++i) {
    const QPoint place = bench.onTrack(slider, 0.5 + 0.4 * std::sin(i * 0.37));
    const std::uint64_t before = bench.explorer().newestGeneration();
    QElapsedTimer clock;
    clock.start();
    send(canvas, QEvent::MouseMove, place);
    const bool moved = turnUntil(kPatienceMs, [&] { return bench.explorer().newestGeneration() > before; });
    const std::uint64_t wanted = bench.explorer().newestGeneration();
    if (moved && turnUntil(kPatienceMs, [&] { return presented >= wanted; })) {
      answers.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
    }
    turnUntil(30, [] { return false; });  // the hand rests between moves
  }
  send(canvas, QEvent::MouseButtonRelease, bench.onTrack(slider, 0.5));
  return answers;
}

/// A folder of pictures to learn from.
QString picturesToLearn(test::WindowBench& bench) {
  constexpr int kPictures = 128;
  constexpr int kSide = 32;
  const QString folder = bench.file(QStringLiteral("learn"));
  QDir().mkpath(folder);
  for (int i = 0; i < kPictures; ++i) {
    QImage image(kSide, kSide, QImage::Format_RGB888);
    image.fill(QColor::fromHsv(i * 359 / kPictures, 60 + i, 200));
    image.save(folder + QStringLiteral("/%1.png").arg(i));
  }
  return folder;
}

const QString kSlider = QStringLiteral("z3");

}  // namespace

Figure measureSlider(int moves) {
  Figure figure{"slider move to new picture on screen", {}, 50.0, 0.5};
  test::WindowBench bench;
  if (bench.show()) {
    figure.samples = answersTo(bench, moves, kSlider);
  }
  return figure;
}

Figure measureStalls(double seconds) {
  Figure figure{"UI thread's gaps, worker loaded in full", {}, 50.0, 1.0};
  test::WindowBench bench;
  if (!bench.show(slowCheckpoint(bench))) {
    return figure;
  }
  int frames = 0;
  QObject::connect(&bench.explorer(), &ui::Explorer::frameReady, &bench.canvas(), [&] { ++frames; });
  figure.samples = gapsWhileDragging(bench, seconds, kSlider);
  if (frames > 0) {
    figure.name += " (" + std::to_string(static_cast<int>(seconds * 1000.0) / frames) + " ms a frame)";
  }
  return figure;
}

std::vector<Figure> measureLargeStalls(const std::string& folder, double seconds) {
  Figure gaps{"UI thread's gaps, StyleGAN2 1024 under the slider", {}, 50.0, 1.0};
  Figure frames{"StyleGAN2 1024: from one picture on screen to the next", {}};
  const std::filesystem::path path =
      madeNetwork(folder, "stylegan2-1024.safetensors", [] { return test::randomStylegan2(1024, 32768); });
  test::WindowBench bench;
  if (!bench.show(QString::fromStdString(std::filesystem::absolute(path).string()))) {
    gaps.name = "StyleGAN2 1024: not measured, the window did not show its picture in time";
    gaps.limit = 0.0;
    return {gaps, frames};
  }
  QElapsedTimer sinceFrame;
  QObject::connect(&bench.explorer(), &ui::Explorer::frameReady, &bench.canvas(), [&] {
    if (sinceFrame.isValid()) {
      frames.samples.push_back(static_cast<double>(sinceFrame.nsecsElapsed()) / 1e6);
    }
    sinceFrame.start();
  });
  gaps.samples = gapsWhileDragging(bench, seconds, kSlider);
  return {gaps, frames};
}

std::vector<Figure> measureTrainingLive(double seconds, int moves) {
  Figure gaps{"UI thread's gaps while a training runs", {}, 50.0, 1.0};
  Figure answers{"slider move to new picture while it runs", {}, 0.0, 0.5};
  test::WindowBench bench;
  if (!bench.show()) {
    return {gaps, answers};
  }
  constexpr int kPatienceMs = 60000;
  model::TrainingSettings settings = model::presetNamed("dcgan").settings;
  settings.samplesEvery = 100;
  settings.steps = 1'000'000;
  ui::Training& training = bench.window().training();
  bench.canvas().showTraining();
  const ui::TrainingRequest request{settings, picturesToLearn(bench), bench.file(QStringLiteral("run")), {}};
  training.start(bench.services().trainingOpener(request), QStringLiteral("bench"));
  turnUntil(kPatienceMs, [&] { return training.facts().status.step >= 10; });
  bench.explorer().open(training.latestPath());  // the network in training is the one under the slider
  turnUntil(kPatienceMs, [&] {
    const auto& open = bench.explorer().openModel();
    return open && QString::fromStdString(open->path().string()) == training.latestPath();
  });
  const QString slider = QStringLiteral("z0");  // the panel of the training hides those below
  gaps.samples = gapsWhileDragging(bench, seconds, slider);
  answers.samples = answersTo(bench, moves, slider);
  const double pace = training.facts().status.stepsPerSecond;
  if (pace > 0.0) {
    answers.limit = 2000.0 / pace;  // two steps
    answers.name += " (a step: " + std::to_string(static_cast<int>(1000.0 / pace)) + " ms)";
  }
  training.stop();
  turnUntil(kPatienceMs, [&] { return !training.active(); });
  return {gaps, answers};
}

}  // namespace loom::bench
