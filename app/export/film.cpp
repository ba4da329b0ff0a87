#include "app/export/film.h"

#include "app/export/export_error.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/export/video_file.h"
#include "model/worker/thread_priority.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <exception>
#include <optional>
#include <thread>

namespace loom::app {
namespace {

using nlohmann::json;

constexpr std::size_t kMostAhead = 16;              // frames
constexpr std::size_t kMostBytesAhead = 256u << 20;  // of them together, beyond two

struct Made {
  model::Frame frame;
  model::SavedState state;
};

std::string rateText(const FrameRate& rate) {
  return std::to_string(rate.numerator) + (rate.denominator == 1 ? "" : "/" + std::to_string(rate.denominator));
}

}  // namespace

/// Frames on their way to the encoder. `put` waits while there are many; `take` while there are none.
class Film::Queue {
 public:
  /// False where the encoder has failed.
  bool put(Made made, const std::stop_token& stop) {
    const std::size_t bytes = static_cast<std::size_t>(made.frame.width) * static_cast<std::size_t>(made.frame.height) * 4;
    const std::size_t most = std::clamp<std::size_t>(kMostBytesAhead / std::max<std::size_t>(bytes, 1), 2, kMostAhead);
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, stop, [&] { return m_waiting.size() < most || m_error; });
    if (stop.stop_requested()) {
      throw model::Interrupted();
    }
    m_waiting.push_back(std::move(made));
    m_changed.notify_all();
    return !m_error;
  }
  /// No more will come.
  void close() {
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    m_changed.notify_all();
  }
  /// No more will come, and what waits is not wanted.
  void abandon() {
    const std::lock_guard lock(m_mutex);
    m_waiting.clear();
    m_closed = true;
    m_changed.notify_all();
  }
  /// Nothing where no more will come.
  std::optional<Made> take() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return !m_waiting.empty() || m_closed; });
    if (m_waiting.empty()) {
      return std::nullopt;
    }
    std::optional<Made> made(std::move(m_waiting.front()));
    m_waiting.pop_front();
    m_changed.notify_all();
    return made;
  }
  void countWritten() {
    const std::lock_guard lock(m_mutex);
    ++m_written;
    m_changed.notify_all();
  }
  int written() const {
    const std::lock_guard lock(m_mutex);
    return m_written;
  }
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(m_mutex);
    m_error = std::move(error);
    m_changed.notify_all();
  }
  /// Until another frame than the `known`-th is written, or the encoder fails, which is thrown here.
  void waitForMore(int known, const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, stop, [&] { return m_written > known || m_error; });
    if (m_error) {
      std::rethrow_exception(m_error);
    }
    if (stop.stop_requested()) {
      throw model::Interrupted();
    }
  }
  std::unique_ptr<VideoFile> file;  // the encoder's; the other thread's once that is joined
  Provenance provenance;            // of the film; set before the first frame

 private:
  mutable std::mutex m_mutex;
  std::condition_variable_any m_changed;
  std::deque<Made> m_waiting;
  bool m_closed = false;
  int m_written = 0;
  std::exception_ptr m_error;
};

double secondsOfFrame(const model::Timeline& timeline, int index, int frames) {
  const double first = timeline.loop && !timeline.keyframes.empty() ? timeline.keyframes.front().seconds : 0.0;
  const int steps = timeline.loop ? frames : frames - 1;
  return first + (steps > 0 ? model::durationOf(timeline) * index / steps : 0.0);
}

int framesOf(const model::Timeline& timeline, const FrameRate& rate) {
  const double steps = std::round(model::durationOf(timeline) * rate.perSecond());
  return static_cast<int>(std::clamp(steps + (timeline.loop ? 0.0 : 1.0), 1.0, static_cast<double>(kMostFilmFrames)));
}

