// What the names in a pickle, which are never imported, tell about its intent.
#pragma once

#include <string_view>

namespace loom::model {

/// What is understood as data here, or holds nothing but data wherever it comes from: not worth a note.
bool isFamiliarName(std::string_view module, std::string_view name);

/// What a pickle names only to have Python run something, or reach the system: `os.system`, `builtins.eval`, a chain of
/// imports in a dotted name. Nothing is ever run here; such a file is refused, since its reader should know.
bool isHostileName(std::string_view module, std::string_view name);

}  // namespace loom::model
