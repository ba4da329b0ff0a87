// The layouts that are shipped: known programs whose files do not tell enough. Inside model/.
#pragma once

#include "model/chain_layout.h"

#include <vector>

namespace loom::model {

/// The JSON of resources/layouts, in the order of the files' names.
const std::vector<const char*>& presetTexts();

/// The same, read. In the order in which they are asked.
const std::vector<ChainLayout>& presetLayouts();

}  // namespace loom::model
