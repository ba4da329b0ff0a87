// D of StyleGAN2 in its residual form: NVlabs/stylegan3, training/networks_stylegan2.py, class Discriminator, under its
// names (b64.fromrgb.weight, b64.conv0.weight, …, b4.out.weight).
#pragma once

#include "model/training/discriminator.h"

#include <memory>
#include <vector>

namespace loom::model {

/// `widths`: filters at 4, 8, 16 … pixels. Classes enter by projection where shape.classes > 0 and `conditional`.
std::shared_ptr<Discriminator> makeStylegan2Discriminator(const std::vector<int>& widths, const DataShape& shape,
                                                          bool conditional);

}  // namespace loom::model
