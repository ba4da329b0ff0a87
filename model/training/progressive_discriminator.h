// D of the Progressive GAN (Karras et al. 2018, table 2): G's mirror, entered at the resolution that has been reached.
#pragma once

#include "model/training/discriminator.h"

#include <memory>
#include <vector>

namespace loom::model {

/// `widths`: filters at 4, 8, 16 … pixels.
std::shared_ptr<Discriminator> makeProgressiveDiscriminator(const std::vector<int>& widths, const DataShape& shape);

}  // namespace loom::model
