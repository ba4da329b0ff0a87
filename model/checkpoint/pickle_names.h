// What the names in a pickle, which are never imported, tell about its intent.
#pragma once

#include <string_view>

namespace loom::model {

/// What is understood as data here, or holds nothing but data wherever it comes from: not worth a note.
bool isFamiliarName(std::string_view module, std::string_view name);

}  // namespace loom::model
