// When Dear ImGui would look different although nobody touched anything: a text cursor that blinks, a tooltip that
// falls due, a button held down. A canvas that draws on demand sleeps until then.
#pragma once

#include <imgui.h>

#include <chrono>
#include <cstdint>
#include <optional>

namespace loom::ui {

/// How long a canvas may sleep after the frame just drawn; nothing where only input can change the picture.
/// `focused`: the canvas has the keyboard (a text cursor blinks only then).
std::optional<std::chrono::milliseconds> timeToNextChange(const ImGuiContext& context, bool focused);

/// A number that stays while two frames draw the same. What ImDrawCallbacks do is not in it.
std::uint64_t digestOf(const ImDrawData& data);

}  // namespace loom::ui
