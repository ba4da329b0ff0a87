// `latent-loom video`, the films that it writes, and what `latent-loom inspect` tells of them.
#include "app/commands/project_film.h"
#include "app/export/export_error.h"
#include "app/export/film.h"
#include "app/export/provenance.h"
#include "app/project/project.h"
#include "model/opened_model.h"
#include "tests/app/commands/tiny_model.h"
#include "tests/app/export/decoded_film.h"

#include <nlohmann/json.hpp>

#include <QCryptographicHash>
#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

using namespace loom;
using namespace loom::app;

namespace {

class TestVideoCommand : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> m_folder;

  QString file(const QString& name) const { return m_folder->filePath(name); }
  QString tiny() const { return file("tiny.safetensors"); }
  static QByteArray bytes(const QString& path) {
    QFile source(path);
    return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
  }
  static QImage rgb(const QString& path) { return QImage(path).convertToFormat(QImage::Format_RGB888); }
  QImage pictureOfSeed(const QString& seed) const {
    latentLoom({"generate", tiny(), "--seeds", seed, "-o", file("seed.png")});
    return rgb(file("seed.png"));
  }
  QStringList everything() const {
    return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
  }
  static QString frame(int index) { return QStringLiteral("/frame%1.png").arg(index, 5, 10, QLatin1Char('0')); }

