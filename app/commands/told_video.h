// What a film tells of its origin, for `inspect`.
#pragma once

#include "app/commands/command.h"

#include <filesystem>

namespace loom::app {

/// Writes it to streams.out, as text or as one JSON object. Throws std::runtime_error where the film holds nothing of this
/// program; ExportError and ProvenanceError as readVideo; Stopped.
void tellVideo(const std::filesystem::path& path, bool json, const Streams& streams, const std::stop_token& stop);

}  // namespace loom::app
