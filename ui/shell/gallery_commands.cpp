#include "ui/shell/gallery_commands.h"

#include "ui/session/explorer.h"
#include "ui/shell/explorer_canvas.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/status_line.h"

namespace loom::ui {

GalleryCommands::GalleryCommands(Explorer& explorer, const ExplorerCanvas& canvas, GalleryService& gallery,
                                 StatusLine& status, MessageBar& message)
    : m_explorer(explorer), m_canvas(canvas), m_gallery(gallery), m_status(status), m_message(message) {
  connect(&gallery, &GalleryService::lent, this,
          [this](GalleryId, const QString&, const QString& name, const QString&, const model::SavedState& state) { mixIn(name, state); });
  connect(&gallery, &GalleryService::recalled, this,
          [this](GalleryId id, const QString&, const QString&, const QString&, const model::SavedState& state) {
            m_origin = Origin{id, state.latent};
          });
  connect(&gallery, &GalleryService::progress, this,
          [this](const QString& what, double fraction) { m_status.showJob(StatusLine::Job::Gallery, what, fraction); });
  connect(&gallery, &GalleryService::done, this, [this](const QString& text) {
    m_status.endJob(StatusLine::Job::Gallery);
    if (!text.isEmpty()) {
      m_status.tell(text);
    }
  });
  connect(&gallery, &GalleryService::failed, this, [this, &message](const QString& text) {
    m_status.endJob(StatusLine::Job::Gallery);
    message.show(MessageBar::Kind::Error, text);
  });
  connect(&gallery, &GalleryService::noticed, this,
          [&message](const QString& text) { message.show(MessageBar::Kind::Notice, text); });
}

/// A picture of the same seed was made from the one that was brought back; one of another seed has nothing of it.
GalleryId GalleryCommands::parentOf(const model::LatentState& latent) const {
  const bool related = m_origin && m_origin->latent.seed == latent.seed && m_origin->latent != latent;
  return related ? m_origin->id : 0;
}

void GalleryCommands::mixIn(const QString& modelName, const model::SavedState& state) {
  const auto& model = m_explorer.openModel();
  const auto& info = model ? model->info() : model::GeneratorInfo();
  if (info.mixLayers() == 0) {
    m_message.show(MessageBar::Kind::Note, tr("Mixing takes a model with layers that can be fed apart: a StyleGAN, or a BigGAN."));
    return;
  }
  if (!state.z.empty() && static_cast<int>(state.z.size()) != info.zDim) {
    m_message.show(MessageBar::Kind::Note, tr("That picture was made with %1: bring it back first, then mix others of that model "
                                              "into it.").arg(modelName));
    return;
  }
  model::LatentState latent = m_explorer.latent();
  latent.sources.push_back({model::asSource(model::exactState(state, info)), {}});
  m_explorer.endGesture();
  m_explorer.edit(latent, tr("add a source of styles"));
  m_explorer.endGesture();
  m_status.tell(tr("a source more: paint its layers on the board under Mixing"));
}

void GalleryCommands::keep() {
  const auto& frame = m_canvas.frame();
  if (!frame || !m_explorer.openModel()) {
    m_status.tell(tr("there is no picture yet"));
    return;
  }
  m_gallery.keep(m_explorer.openModel(), *frame, parentOf(frame->latent));
}

}  // namespace loom::ui
