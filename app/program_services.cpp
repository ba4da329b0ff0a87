#include "app/program_services.h"

#include "app/data/training_start.h"
#include "app/training_outlook.h"

#include "app/export/enlarge.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "app/export/film.h"
#include "app/export/model_provenance.h"
#include "app/export/picture.h"
#include "app/export/picture_file.h"
#include "app/export/picture_format.h"
#include "app/export/provenance.h"
#include "app/installed_files.h"
#include "app/latent_map.h"
#include "model/cuda_library.h"

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

Resample resampleOf(const ui::PictureRequest& request) {
  return request.smooth ? Resample::Smooth : Resample::Nearest;
}

void addEnlargement(Provenance& provenance, const ui::PictureRequest& request) {
  if (request.scale > 1) {
    provenance.enlargement = std::to_string(request.scale) + (request.smooth ? " smooth" : " nearest");
  }
}

/// The frame with its pixels in host memory, wherever they were.
model::Frame inHostMemory(model::Frame frame) {
  const model::HostPixels pixels = model::hostPixels(frame);
  if (!pixels.error.empty()) {
    throw ExportError("the picture could not be fetched from the GPU: " + pixels.error);
  }
  frame.pixels = {model::FramePixels::Location::Host, pixels.data, pixels.owner};
  return frame;
}

/// What is written is never a draft.
model::Frame exact(const model::OpenedModel& opened, const model::Frame& frame, const std::stop_token& stop) {
  return frame.quality == model::Quality::Exact
             ? frame
             : opened.render(frame.latent, frame.generation, [&] { return stop.stop_requested(); });
}

/// False where `stop` was asked for.
bool writeFrame(const model::OpenedModel& opened, const model::Frame& frame, const ui::PictureRequest& request,
                const std::stop_token& stop) {
  const auto target = nativePath(request.path);
  checkPictureTarget(target, QSize(frame.width, frame.height) * request.scale);
  const auto sha256 = sha256OfFile(opened.path(), stop);
  if (!sha256) {
    return false;
  }
  Provenance provenance = provenanceOf(opened, frame.latent, *sha256);
  addEnlargement(provenance, request);
  const QImage picture = pictureFromFrame(inHostMemory(exact(opened, frame, stop)), opened.info().channels);
  writePicture(enlarge(picture, request.scale, resampleOf(request)), target, provenance, {request.jpegQuality});
  return true;
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

/// The cell of one seed. Everything but the seed is as the hand left it: truncation and what is locked.
model::Frame renderCell(const model::OpenedModel& opened, const model::LatentState& latent, std::uint32_t seed,
                        const std::stop_token& stop) {
  return inHostMemory(opened.render(model::withSeed(latent, seed), 0, [&] { return stop.stop_requested(); }));
}

bool writeGrid(const model::OpenedModel& opened, const model::LatentState& latent, const ui::GridRequest& request,
               const std::stop_token& stop, const std::function<void(double)>& progress) {
  const auto target = nativePath(request.picture.path);
  const int scale = request.picture.scale;
  // Cells are enlarged one by one: enlarged as a whole, neighbours would bleed into one another.
  const GridLayout layout{request.columns, request.rows, request.gap * scale};
  const QSize cell = QSize(opened.info().width, opened.info().height) * scale;
  checkPictureTarget(target, layout.size(cell));
  const auto sha256 = sha256OfFile(opened.path(), stop);
  if (!sha256) {
    return false;
  }
  const int channels = opened.info().channels;
  GridSheet sheet(layout, cell, channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
  GridProvenance grid{layout.columns, layout.rows, layout.gap, {}};
  for (int i = 0; i < layout.cells(); ++i) {
    const std::uint32_t seed = request.firstSeed + static_cast<std::uint32_t>(i);
    grid.seeds.push_back(seed);
    try {
      const QImage picture = pictureFromFrame(renderCell(opened, latent, seed, stop), channels);
      sheet.place(i, enlarge(picture, scale, resampleOf(request.picture)));
    } catch (const model::Interrupted&) {
      return false;
    }
    progress(static_cast<double>(i + 1) / layout.cells());
  }
  Provenance provenance = provenanceOf(opened, model::withSeed(latent, request.firstSeed), *sha256);
  provenance.grid = std::move(grid);
  addEnlargement(provenance, request.picture);
  writePicture(sheet.sheet(), target, provenance, {request.picture.jpegQuality});
  return true;
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

void ProgramServices::saveGrid(const Model& model, const model::LatentState& latent, const ui::GridRequest& request) {
  const QString what = tr("Saving %1 pictures").arg(request.rows * request.columns);
  startExport(
      what,
      [=, this](const std::stop_token& stop) {
        return writeGrid(*model, latent, request, stop, [&](double fraction) { reportProgress(what, fraction); });
      },
      request.picture.path);
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

QImage ProgramServices::imageOf(const model::Frame& frame) const { return pictureFromFrame(inHostMemory(frame)); }

}  // namespace loom::app
