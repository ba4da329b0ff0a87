#include "app/program_services.h"

#include "app/data/training_start.h"
#include "app/training_outlook.h"

#include "app/export/enlarge.h"
#include "app/export/file_hash.h"
#include "app/export/film.h"
#include "app/export/picture.h"
#include "app/export/picture_format.h"
#include "app/export/provenance.h"
#include "app/installed_files.h"
#include "app/latent_map.h"
#include "app/program_exports.h"

#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>
#include <QMetaObject>

#include <cmath>

namespace loom::app {
namespace {

std::filesystem::path nativePath(const QString& path) {
  return std::filesystem::path(QFile::encodeName(path).toStdString());
}

VideoOptions videoOptionsOf(const ui::VideoRequest& request) {
  VideoOptions options;
  options.rate = {request.framesPerSecond, 1};
  const auto format = videoFormatOfName(nativePath(request.path));
  const auto codec = format ? codecFor(*format, options) : std::nullopt;
  if (codec) {
    // The encoders' own measures: visually lossless, what is usual, half the size of that.
    const bool h264 = *codec == VideoCodec::H264;
    switch (request.quality) {
      case ui::VideoRequest::Quality::Small: options.crf = h264 ? 26 : 36; break;
      case ui::VideoRequest::Quality::Good: break;
      case ui::VideoRequest::Quality::Best: options.crf = h264 ? 12 : 15; break;
    }
  }
  return options;
}

}  // namespace

ProgramServices::ProgramServices(const QString& galleryFolder)
    : m_gallery(galleryFolder),
      m_projects(m_known, galleryFolder.isEmpty() ? QString() : galleryFolder + QStringLiteral("/autosave")),
      m_directions(galleryFolder) {
  connect(&m_gallery, &ui::GalleryService::recalled, this,
          [this](ui::GalleryId, const QString& sha256, const QString& name, const QString& path, const model::SavedState& state) {
            recalled(sha256, name, path, state);
          });
}
ProgramServices::~ProgramServices() = default;

void ProgramServices::reportProgress(const QString& what, double fraction) {
  QMetaObject::invokeMethod(this, [this, what, fraction] { Q_EMIT exportProgress(what, fraction); });
}

void ProgramServices::startExport(const QString& what, std::function<bool(std::stop_token)> work, const QString& path) {
  m_exports.start([this, what, work = std::move(work), path](const std::stop_token& stop) {
    QString problem;
    bool done = false;
    try {
      done = !stop.stop_requested() && work(stop);
    } catch (const model::Interrupted&) {
      done = false;
    } catch (const std::exception& error) {
      problem = QString::fromStdString(error.what());
    }
    QMetaObject::invokeMethod(this, [this, done, problem, path] {
      if (!problem.isEmpty()) {
        Q_EMIT exportFailed(problem);
      } else if (done) {
        Q_EMIT exportDone(path);
      } else {
        Q_EMIT exportCancelled();
      }
    });
  });
}

void ProgramServices::savePicture(const Model& model, const model::Frame& frame, const ui::PictureRequest& request) {
  startExport(
      tr("Saving"), [=](const std::stop_token& stop) { return writeFrame(*model, frame, request, stop); },
      request.path);
}

void ProgramServices::saveGrid(const Model& model, const ui::GridRequest& request) {
  const QString what = tr("Saving %1 pictures").arg(request.rows * request.columns);
  startExport(
      what,
      [=, this](const std::stop_token& stop) {
        return writeGrid(*model, request, stop, [&](double fraction) { reportProgress(what, fraction); });
      },
      request.picture.path);
}

void ProgramServices::saveBatch(const Model& model, const model::LatentState& look, const ui::BatchRequest& request) {
  const QString what = request.dataset ? tr("Making a data set") : tr("Saving %1 pictures").arg(request.count);
  // A pattern is no file that could be shown: its folder is.
  const QString result = request.dataset ? request.picture.path : QFileInfo(request.picture.path).absolutePath();
  startExport(
      what,
      [=, this](const std::stop_token& stop) {
        return writeBatch(*model, look, request, stop, [&](double fraction) { reportProgress(what, fraction); });
      },
      result);
}

void ProgramServices::saveVideo(const Model& model, const model::Timeline& timeline, const ui::VideoRequest& request) {
  const QString what = tr("Making %1").arg(QFileInfo(request.path).fileName());
  startExport(
      what,
      [=, this](const std::stop_token& stop) {
        FilmRequest wanted;
        wanted.timeline = timeline;
        wanted.target = nativePath(request.path);
        wanted.video = videoOptionsOf(request);
        wanted.frames = framesOf(timeline, wanted.video.rate);
        wanted.scale = request.scale;
        wanted.resample = request.smooth ? Resample::Smooth : Resample::Nearest;
        checkVideoTarget(wanted.target, wanted.video);
        const auto sha256 = sha256OfFile(model->path(), stop);
        if (!sha256) {
          return false;
        }
        wanted.checkpointSha256 = *sha256;
        const auto film = std::make_shared<Film>(model, wanted);
        QMetaObject::invokeMethod(this, [this, film] {
          m_film = film;
          Q_EMIT videoChanged(true, false);
        });
        const auto over = qScopeGuard([this] {
          QMetaObject::invokeMethod(this, [this] {
            m_film.reset();
            Q_EMIT videoChanged(false, false);
          });
        });
        return film->write(stop, [&](const FilmProgress& progress) {
          const double frames = std::max(1, progress.frames);
          reportProgress(what, 0.95 * progress.written / frames + 0.05 * progress.finishing);
        });
      },
      request.path);
}

void ProgramServices::pauseVideo(bool paused) {
  if (const auto film = m_film.lock()) {
    paused ? film->pause() : film->resume();
    Q_EMIT videoChanged(true, paused);
  }
}

void ProgramServices::makeMap(const Model& model, const model::LatentState& look, bool byPictures) {
  constexpr int kSeeds = 300;
  m_maps.cancel();
  m_maps.start([this, model, look, byPictures](const std::stop_token& stop) {
    const auto tell = [this](auto call) { QMetaObject::invokeMethod(this, call); };
    try {
      const auto map = makeLatentMap(
          *model, look, byPictures ? MapKind::Pictures : MapKind::Styles, kSeeds, [&] { return stop.stop_requested(); },
          [&](double fraction) { tell([this, fraction] { Q_EMIT mapProgress(fraction); }); });
      tell([this, id = model->id(), map] { Q_EMIT mapMade(id, map.seeds, map.places); });
    } catch (const model::Interrupted&) {
      tell([this] { Q_EMIT mapFailed({}); });
    } catch (const std::exception& error) {
      tell([this, message = QString::fromStdString(error.what())] { Q_EMIT mapFailed(message); });
    }
  });
}

void ProgramServices::cancelExport() { m_exports.cancel(); }

bool ProgramServices::isPicture(const QString& path) const {
  return pictureFormatOfName(nativePath(path)).has_value() || pictureFormatOfContent(nativePath(path)).has_value();
}

void ProgramServices::restore(const QString& picturePath) {
  const QString name = QFileInfo(picturePath).fileName();
  if (!QFileInfo::exists(picturePath)) {
    Q_EMIT restoreFailed(tr("%1 cannot be opened: there is no such file (%2).").arg(name, picturePath));
    return;
  }
  try {
    const auto provenance = readProvenance(nativePath(picturePath));
    if (!provenance) {
      Q_EMIT stateMissing(picturePath, tr("%1 holds no state of Latent Loom: it was not saved by this program, or the "
                                          "state was removed since.")
                                           .arg(name));
      return;
    }
    const QString sha256 = QString::fromStdString(provenance->checkpointSha256);
    const model::SavedState state{provenance->latent, provenance->z, provenance->checkpointGroup};
    if (const QString checkpoint = m_known.find(sha256); !checkpoint.isEmpty()) {
      Q_EMIT stateFound(checkpoint, state);
      return;
    }
    Q_EMIT checkpointNeeded(tr("%1 was made with %2, which is not at hand. Open that checkpoint and the picture's state "
                               "comes back by itself.\nSHA-256 of the checkpoint: %3")
                                .arg(name, QString::fromStdString(provenance->checkpointName), sha256),
                            sha256, state);
  } catch (const std::exception& error) {
    Q_EMIT restoreFailed(QString::fromStdString(error.what()));
  }
}

void ProgramServices::recalled(const QString& sha256, const QString& modelName, const QString& modelPath,
                               const model::SavedState& state) {
  QString checkpoint = m_known.find(sha256);
  if (checkpoint.isEmpty() && QFileInfo(modelPath).isFile()) {
    try {
      const auto found = sha256OfFile(nativePath(modelPath));
      checkpoint = found && *found == sha256.toStdString() ? modelPath : QString();
    } catch (const std::exception&) {
      // It cannot be read any more: as if it were not there.
    }
  }
  if (!checkpoint.isEmpty()) {
    Q_EMIT stateFound(checkpoint, state);
    return;
  }
  Q_EMIT checkpointNeeded(tr("This picture was made with %1, which is not at hand. Open that checkpoint and the picture's "
                             "state comes back by itself.\nIt was last seen at %2\nSHA-256 of the checkpoint: %3")
                              .arg(modelName, modelPath.isEmpty() ? tr("an unknown place") : modelPath, sha256),
                          sha256, state);
}

void ProgramServices::noteOpened(const Model& model) {
  m_hashes.cancel();  // of a model that is no longer open
  m_hashes.start([this, model](const std::stop_token& stop) {
    std::optional<std::string> sha256;
    try {
      sha256 = sha256OfFile(model->path(), stop);
    } catch (const std::exception&) {
      return;  // the file went away since; an export will say so
    }
    if (sha256) {
      QMetaObject::invokeMethod(this, [this, model, sha256 = QString::fromStdString(*sha256)] {
        m_known.note(QString::fromStdString(model->path().string()), sha256);
        Q_EMIT hashed(model->id(), sha256);
      });
    }
  });
}

QString ProgramServices::bundledCheckpoint() const {
  return resourceFile(QStringLiteral("checkpoints/emoji-faces.safetensors"));
}

std::vector<ui::Example> ProgramServices::examples() const {
  const QString faces = examplesFolder() + QStringLiteral("/gan_face_generate/weights.tar");
  return {{tr("Emoji faces (DCGAN 64², bundled)"), bundledCheckpoint(),
           bundledCheckpoint().isEmpty() ? tr("The bundled checkpoint is missing from this installation.") : QString()},
          {tr("Emoji styles (StyleGAN2 64², bundled)"), resourceFile(QStringLiteral("checkpoints/emoji-styles.safetensors")),
           resourceFile(QStringLiteral("checkpoints/emoji-styles.safetensors")).isEmpty()
               ? tr("The bundled checkpoint is missing from this installation.")
               : QString()},
          {tr("Faces (DCGAN 64², by gan-face-generate)"), faces,
           QFileInfo::exists(faces)
               ? QString()
               : tr("The example is not on this machine yet: %1 is missing. ./dev setup fetches it.").arg(faces)}};
}

QString ProgramServices::licences() const {
  for (const QString& name : {resourceFile(QStringLiteral("LICENCES.md")),
                              resourceFile(QStringLiteral("../packaging/LICENCES.md"))}) {
    QFile file(name);
    if (!name.isEmpty() && file.open(QIODevice::ReadOnly | QIODevice::Text)) {
      return QString::fromUtf8(file.readAll());
    }
  }
  return tr("The table of licences is missing from this installation (packaging/LICENCES.md).");
}

void ProgramServices::foreseeTraining(const ui::TrainingRequest& request) {
  m_outlooks.cancel();
  m_outlooks.start([this, request](const std::stop_token& stop) {
    StartControl control;
    control.data.stop = stop;
    // Told by the hundred, or the window would do nothing else.
    int told = -1;
    control.data.progress = [&](double fraction) {
      if (const int percent = static_cast<int>(fraction * 100.0); percent != told) {
        told = percent;
        QMetaObject::invokeMethod(this, [this, fraction] { Q_EMIT outlookProgress(tr("Looking over the pictures"), fraction); });
      }
    };
    ui::TrainingOutlook outlook;
    QString problem;
    try {
      outlook = foresee(request.settings, request.data.toStdString(), control);
    } catch (const std::exception& error) {
      problem = QString::fromStdString(error.what());
    }
    QMetaObject::invokeMethod(this, [this, outlook, problem, stop] {
      if (stop.stop_requested()) {
        return;
      }
      if (problem.isEmpty()) {
        Q_EMIT trainingForeseen(outlook);
      } else {
        Q_EMIT trainingNotForeseen(problem);
      }
    });
  });
}

model::TrainingWorker::Opener ProgramServices::trainingOpener(const ui::TrainingRequest& request) {
  return [request](std::stop_token stop) {
    StartControl control;
    control.data.stop = std::move(stop);
    if (!request.resume.isEmpty()) {
      return resumeTraining(request.resume.toStdString(), control);
    }
    const std::filesystem::path out = request.out.toStdString();
    std::filesystem::create_directories(out.parent_path());
    return startTraining(request.settings, request.data.toStdString(), out, control);
  };
}

QImage ProgramServices::imageOf(const model::Frame& frame) const { return pictureFromFrame(frame); }

}  // namespace loom::app
