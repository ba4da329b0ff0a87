// What an exported picture tells of its origin, for `info` and `inspect`.
#pragma once

#include "app/commands/command.h"
#include "app/commands/text_table.h"
#include "app/export/provenance.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace loom::app {

/// Writes it to streams.out, as text or as one JSON object. Throws std::runtime_error where the picture holds nothing of
/// this program, and ProvenanceError.
void tellPicture(const std::filesystem::path& path, bool json, const Streams& streams);

/// Its parts, which films tell as well.
nlohmann::ordered_json provenanceJson(const Provenance& provenance);
void tellProvenance(const Provenance& provenance, TextTable& table);

}  // namespace loom::app
