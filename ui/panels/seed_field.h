// A field for a seed, as every panel has it.
#pragma once

#include <cstdint>

namespace loom::ui {

/// Over `width` logical pixels. True when another seed was entered.
bool seedField(const char* id, std::uint32_t& seed, float width);

/// A seed by chance, of a length that people can remember.
std::uint32_t seedByChance();

}  // namespace loom::ui
