// StyleGAN2 and StyleGAN3 at the sizes that people have: pictures, drafts, first coarse pictures, walls, starts, memory.
#pragma once

#include <string>

namespace loom::bench {

/// Makes the networks in `folder`, where they stay for the other program (see --against), and prints the figures of each
/// as they come. `only`: of the names ("StyleGAN2 256"), those that begin so; empty: all.
void measureGenerators(const std::string& folder, const std::string& only);

/// What a start of its own measures: opens `path`, makes the first picture, prints the peak of its memory in MB.
int firstPicture(const std::string& path);

}  // namespace loom::bench
