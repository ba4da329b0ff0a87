// What an exported picture tells of its origin, for `info` and `inspect`.
#pragma once

#include "app/commands/command.h"

#include <filesystem>

namespace loom::app {

/// Writes it to streams.out, as text or as one JSON object. Throws std::runtime_error where the picture holds nothing of
/// this program, and ProvenanceError.
void tellPicture(const std::filesystem::path& path, bool json, const Streams& streams);

}  // namespace loom::app
