#include "app/commands/video_command.h"

#include "app/commands/look_options.h"
#include "app/commands/open_model.h"
#include "app/commands/progress_line.h"
#include "app/commands/project_film.h"
#include "app/commands/video_request.h"
#include "app/export/file_hash.h"
#include "app/export/film.h"
#include "ui/session/input_picture.h"

#include <chrono>

namespace loom::app {
namespace {

class Filming {
 public:
  Filming(const Arguments& arguments, const Streams& streams, std::stop_token stop)
      : m_request(videoRequest(arguments)), m_streams(streams), m_stop(std::move(stop)) {
    openAll();
  }

  void run() {
    FilmRequest film;
    film.timeline = m_request.isProject ? timelineOf(m_project, m_model->info()) : timelineOfSeeds();
    film.frames = m_request.frames.value_or(framesOf(film.timeline, m_request.video.rate));
    film.target = m_request.output;
    film.video = m_request.video;
    film.scale = m_request.scale;
    film.resample = m_request.resample;
    film.picture = inputPicture(film.timeline);
    check(film.timeline.keyframes.front().state, film.picture.get());
    {
      ProgressLine progress(m_streams);
      const auto sha256 =
          sha256OfFile(m_model->path(), m_stop, [&](double fraction) { progress.show("Hashing the model", fraction); });
      if (!sha256) {
        throw Stopped();
      }
      film.checkpointSha256 = *sha256;
    }
    const int frames = film.frames;
    write(std::move(film));
    m_streams.out << "wrote " << m_request.output.string() << ": " << frames << (frames == 1 ? " frame\n" : " frames\n");
  }

 private:
  void openAll() {
    std::filesystem::path file = m_request.file;
    if (m_request.isProject) {
      m_project = loadProject(file);
      const ProjectModel& model = modelOfFilm(m_project, file);
      ProgressLine progress(m_streams);
      file = findModel(model, file, m_stop, [&](double fraction) { progress.show("Looking for the model", fraction); });
      if (file.empty()) {
        throw Stopped();
      }
      m_request.open.group = model.group;
    }
    m_model = openModel(file, m_request.open, m_request.cpuOnly, m_streams, m_stop);
    const auto& info = m_model->info();
    if (!m_request.isProject && info.input == model::InputKind::Picture) {
      throw std::runtime_error(name() + " (" + info.architecture +
                               ") changes pictures: it makes none of seeds. Set keyframes in the window, and give the project.");
    }
  }

  std::string name() const { return m_model->path().filename().string(); }

  /// At even distances; the time between two is of no matter, since the frames are spread over all of it.
  model::Timeline timelineOfSeeds() const {
    model::Timeline timeline{m_request.loop, m_request.interpolation, {}};
    for (const std::uint32_t seed : m_request.seeds) {
      timeline.keyframes.push_back(
          {static_cast<double>(timeline.keyframes.size()), m_request.easing, model::withSeed(m_request.look, seed)});
    }
    // So that the keyframes' times in the film's provenance are those that it is seen at.
    const int steps = m_request.loop ? *m_request.frames : std::max(1, *m_request.frames - 1);
    const double stretch = steps / m_request.video.rate.perSecond() / model::durationOf(timeline);
    for (model::Keyframe& keyframe : timeline.keyframes) {
      keyframe.seconds *= stretch;
    }
    return timeline;
  }

  /// What the first keyframe is made of, where the model changes pictures.
  std::shared_ptr<const model::FloatTensor> inputPicture(const model::Timeline& timeline) const {
    if (m_model->info().input != model::InputKind::Picture) {
      return nullptr;
    }
    const model::InputPicture& input = timeline.keyframes.front().state.input;
    for (const model::Keyframe& keyframe : timeline.keyframes) {
      if (keyframe.state.input != input) {
        throw std::runtime_error(m_request.file.string() + " has keyframes of several input pictures; a film changes one.");
      }
    }
    if (input.path.empty()) {
      throw std::runtime_error(m_request.file.string() +
                               " does not know a file of its input picture, since that was pasted; open the picture from a file.");
    }
    const ui::InputSource source = ui::readInputSource(QString::fromStdString(input.path));
    if (source.sha256 != input.sha256) {
      throw std::runtime_error(input.path + " is another picture than the one that the project was made with.");
    }
    return std::make_shared<model::FloatTensor>(ui::inputTensor(source.pixels, m_model->info(), input.side));
  }

  /// Whether the network takes what was asked for: it tells that in words, where a film would leave it out in silence.
  void check(const model::LatentState& state, const model::FloatTensor* picture) const {
    const auto& info = m_model->info();
    if (!m_request.look.classes.empty() && info.labels == model::LabelKind::None) {
      throw std::runtime_error("--class: " + name() + " knows no classes.");
    }
    if (!m_request.look.classes.empty() && m_request.look.classes.rbegin()->first >= info.classCount) {
      throw std::runtime_error("--class: " + name() + " has the classes 0 to " + std::to_string(info.classCount - 1) + ".");
    }
    if (m_request.look.truncation != 1.0 && info.truncation == model::Truncation::None) {
      throw std::runtime_error(name() + " has no truncation: leave --truncation out.");
    }
    if (m_request.isProject) {
      return;
    }
    const model::Interrupt interrupt = [this] { return m_stop.stop_requested(); };
    try {
      m_model->generate(m_model->inputsFor(state, picture, interrupt), askedSettings(m_request.look, info), interrupt);
    } catch (const model::Interrupted&) {
      throw Stopped();
    } catch (const model::ModelError& error) {
      throw std::runtime_error(name() + ": " + error.what() + ".");
    }
  }

  void write(FilmRequest request) {
    Film film(m_model, std::move(request));
    ProgressLine progress(m_streams);
    const auto start = std::chrono::steady_clock::now();
    const bool done = film.write(m_stop, [&](const FilmProgress& now) {
      if (now.written == now.frames) {
        progress.show("Writing the film", now.finishing);
        return;
      }
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const double left = seconds / now.made * (now.frames - now.made);
      progress.show("Frame " + std::to_string(now.made) + " of " + std::to_string(now.frames) + ", " +
                    std::to_string(static_cast<int>(left + 0.5)) + " s left");
    });
    progress.clear();
    if (!done) {
      throw Stopped();
    }
  }

  VideoRequest m_request;
  Streams m_streams;
  std::stop_token m_stop;
  Project m_project;
  std::shared_ptr<model::OpenedModel> m_model;
};

ExitCode runVideo(const Arguments& arguments, const Streams& streams, const std::stop_token& stop) {
  Filming(arguments, streams, stop).run();
  return kDone;
}

}  // namespace

Command videoCommand() { return {videoSyntax(), runVideo}; }

}  // namespace loom::app
