#include "ui/shell/picture_commands.h"

#include "ui/session/explorer.h"
#include "ui/session/services.h"
#include "ui/shell/batch_dialog.h"
#include "ui/shell/explorer_canvas.h"
#include "ui/shell/grid_dialog.h"
#include "ui/shell/video_dialog.h"
#include "ui/shell/save_dialog.h"
#include "ui/shell/status_line.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>

namespace loom::ui {

PictureCommands::PictureCommands(Explorer& explorer, const ExplorerCanvas& canvas, Services& services,
                                 StatusLine& status, QWidget& window)
    : m_explorer(explorer), m_canvas(canvas), m_services(services), m_status(status), m_window(window) {
  QObject::connect(&explorer, &Explorer::frameReady, &window, [this](const model::Frame& frame) {
    if (m_copyWhenExact && frame.quality == model::Quality::Exact) {
      copyFrame(frame);
    }
  });
}

bool PictureCommands::hasPicture() const {
  const bool there = m_canvas.frame().has_value() && m_explorer.openModel();
  if (!there) {
    m_status.tell(QObject::tr("there is no picture yet"));
  }
  return there;
}

void PictureCommands::save() {
  if (hasPicture()) {
    PictureRequest request = rememberedPictureRequest();
    request.path = nextPicturePath(*m_explorer.openModel(), m_canvas.frame()->latent);
    m_services.savePicture(m_explorer.openModel(), *m_canvas.frame(), request);
  }
}

void PictureCommands::saveAs() {
  if (!hasPicture()) {
    return;
  }
  const model::Frame frame = *m_canvas.frame();  // what is shown now, though the walk goes on behind the dialog
  if (const auto request = askPictureRequest(*m_explorer.openModel(), frame, &m_window)) {
    m_services.savePicture(m_explorer.openModel(), frame, *request);
  }
}

void PictureCommands::saveGrid() {
  if (!hasPicture()) {
    return;
  }
  const auto model = m_explorer.openModel();
  const model::LatentState latent = m_explorer.latent();
  const QString from = QObject::tr("seed %1").arg(latent.seed);
  GridDialog dialog(QObject::tr("Save grid of seeds"), from, std::nullopt, {model->info().width, model->info().height}, &m_window);
  if (dialog.exec() != QDialog::Accepted) {
    return;
  }
  GridRequest request = dialog.request();
  request.picture.path = askGridPath(*model, QObject::tr("grid from %1").arg(from), &m_window);
  if (request.picture.path.isEmpty()) {
    return;
  }
  // Everything but the seed is as the hand left it: truncation and what is locked.
  for (int i = 0; i < request.rows * request.columns; ++i) {
    request.seeds.push_back(latent.seed + static_cast<std::uint32_t>(i));
    request.cells.emplace_back(model::withSeed(latent, request.seeds.back()));
  }
  m_services.saveGrid(model, request);
}

void PictureCommands::saveMixes(const MixingSheet& sheet) {
  const auto model = m_explorer.openModel();
  if (!model) {
    return;
  }
  const QString from = QObject::tr("%1 × %2 mixes and their sources").arg(sheet.rows - 1).arg(sheet.columns - 1);
  GridDialog dialog(QObject::tr("Save mixing sheet"), from, QSize(sheet.columns, sheet.rows), {model->info().width, model->info().height},
                    &m_window);
  if (dialog.exec() != QDialog::Accepted) {
    return;
  }
  GridRequest request = dialog.request();
  request.cells = sheet.cells;
  request.picture.path = askGridPath(*model, QObject::tr("mixes"), &m_window);
  if (!request.picture.path.isEmpty()) {
    m_services.saveGrid(model, request);
  }
}

void PictureCommands::saveBatch() {
  if (!hasPicture()) {
    return;
  }
  const auto model = m_explorer.openModel();
  const model::LatentState latent = m_explorer.latent();
  BatchDialog dialog(model->info(), QFileInfo(QString::fromStdString(model->path().string())).completeBaseName(), latent.seed,
                     m_canvas.frame()->timings.total(), &m_window);
  if (dialog.exec() != QDialog::Accepted) {
    return;
  }
  BatchRequest request = dialog.request();
  request.picture.jpegQuality = rememberedPictureRequest().jpegQuality;
  if (request.dataset) {
    request.picture.path = askDatasetPath(*model, dialog.form() == BatchDialog::Form::DatasetZip, &m_window);
  } else if (const QString folder = askPicturesFolder(&m_window); !folder.isEmpty()) {
    request.picture.path = folder + QLatin1Char('/') + dialog.pattern();
  }
  if (!request.picture.path.isEmpty()) {
    m_services.saveBatch(model, latent, request);
  }
}

void PictureCommands::saveVideo() {
  const auto& model = m_explorer.openModel();
  const model::Timeline& film = m_explorer.timeline();
  if (!model || model::durationOf(film) <= 0.0) {
    return;
  }
  const auto& frame = m_canvas.frame();
  VideoDialog dialog(film, model->info().width, model->info().height, frame ? frame->timings.total() : 0.0, &m_window);
  if (dialog.exec() != QDialog::Accepted) {
    return;
  }
  VideoRequest request = dialog.request();
  request.path = askVideoPath(QString::fromStdString(model->path().stem().string()), &m_window);
  if (!request.path.isEmpty()) {
    m_services.saveVideo(model, film, request);
  }
}

void PictureCommands::copy() {
  if (!hasPicture()) {
    return;
  }
  m_copyWhenExact = m_canvas.frame()->quality != model::Quality::Exact;  // that is made once the hand rests
  if (!m_copyWhenExact) {
    copyFrame(*m_canvas.frame());
  }
}

void PictureCommands::copyFrame(const model::Frame& frame) {
  m_copyWhenExact = false;
  QGuiApplication::clipboard()->setImage(m_services.imageOf(frame));
  m_status.tell(QObject::tr("the picture is in the clipboard"));
}

}  // namespace loom::ui
