#include "tests/bench/window_figures.h"

#include "tests/model/small_checkpoints.h"
#include "tests/ui/window_bench.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QTimer>

#include <cmath>

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

}  // namespace

Figure measureSlider(int moves) {
  constexpr int kPatienceMs = 5000;
  Figure figure{"slider move to new picture on screen", {}, 50.0, 0.5};
  test::WindowBench bench;
  if (!bench.show()) {
    return figure;
  }
  ui::ExplorerCanvas& canvas = bench.canvas();
  std::uint64_t presented = 0;
  QObject::connect(&canvas, &ui::ExplorerCanvas::framePresented, &canvas,
                   [&](std::uint64_t generation) { presented = generation; });
  send(canvas, QEvent::MouseMove, bench.onTrack(QStringLiteral("z3"), 0.5));
  send(canvas, QEvent::MouseButtonPress, bench.onTrack(QStringLiteral("z3"), 0.5));
  turnUntil(500, [] { return false; });
  for (int i = 0; i < moves; ++i) {
    const QPoint place = bench.onTrack(QStringLiteral("z3"), 0.5 + 0.4 * std::sin(i * 0.37));
    const std::uint64_t before = bench.explorer().newestGeneration();
    QElapsedTimer clock;
    clock.start();
    send(canvas, QEvent::MouseMove, place);
    const bool moved = turnUntil(kPatienceMs, [&] { return bench.explorer().newestGeneration() > before; });
    const std::uint64_t wanted = bench.explorer().newestGeneration();
    if (moved && turnUntil(kPatienceMs, [&] { return presented >= wanted; })) {
      figure.samples.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
    }
    turnUntil(30, [] { return false; });  // the hand rests between moves
  }
  send(canvas, QEvent::MouseButtonRelease, bench.onTrack(QStringLiteral("z3"), 0.5));
  return figure;
}

Figure measureStalls(double seconds) {
  constexpr int kBeatMs = 5;
  constexpr int kMoveMs = 16;
  Figure figure{"UI thread's gaps, worker loaded in full", {}, 50.0, 1.0};
  test::WindowBench bench;
  if (!bench.show(slowCheckpoint(bench))) {
    return figure;
  }
  ui::ExplorerCanvas& canvas = bench.canvas();
  send(canvas, QEvent::MouseMove, bench.onTrack(QStringLiteral("z3"), 0.5));
  send(canvas, QEvent::MouseButtonPress, bench.onTrack(QStringLiteral("z3"), 0.5));
  QElapsedTimer sinceBeat;
  QTimer beat;
  beat.setTimerType(Qt::PreciseTimer);
  beat.setInterval(kBeatMs);
  QObject::connect(&beat, &QTimer::timeout, [&] {
    figure.samples.push_back(static_cast<double>(sinceBeat.nsecsElapsed()) / 1e6);
    sinceBeat.start();
  });
  int frames = 0;
  QObject::connect(&bench.explorer(), &ui::Explorer::frameReady, &canvas, [&] { ++frames; });
  QTimer hand;
  int step = 0;
  hand.setInterval(kMoveMs);
  QObject::connect(&hand, &QTimer::timeout, [&] {
    send(canvas, QEvent::MouseMove, bench.onTrack(QStringLiteral("z3"), 0.5 + 0.4 * std::sin(++step * 0.1)));
  });
  turnUntil(500, [] { return false; });
  sinceBeat.start();
  beat.start();
  hand.start();
  turnUntil(static_cast<int>(seconds * 1000.0), [] { return false; });
  beat.stop();
  hand.stop();
  send(canvas, QEvent::MouseButtonRelease, bench.onTrack(QStringLiteral("z3"), 0.5));
  if (frames > 0) {
    figure.name += " (" + std::to_string(static_cast<int>(seconds * 1000.0) / frames) + " ms a frame)";
  }
  return figure;
}

}  // namespace loom::bench
