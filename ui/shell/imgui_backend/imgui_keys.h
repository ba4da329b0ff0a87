#pragma once

#include <imgui.h>

class QKeyEvent;

namespace loom::ui {

/// ImGuiKey_None for keys that Dear ImGui does not know.
ImGuiKey imguiKey(const QKeyEvent& event);

}  // namespace loom::ui
