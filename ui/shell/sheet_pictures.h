// Samples of a training as pictures to upload: a sheet of them, or one of them through time.
#pragma once

#include "model/frame.h"
#include "model/training_session.h"

#include <vector>

namespace loom::ui {

/// The first `columns`² samples, row by row. Empty where the sheet holds points.
model::Frame sheetFrame(const model::TrainingSheet& sheet, int columns);

/// Sample `index` of at most `length` sheets, evenly from all, side by side. `shown` gets how many.
model::Frame stripFrame(const std::vector<model::TrainingSheet>& film, int index, int length, int& shown);

}  // namespace loom::ui
