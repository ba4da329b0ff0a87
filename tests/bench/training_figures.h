#pragma once

#include "tests/bench/figures.h"

namespace loom::bench {

/// One step of G with its steps of D, by the very session that trains, reading pictures that are made by a formula: DCGAN
/// and WGAN-GP (32×32 grey, batch 64, 32 filters), StyleGAN2 (64×64 RGB, batch 8, 16 to 128 filters; the mean of sixteen
/// steps, a whole round of lazy R1 and four of path length).
std::vector<Figure> measureTraining();

}  // namespace loom::bench
