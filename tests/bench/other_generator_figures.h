// Every generator that is no StyleGAN2 or 3, at the sizes that people have: one picture, and one of several made
// together.
#pragma once

#include <string>

namespace loom::bench {

/// Makes the networks in `folder`, where they stay for the other program (see --against), and prints the figures of
/// each as they come. `only`: of the names ("BigGAN 128"), those that begin so; empty: all.
void measureOtherGenerators(const std::string& folder, const std::string& only);

}  // namespace loom::bench