  /// A project with keyframes of these seeds, a second apart.
  Project project(const std::vector<std::uint32_t>& seeds, const QString& model) const {
    Project project;
    project.models = {{QCryptographicHash::hash(bytes(model), QCryptographicHash::Sha256).toHex().toStdString(),
                       model.toStdString(), "tiny.safetensors", ""}};
    project.model = 0;
    for (const std::uint32_t seed : seeds) {
      ProjectKeyframe keyframe;
      keyframe.seconds = static_cast<double>(project.timeline.keyframes.size());
      keyframe.state.latent.seed = seed;
      project.timeline.keyframes.push_back(keyframe);
    }
    return project;
  }

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    TinyModel(3).write(tiny());
  }

  void theFramesAreTheGeneratorsPictures() {
    const auto result = latentLoom({"video", tiny(), "--seeds", "1,2", "--frames", "5", "--fps", "10", "-o", file("a.apng")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QVERIFY(result.out.contains("5 frames"));
    const DecodedFilm film = decodedFilm(file("a.apng"));
    QCOMPARE(film.frames.size(), std::size_t{5});
    QCOMPARE(film.perSecond, 10.0);
    QCOMPARE(film.frames[0], pictureOfSeed("1"));
    QCOMPARE(film.frames[4], pictureOfSeed("2"));
    QVERIFY(film.frames[2] != film.frames[0] && film.frames[2] != film.frames[4]);
  }

  void aLoopStopsOneStepEarlier() {
    QCOMPARE(latentLoom({"video", tiny(), "--seeds", "1,2", "--frames", "8", "--loop", "-o", file("a.apng")}).code, 0);
    const DecodedFilm film = decodedFilm(file("a.apng"));
    QCOMPARE(film.frames.size(), std::size_t{8});
    QCOMPARE(film.frames[0], pictureOfSeed("1"));
    QCOMPARE(film.frames[4], pictureOfSeed("2"));
    QVERIFY(film.frames[7] != film.frames[0]);
    // There and back on the same way.
    QVERIFY(meanDifference(film.frames[7], film.frames[1]) < 1.0);
  }

  void everyFrameSaysItsState() {
    const QStringList call{"video", tiny(), "--seeds", "3,4,5", "--frames", "7", "--interpolation", "spline",
                           "--easing", "smooth", "-o"};
    QCOMPARE(latentLoom(call + QStringList{file("frames/")}).code, 0);
    const auto model = model::OpenedModel::open(tiny().toStdString());
    for (int i = 0; i < 7; ++i) {
      const auto provenance = readProvenance((file("frames") + frame(i)).toStdString());
      QVERIFY(provenance && provenance->film);
      QCOMPARE(provenance->film->frame, i);
      const model::Frame made = model->render(provenance->latent);
      const QImage expected(made.pixels.data, made.width, made.height, QImage::Format_RGBA8888);
      QCOMPARE(rgb(file("frames") + frame(i)), expected.convertToFormat(QImage::Format_RGB888));
      QVERIFY(model::resolveZ(provenance->latent, model->info()) == provenance->z);
    }
    QCOMPARE(rgb(file("frames") + frame(3)), pictureOfSeed("4"));
    // The same film without loss has the same pictures.
    QCOMPARE(latentLoom(call + QStringList{file("a.apng")}).code, 0);
    const DecodedFilm film = decodedFilm(file("a.apng"));
    for (int i = 0; i < 7; ++i) {
      QCOMPARE(film.frames[static_cast<std::size_t>(i)], rgb(file("frames") + frame(i)));
    }
  }

  void twiceIsTheSame() {
    for (const QString name : {"a.mp4", "a.webm", "a.gif", "a.apng"}) {
      QCOMPARE(latentLoom({"video", tiny(), "--seeds", "1-3", "--frames", "20", "-o", file(name)}).code, 0);
      QCOMPARE(latentLoom({"video", tiny(), "--seeds", "1-3", "--frames", "20", "-o", file("b" + name)}).code, 0);
      QVERIFY(!bytes(file(name)).isEmpty());
      QCOMPARE(bytes(file(name)), bytes(file("b" + name)));
    }
  }

  void enlarged() {
    QCOMPARE(latentLoom({"video", tiny(), "--seeds", "1,2", "--frames", "3", "--scale", "4", "--resample", "nearest", "-o",
                         file("a.apng")})
                 .code,
             0);
    const DecodedFilm film = decodedFilm(file("a.apng"));
    QCOMPARE(film.size, QSize(32, 32));
    QCOMPARE(film.frames[0], pictureOfSeed("1").scaled(32, 32));
    QVERIFY(latentLoom({"inspect", file("a.apng")}).out.contains("4 nearest"));
  }

  void filmsAreInspected() {
    for (const QString name : {"a.mp4", "a.webm", "a.gif", "a.apng"}) {
      QCOMPARE(latentLoom({"video", tiny(), "--seeds", "6,7", "--frames", "10", "--fps", "29.97", "--loop", "--scale", "2",
                           "-o", file(name)})
                   .code,
               0);
      const auto told = latentLoom({"inspect", file(name)});
      QVERIFY2(told.code == 0, qPrintable(told.err));
      for (const char* word : {"Synthetic film of 10 frames", "30000/1001 a second", "16 x 16", "tiny.safetensors",
                               "trainedAlgorithmicMedia", "SHA-256"}) {
        QVERIFY2(told.out.contains(QLatin1String(word)), qPrintable(name + ": " + word + "\n" + told.out));
      }
      const auto whole = nlohmann::json::parse(latentLoom({"inspect", file(name), "--json"}).out.toStdString());
      QCOMPARE(whole["kind"].get<std::string>(), std::string("film"));
      QCOMPARE(whole["frames"].get<int>(), 10);
      QCOMPARE(whole["provenance"]["state"]["seed"].get<int>(), 6);
      const auto& timeline = whole["provenance"]["film"]["timeline"];
      QCOMPARE(timeline["loop"].get<bool>(), true);
      QCOMPARE(timeline["keyframes"][1]["state"]["seed"].get<int>(), 7);
      QVERIFY(std::abs(timeline["keyframes"][1]["seconds"].get<double>() - 5 * 1001.0 / 30000) < 1e-9);
    }
    // Without what this program has added it is anybody's film.
    QByteArray foreign = bytes(file("a.mp4"));
    foreign.truncate(foreign.lastIndexOf("uuid") - 4);
    QFile out(file("foreign.mp4"));
    QVERIFY(out.open(QIODevice::WriteOnly) && out.write(foreign) == foreign.size());
    out.close();
    const auto told = latentLoom({"inspect", file("foreign.mp4")});
    QCOMPARE(told.code, 1);
    QVERIFY2(told.err.contains("no state of Latent Loom"), qPrintable(told.err));
    QVERIFY(QFile::resize(file("a.webm"), 200));
    QVERIFY(latentLoom({"inspect", file("a.webm")}).err.contains("cannot be read as a film"));
  }

  void aProjectsTimeline() {
    Project made = project({1, 2, 3}, tiny());
    made.timeline.keyframes[0].easing = "ease-in";
    made.timeline.keyframes[1].easing = "a newer one";
    saveProject(file("work.loom").toStdString(), made);
    const auto result = latentLoom({"video", file("work.loom"), "--fps", "4", "-o", file("frames/")});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    QCOMPARE(QDir(file("frames")).entryList(QDir::Files).size(), 9);  // 2 s at 4 a second, and the end
    for (int i = 0; i < 3; ++i) {
      QCOMPARE(rgb(file("frames") + frame(4 * i)), pictureOfSeed(QString::number(i + 1)));
    }
    // Eased: after half of the time a quarter of the way.
    const auto provenance = readProvenance((file("frames") + frame(2)).toStdString());
    const auto model = model::OpenedModel::open(tiny().toStdString());
    model::Timeline timeline = timelineOf(made, model->info());
    QVERIFY(timeline.keyframes[1].easing == model::Easing::Linear);
    timeline.keyframes[0].easing = model::Easing::Linear;
    QVERIFY(provenance->latent == model::stateAt(timeline, 0.25, model->info()));
    // There and back through the project's own form.
    const ProjectTimeline back = projectTimeline(timelineOf(made, model->info()), 0, model->info());
    QCOMPARE(back.keyframes[0].easing, std::string("ease-in"));
    QVERIFY(back.keyframes[2].state.latent == made.timeline.keyframes[2].state.latent);
    // As many frames as asked for, over the whole of it.
    QCOMPARE(latentLoom({"video", file("work.loom"), "--frames", "3", "-o", file("three/")}).code, 0);
    QCOMPARE(rgb(file("three") + frame(1)), pictureOfSeed("2"));
  }

  void theModelIsFoundBesideTheProject() {
    saveProject(file("work.loom").toStdString(), project({1, 2}, tiny()));
    QVERIFY(QDir(m_folder->path()).mkdir("moved"));
    QVERIFY(QFile::rename(file("work.loom"), file("moved/work.loom")));
    const QByteArray model = bytes(tiny());
    QVERIFY(QFile::rename(tiny(), file("elsewhere.safetensors")));
    const QStringList call{"video", file("moved/work.loom"), "--frames", "2", "-o", file("a.gif")};
    const auto missing = latentLoom(call);
    QCOMPARE(missing.code, 1);
    QVERIFY2(missing.err.contains("tiny.safetensors") && missing.err.contains("beside the project"), qPrintable(missing.err));
    TinyModel(1).write(file("moved/tiny.safetensors"));  // another one of that name
    const auto other = latentLoom(call);
    QCOMPARE(other.code, 1);
    QVERIFY2(other.err.contains("another file of that name"), qPrintable(other.err));
    QVERIFY(QFile::remove(file("moved/tiny.safetensors")));
    QVERIFY(QFile::copy(file("elsewhere.safetensors"), file("moved/tiny.safetensors")));
    const auto found = latentLoom(call);
    QVERIFY2(found.code == 0, qPrintable(found.err));
  }

  void whatCannotBeIsTold() {
    const auto told = [&](const QStringList& arguments, int code) {
      const auto result = latentLoom(QStringList{"video"} + arguments);
      return result.code == code ? result.err : QStringLiteral("code %1: ").arg(result.code) + result.err;
    };
    const QString out = file("a.mp4");
    QVERIFY(told({}, 2).contains("which checkpoint or project"));
    QVERIFY(told({tiny(), "-o", out}, 2).contains("--seeds 1,2,3"));
    QVERIFY(told({tiny(), "--seeds", "1", "-o", out}, 2).contains("at least two"));
    QVERIFY(told({tiny(), "--seeds", "1,2"}, 2).contains("-o out.mp4"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--easing", "bounce", "-o", out}, 2).contains("ease-in"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--interpolation", "x", "-o", out}, 2).contains("slerp or spline"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--fps", "0", "-o", out}, 2).contains("30000/1001"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--frames", "0", "-o", out}, 2).contains("--frames"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "-o", file("a.avi")}, 1).contains(".mp4, .webm"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "-o", file("nowhere/a.mp4")}, 1).contains("does not exist"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--codec", "vp9", "-o", out}, 1).contains(".webm"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--crf", "60", "-o", out}, 1).contains("51"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--truncation", "0.5", "-o", out}, 1).contains("no truncation"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--class", "1", "-o", out}, 1).contains("no classes"));
    QVERIFY(told({tiny(), "--seeds", "1,2", "--noise", "random", "-o", out}, 1).contains("tiny.safetensors"));
    Project made = project({}, tiny());
    saveProject(file("empty.loom").toStdString(), made);
    QVERIFY(told({file("empty.loom"), "-o", out}, 1).contains("no keyframes"));
    made = project({1, 2}, tiny());
    made.models.push_back(made.models[0]);
    made.models[1].name = "other.pkl";
    made.timeline.keyframes[1].model = 1;
    saveProject(file("two.loom").toStdString(), made);
    QVERIFY(told({file("two.loom"), "-o", out}, 1).contains("several models"));
    QVERIFY(told({file("two.loom"), "--seeds", "1,2", "-o", out}, 2).contains("timeline says it"));
    QVERIFY(told({file("two.loom"), "--truncation", "0.5", "-o", out}, 2).contains("timeline says it"));
    QVERIFY(told({file("nowhere.loom"), "-o", out}, 1).contains("cannot be opened"));
    QVERIFY(!QFile::exists(out));
  }

  void interruptedNothingIsLeft() {
    for (const QString name : {"a.mp4", "a.gif", "frames/"}) {
      // Stopped as soon as the film is in the making.
      std::stop_source stop;
      std::atomic<bool> seen = false;
      std::jthread watcher([&](const std::stop_token& over) {
        while (!over.stop_requested() && !seen) {
          for (const auto& entry : std::filesystem::directory_iterator(m_folder->path().toStdString())) {
            seen = seen || entry.path().filename().string().starts_with(".latent-loom-");
          }
        }
        stop.request_stop();
      });
      const auto result = latentLoom({"video", tiny(), "--seeds", "1-9", "--frames", "1000000", "-o", file(name)}, false,
                                     stop.get_token());
      QCOMPARE(result.code, 130);
      QVERIFY(seen);
      QCOMPARE(everything(), QStringList{"tiny.safetensors"});
    }
  }

  void aFullDiskIsTold() {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit limited = before;
    limited.rlim_cur = 20'000;
    setrlimit(RLIMIT_FSIZE, &limited);
    const auto result = latentLoom({"video", tiny(), "--seeds", "1-9", "--frames", "2000", "--scale", "8", "-o", file("a.apng")});
    setrlimit(RLIMIT_FSIZE, &before);
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("File too large") && result.err.contains("a.apng"), qPrintable(result.err));
    QCOMPARE(everything(), QStringList{"tiny.safetensors"});
  }

  void aPausedFilmWaits() {
    FilmRequest request;
    for (const std::uint32_t seed : {1U, 2U}) {
      model::LatentState state;
      state.seed = seed;
      request.timeline.keyframes.push_back({static_cast<double>(seed), model::Easing::Linear, state});
    }
    request.frames = 50;
    request.checkpointSha256 = std::string(64, 'a');
    request.target = file("a.mp4").toStdString();
    Film film(model::OpenedModel::open(tiny().toStdString()), request);
    std::promise<void> paused;
    std::atomic<bool> resumed = false;
    std::atomic<int> early = 0;
    int last = 0;
    std::jthread other([&] {
      paused.get_future().wait();
      // Time for many frames: a film of the same length.
      latentLoom({"video", tiny(), "--seeds", "1,2", "--frames", "50", "-o", file("b.mp4")});
      resumed = true;
      film.resume();
    });
    const bool done = film.write({}, [&](const FilmProgress& progress) {
      early += film.paused() && !resumed && progress.made > 3;
      if (progress.made == 3 && last < 3) {
        film.pause();
        paused.set_value();
      }
      last = progress.made;
      QVERIFY(progress.written <= progress.made && progress.frames == 50);
    });
    QVERIFY(done);
    QVERIFY(resumed);
    QCOMPARE(early.load(), 0);
    QCOMPARE(last, 50);
    QCOMPARE(decodedFilm(file("a.mp4")).frames.size(), std::size_t{50});
    // One that is paused can be stopped, and leaves nothing.
    request.target = file("c.mp4").toStdString();
    Film second(model::OpenedModel::open(tiny().toStdString()), request);
    std::stop_source stop;
    second.pause();
    const std::jthread stopper([&] { stop.request_stop(); });
    QVERIFY(!second.write(stop.get_token()));
    QVERIFY(!QFile::exists(file("c.mp4")));
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestVideoCommand)
#include "test_video_command.moc"
