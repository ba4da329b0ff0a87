// What the window does about the gallery: keeping the picture, and where a kept one came from.
#pragma once

#include "ui/session/gallery_service.h"

#include <QObject>

#include <optional>

namespace loom::ui {

class Explorer;
class ExplorerCanvas;
class MessageBar;
class StatusLine;

class GalleryCommands : public QObject {
  Q_OBJECT

 public:
  /// All outlive this.
  GalleryCommands(Explorer& explorer, const ExplorerCanvas& canvas, GalleryService& gallery, StatusLine& status,
                  MessageBar& message);

  void keep();

 private:
  /// The entry that was brought back last.
  struct Origin {
    GalleryId id = 0;
    model::LatentState latent;
  };

  /// The entry becomes a source of styles beside the picture.
  void mixIn(const QString& modelName, const model::SavedState& state);
  GalleryId parentOf(const model::LatentState& latent) const;

  Explorer& m_explorer;
  const ExplorerCanvas& m_canvas;
  GalleryService& m_gallery;
  StatusLine& m_status;
  MessageBar& m_message;
  std::optional<Origin> m_origin;
};

}  // namespace loom::ui
