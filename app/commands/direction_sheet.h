// A sheet of directions: a row for each, from its far left to its far right.
#pragma once

#include "app/commands/command.h"
#include "app/directions/kept_direction.h"
#include "model/opened_model.h"

#include <filesystem>

namespace loom::app {

struct DirectionSheet {
  model::LatentState start;  ///< what the column in the middle shows
  int steps = 3;             ///< to either side
  double reach = 3.0;        ///< of the outermost, in each direction's units
  std::filesystem::path target;
};

/// Throws what checkPictureTarget throws, and std::runtime_error where it would hold too many pictures.
void checkDirectionSheet(const DirectionSheet& sheet, const model::OpenedModel& opened, std::size_t directions);

/// PNG, JPEG or TIFF with the provenance of its first picture. Throws Stopped, ExportError, std::runtime_error.
void writeDirectionSheet(const DirectionSheet& sheet, const model::OpenedModel& opened, const std::string& sha256,
                         const std::vector<KeptDirection>& directions, const Streams& streams, const std::stop_token& stop);

}  // namespace loom::app
