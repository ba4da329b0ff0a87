// What the window exports, beside films: one picture, sheets, many pictures, synthetic data sets. Each runs on a thread
// of its own, writes whole files or none, and returns false where `stop` was asked for. All throw ExportError and
// ModelError.
#pragma once

#include "ui/session/services.h"

#include <functional>
#include <stop_token>

namespace loom::app {

/// Told the share that is done, in [0, 1].
using ExportProgress = std::function<void(double)>;

bool writeFrame(const model::OpenedModel& opened, const model::Frame& frame, const ui::PictureRequest& request,
                const std::stop_token& stop);

bool writeGrid(const model::OpenedModel& opened, const ui::GridRequest& request, const std::stop_token& stop,
               const ExportProgress& progress);

/// Pictures with names of their own, or a data set. Pictures that are there already under a name are replaced.
bool writeBatch(const model::OpenedModel& opened, const model::LatentState& look, const ui::BatchRequest& request,
                const std::stop_token& stop, const ExportProgress& progress);

}  // namespace loom::app
