#pragma once

namespace loom::ui {

/// Whether the desktop asks for dark windows; true where it has no opinion.
bool systemPrefersDark();

}  // namespace loom::ui
