#include "app/program_exports.h"

#include "app/export/background_writes.h"
#include "app/export/dataset.h"
#include "app/export/enlarge.h"
#include "app/export/export_error.h"
#include "app/export/file_hash.h"
#include "app/export/model_provenance.h"
#include "app/export/output_names.h"
#include "app/export/picture.h"
#include "app/export/picture_file.h"
#include "app/export/picture_format.h"

#include <QFile>

#include <algorithm>

namespace loom::app {
namespace {

std::filesystem::path nativePath(const QString& path) { return {QFile::encodeName(path).toStdString()}; }

Resample resampleOf(const ui::PictureRequest& request) { return request.smooth ? Resample::Smooth : Resample::Nearest; }

void addEnlargement(Provenance& provenance, const ui::PictureRequest& request) {
  if (request.scale > 1) {
    provenance.enlargement = std::to_string(request.scale) + (request.smooth ? " smooth" : " nearest");
  }
}

/// What is written is never a draft.
model::Frame exact(const model::OpenedModel& opened, const model::Frame& frame, const std::stop_token& stop) {
  return frame.quality == model::Quality::Exact
             ? frame
             : opened.render(frame.latent, frame.generation, [&] { return stop.stop_requested(); });
}

QImage enlargedPicture(const model::OpenedModel& opened, const model::LatentState& state,
                       const ui::PictureRequest& request, const std::stop_token& stop) {
  const model::Frame frame = opened.render(state, 0, [&] { return stop.stop_requested(); });
  return enlarge(pictureFromFrame(frame, opened.info().channels), request.scale, resampleOf(request));
}

bool writePictures(const model::OpenedModel& opened, const model::LatentState& look, const ui::BatchRequest& request,
                   const std::stop_token& stop, const ExportProgress& progress) {
  std::vector<PictureNumber> numbers;
  for (int i = 0; i < request.count; ++i) {
    numbers.push_back({static_cast<std::size_t>(i), request.firstSeed + static_cast<std::uint32_t>(i)});
  }
  const auto names = outputNames(nativePath(request.picture.path).string(), numbers);
  checkPictureTarget(names.front(), QSize(opened.info().width, opened.info().height) * request.picture.scale);
  const auto sha256 = sha256OfFile(opened.path(), stop);
  if (!sha256) {
    return false;
  }
  BackgroundWrites writes;
  const auto together = static_cast<std::size_t>(opened.sideBySide());
  for (std::size_t first = 0; first < names.size(); first += together) {
    if (stop.stop_requested()) {
      return false;
    }
    std::vector<model::LatentState> states;
    for (std::size_t i = first; i < std::min(first + together, names.size()); ++i) {
      states.push_back(model::withSeed(look, *numbers[i].seed));
    }
    const auto frames = opened.renderEach(states, [&] { return stop.stop_requested(); });
    for (std::size_t i = 0; i < states.size(); ++i) {
      Provenance provenance = provenanceOf(opened, states[i], *sha256);
      addEnlargement(provenance, request.picture);
      const QImage picture = pictureFromFrame(frames[i], opened.info().channels);
      const int enlargement = request.picture.scale * request.picture.scale;
      const std::size_t bytes = static_cast<std::size_t>(picture.sizeInBytes()) * enlargement;
      writes.start(2 * bytes, [&, picture, name = names[first + i], provenance = std::move(provenance)] {
        writePicture(enlarge(picture, request.picture.scale, resampleOf(request.picture)), name, provenance,
                     {request.picture.jpegQuality});
      });
    }
    progress(static_cast<double>(first + states.size()) / static_cast<double>(names.size()));
  }
  writes.finish();
  return true;
}

}  // namespace

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
  const QImage picture = pictureFromFrame(exact(opened, frame, stop), opened.info().channels);
  writePicture(enlarge(picture, request.scale, resampleOf(request)), target, provenance, {request.jpegQuality});
  return true;
}

bool writeGrid(const model::OpenedModel& opened, const ui::GridRequest& request, const std::stop_token& stop,
               const ExportProgress& progress) {
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
  GridSheet sheet(layout, cell, opened.info().channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
  const model::LatentState* first = nullptr;
  for (int i = 0; i < layout.cells(); ++i) {
    if (const auto& state = request.cells.at(static_cast<std::size_t>(i))) {
      if (!first || (first->sources.empty() && !state->sources.empty())) {
        first = &*state;  // of a table of mixes one that is mixed
      }
      sheet.place(i, enlargedPicture(opened, *state, request.picture, stop));
    }
    progress(static_cast<double>(i + 1) / layout.cells());
  }
  Provenance provenance = provenanceOf(opened, first ? *first : model::LatentState(), *sha256);
  provenance.grid = GridProvenance{layout.columns, layout.rows, layout.gap, request.seeds};
  addEnlargement(provenance, request.picture);
  writePicture(sheet.sheet(), target, provenance, {request.picture.jpegQuality});
  return true;
}

bool writeBatch(const model::OpenedModel& opened, const model::LatentState& look, const ui::BatchRequest& request,
                const std::stop_token& stop, const ExportProgress& progress) {
  if (!request.dataset) {
    return writePictures(opened, look, request, stop, progress);
  }
  const DatasetRequest wanted{look, request.firstSeed, request.count, request.perClass,
                              nativePath(request.picture.path)};
  const auto all = static_cast<double>(picturesOf(wanted, opened.info()));
  return writeDataset(opened, wanted, stop, [&](std::int64_t done) { progress(static_cast<double>(done) / all); });
}

}  // namespace loom::app
