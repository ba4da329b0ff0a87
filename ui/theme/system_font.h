#pragma once

#include <string>

namespace loom::ui {

/// Path of the installed font file that comes nearest to `family` at `weight` (CSS: 400 regular, 600 semi-bold); the
/// system's sans serif where the family is not installed; empty where the system has none.
std::string systemFontFile(const char* family, int weight);

}  // namespace loom::ui