std::string timelineToJson(const model::Timeline& timeline, const model::GeneratorInfo& info) {
  json keyframes = json::array();
  for (const model::Keyframe& keyframe : timeline.keyframes) {
    model::LatentState state = keyframe.state;
    state.input.path = std::filesystem::path(state.input.path).filename().string();  // folders are nobody's business
    keyframes.push_back({{"seconds", keyframe.seconds},
                         {"easing", model::nameOf(keyframe.easing)},
                         {"state", json::parse(model::latentStateToJson(state, model::resolveZ(state, info)))}});
  }
  return json{{"loop", timeline.loop},
              {"interpolation", model::nameOf(timeline.interpolation)},
              {"keyframes", std::move(keyframes)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Film::Film(std::shared_ptr<const model::OpenedModel> model, FilmRequest request)
    : m_model(std::move(model)), m_request(std::move(request)) {
  if (m_request.timeline.keyframes.empty() || m_request.frames < 1 || m_request.frames > kMostFilmFrames) {
    throw ExportError("A film needs at least one keyframe and 1 to 10,000,000 frames.");
  }
  checkVideoTarget(m_request.target, m_request.video);
}

void Film::pause() {
  const std::lock_guard lock(m_mutex);
  m_paused = true;
}

void Film::resume() {
  const std::lock_guard lock(m_mutex);
  m_paused = false;
  m_resumed.notify_all();
}

bool Film::paused() const {
  const std::lock_guard lock(m_mutex);
  return m_paused;
}

void Film::waitWhilePaused(const std::stop_token& stop) {
  std::unique_lock lock(m_mutex);
  m_resumed.wait(lock, stop, [this] { return !m_paused; });
  if (stop.stop_requested()) {
    throw model::Interrupted();
  }
}

void Film::encode(Queue& queue) const {
  model::lowerThreadPriority();  // the generator sets the pace
  try {
    while (auto made = queue.take()) {
      QImage picture = pictureFromFrame(made->frame, m_model->info().channels);
      if (m_request.scale > 1) {
        picture = enlarge(picture, m_request.scale, m_request.resample);
      }
      if (!queue.file) {
        queue.file = std::make_unique<VideoFile>(m_request.target, picture.size(), m_request.video, queue.provenance);
      }
      queue.file->add(picture, made->state);
      queue.countWritten();
    }
  } catch (...) {
    queue.fail(std::current_exception());
  }
}

Provenance Film::wholeFilm(Provenance ofFirst) const {
  if (m_request.scale > 1) {
    ofFirst.enlargement =
        std::to_string(m_request.scale) + (m_request.resample == Resample::Nearest ? " nearest" : " smooth");
  }
  ofFirst.film = FilmProvenance{m_request.frames, rateText(m_request.video.rate), -1,
                                timelineToJson(m_request.timeline, m_model->info())};
  return ofFirst;
}

void Film::makeFrames(Queue& queue, const std::stop_token& stop,
                      const std::function<void(const FilmProgress&)>& progress) {
  const model::GeneratorInfo& info = m_model->info();
  const model::Interrupt interrupt = [&stop] { return stop.stop_requested(); };
  const int together = m_model->sideBySide();
  for (int first = 0; first < m_request.frames; first += together) {
    std::vector<model::LatentState> states;
    for (int i = first; i < std::min(first + together, m_request.frames); ++i) {
      const double seconds = secondsOfFrame(m_request.timeline, i, m_request.frames);
      states.push_back(model::stateAt(m_request.timeline, seconds, info));
    }
    std::vector<model::Frame> frames = m_model->renderEach(states, interrupt, m_request.picture.get());
    for (std::size_t i = 0; i < states.size(); ++i) {
      waitWhilePaused(stop);
      Provenance provenance = provenanceOf(*m_model, states[i], m_request.checkpointSha256);
      Made made{std::move(frames[i]), {provenance.latent, provenance.z}};
      if (first == 0 && i == 0) {
        queue.provenance = wholeFilm(std::move(provenance));
      }
      if (!queue.put(std::move(made), stop)) {
        return;  // waitForMore tells why
      }
      if (progress) {
        progress({first + static_cast<int>(i) + 1, queue.written(), m_request.frames, 0.0});
      }
    }
  }
}

bool Film::write(const std::stop_token& stop, const std::function<void(const FilmProgress&)>& progress) {
  Queue queue;
  try {
    std::jthread encoder([&] { encode(queue); });
    try {
      makeFrames(queue, stop, progress);
      queue.close();
      for (int written = queue.written(); written < m_request.frames; written = queue.written()) {
        if (progress) {
          progress({m_request.frames, written, m_request.frames, 0.0});
        }
        queue.waitForMore(written, stop);
      }
    } catch (...) {
      queue.abandon();
      throw;
    }
    encoder.join();
    return queue.file->finish(stop, [&](double share) {
      if (progress) {
        progress({m_request.frames, m_request.frames, m_request.frames, share});
      }
    });
  } catch (const model::Interrupted&) {
    return false;
  } catch (const model::ModelError& error) {
    throw std::runtime_error(m_model->path().filename().string() + ": " + error.what() + ".");
  }
}

}  // namespace loom::app
