// A small picture that can be pressed, as walls, boards and strips show it.
#pragma once

#include "ui/session/previews.h"

#include <imgui.h>

namespace loom::ui {

/// Draws `picture` (nothing yet: a quiet field) into `size` logical pixels at the cursor, whole and centred, with a frame
/// in the accent colour where `selected`. An item of Dear ImGui: IsItemHovered and the like tell of it, and its place is
/// noted under `id`. True when it was clicked.
bool thumbnail(const char* id, const std::optional<Previews::Picture>& picture, ImVec2 size, bool selected = false);

}  // namespace loom::ui
