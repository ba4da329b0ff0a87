// Films of a timeline: states become frames on one thread while another writes them.
#pragma once

#include "app/export/enlarge.h"
#include "app/export/provenance.h"
#include "app/export/video_format.h"
#include "model/float_tensor.h"
#include "model/opened_model.h"
#include "model/timeline.h"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace loom::app {

struct FilmRequest {
  model::Timeline timeline;  ///< at least one keyframe
  int frames = 0;            ///< ≥ 1; they are spread over the whole timeline, see `secondsOfFrame`
  std::filesystem::path target;
  VideoOptions video;
  int scale = 1;  ///< enlarged so many times, see enlarge
  Resample resample = Resample::Smooth;
  std::string checkpointSha256;
  /// What an image-to-image generator is fed with, 1×C×H×W in the network's range; else null.
  std::shared_ptr<const model::FloatTensor> picture = nullptr;
};

inline constexpr int kMostFilmFrames = 10'000'000;

/// When frame `index` of `frames` shows the timeline, in seconds: the first one its beginning, the last one its end; of a
/// loop one step before the beginning comes again.
double secondsOfFrame(const model::Timeline& timeline, int index, int frames);

/// How many frames the timeline has at its own speed; at least 1.
int framesOf(const model::Timeline& timeline, const FrameRate& rate);

/// The timeline as JSON: "loop", "interpolation", "keyframes" with "seconds", "easing" and "state", as a project has it.
std::string timelineToJson(const model::Timeline& timeline, const model::GeneratorInfo& info);

struct FilmProgress {
  int made = 0;     ///< frames that the generator is done with
  int written = 0;  ///< frames that are encoded
  int frames = 0;
  double finishing = 0.0;  ///< share in [0, 1] of what is left when all are written (GIF)
};

/// One film. `write` once; the other members may be called from any thread meanwhile.
class Film {
 public:
  /// Throws ExportError where the target cannot be written (checkVideoTarget), or the request makes no sense.
  Film(std::shared_ptr<const model::OpenedModel> model, FilmRequest request);

  /// Makes the frames on this thread and writes them on another. `progress` is called on this thread. The generator stays
  /// at most some frames ahead. False where `stop` was asked for, which is looked at between two layers: then nothing is
  /// left. Throws ExportError, or std::runtime_error with a sentence where the model fails.
  bool write(const std::stop_token& stop = {}, const std::function<void(const FilmProgress&)>& progress = {});

  /// No further frame is handed on; the encoder writes what it has.
  void pause();
  void resume();
  bool paused() const;

 private:
  class Queue;
  void waitWhilePaused(const std::stop_token& stop);
  void encode(Queue& queue) const;
  Provenance wholeFilm(Provenance ofFirst) const;
  void makeFrames(Queue& queue, const std::stop_token& stop, const std::function<void(const FilmProgress&)>& progress);

  std::shared_ptr<const model::OpenedModel> m_model;
  FilmRequest m_request;
  mutable std::mutex m_mutex;
  std::condition_variable_any m_resumed;
  bool m_paused = false;  // guarded by m_mutex
};

}  // namespace loom::app
