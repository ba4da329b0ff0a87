// Where a picture goes: the folder and name that S takes by itself, and the dialog that asks.
#pragma once

#include "ui/session/services.h"

#include <optional>

class QWidget;

namespace loom::ui {

/// Scale, smoothing and quality as they were last chosen; no path.
PictureRequest rememberedPictureRequest();

/// A path that is free, in the folder that was last saved to (at first: Pictures/Latent Loom), named after the model and
/// the state, e.g. "emoji-faces seed 42.png".
QString nextPicturePath(const model::OpenedModel& model, const model::LatentState& state);

/// Asks for file, enlargement and quality; nothing where the dialog is cancelled.
std::optional<PictureRequest> askPictureRequest(const model::OpenedModel& model, const model::Frame& frame,
                                                QWidget* parent);

/// Asks for the file of a sheet, which is called after the model and `what`; empty where the dialog is cancelled.
QString askGridPath(const model::OpenedModel& model, const QString& what, QWidget* parent);

/// Asks for the folder that many pictures go to; empty where the dialog is cancelled.
QString askPicturesFolder(QWidget* parent);

/// Asks for the folder of a data set (new, empty, or begun and broken off), or for its zip; empty where the dialog is cancelled.
QString askDatasetPath(const model::OpenedModel& model, bool zip, QWidget* parent);

}  // namespace loom::ui
