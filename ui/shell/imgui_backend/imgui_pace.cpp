#include "ui/shell/imgui_backend/imgui_pace.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace loom::ui {
namespace {

// Timers are compared with >=, and a frame that comes a rounding error too early would have to come again.
constexpr float kSlack = 0.005F;

/// The moments of ImGui::InputTextEx: the cursor shows for 0.8 s of every 1.2 s, and after a key for 0.3 s more.
std::optional<float> cursorBlink(const ImGuiContext& g) {
  constexpr float kPeriod = 1.20F;
  constexpr float kShown = 0.80F;
  if (!g.IO.WantTextInput || !g.IO.ConfigInputTextCursorBlink || g.ActiveId == 0 || g.ActiveId != g.InputTextState.ID) {
    return {};
  }
  const float time = g.InputTextState.CursorAnim;
  if (time <= 0.0F) {
    return kShown - time;
  }
  const float phase = std::fmod(time, kPeriod);
  return (phase <= kShown ? kShown : kPeriod) - phase;
}

/// Edges light up, menus unfold and tooltips appear some time after the pointer came to rest over them.
std::optional<float> hoverDelay(const ImGuiContext& g) {
  constexpr float kEdge = 0.04F;  // WINDOWS_RESIZE_FROM_EDGES_FEEDBACK_TIMER
  constexpr float kMenu = 0.30F;  // ImGui::BeginMenuEx
  constexpr float kTab = 0.50F;   // ImGui::TabItemLabelAndCloseButton and the docking nodes
  std::optional<float> next;
  const auto consider = [&next](float due, float passed) {
    if (passed < due) {
      next = std::min(next.value_or(due - passed), due - passed);
    }
  };
  if (g.HoveredId != 0) {
    consider(kEdge, g.HoveredIdTimer);
    if (!g.OpenPopupStack.empty()) {
      consider(kMenu, std::min(g.HoveredIdTimer, g.MouseStationaryTimer));
    }
  }
  if (g.HoverItemDelayId != 0) {
    consider(g.Style.HoverStationaryDelay, g.MouseStationaryTimer);
    consider(g.Style.HoverDelayShort, g.HoverItemDelayTimer);
    consider(g.Style.HoverDelayNormal, g.HoverItemDelayTimer);
    consider(kTab, g.HoverItemDelayTimer);
  }
  return next;
}

/// Buttons that repeat, lists that scroll under a drag, targets that open when something is held over them.
std::optional<float> heldButton(const ImGuiContext& g) {
  const bool down = std::any_of(std::begin(g.IO.MouseDown), std::end(g.IO.MouseDown), [](bool held) { return held; });
  if (!down || (g.ActiveId == 0 && !g.DragDropActive)) {
    return {};
  }
  return g.IO.KeyRepeatRate;
}

std::uint64_t mix(std::uint64_t digest, const void* data, std::size_t size) {
  constexpr std::uint64_t kPrime = 0x9e3779b97f4a7c15ULL;
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (; size >= sizeof(std::uint64_t); size -= sizeof(std::uint64_t), bytes += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    digest = (digest ^ word) * kPrime;
    digest ^= digest >> 29U;
  }
  std::uint64_t rest = size;
  if (size > 0) {
    std::memcpy(&rest, bytes, size);  // an empty list has no bytes, and no address
  }
  return (digest ^ rest) * kPrime;
}

}  // namespace

std::optional<std::chrono::milliseconds> timeToNextChange(const ImGuiContext& context, bool focused) {
  std::optional<float> next;
  for (const std::optional<float>& due :
       {focused ? cursorBlink(context) : std::nullopt, hoverDelay(context), heldButton(context)}) {
    if (due) {
      next = std::min(next.value_or(*due), *due);
    }
  }
  if (!next) {
    return {};
  }
  constexpr float kMsPerSecond = 1000.0F;
  return std::chrono::milliseconds(static_cast<int>(std::ceil((std::max(*next, 0.0F) + kSlack) * kMsPerSecond)));
}

std::uint64_t digestOf(const ImDrawData& data) {
  std::uint64_t digest = static_cast<std::uint64_t>(data.CmdListsCount);
  digest = mix(digest, &data.DisplaySize, sizeof data.DisplaySize);
  for (const ImDrawList* list : data.CmdLists) {
    digest = mix(digest, list->VtxBuffer.Data, static_cast<std::size_t>(list->VtxBuffer.size_in_bytes()));
    digest = mix(digest, list->IdxBuffer.Data, static_cast<std::size_t>(list->IdxBuffer.size_in_bytes()));
    for (const ImDrawCmd& command : list->CmdBuffer) {
      digest = mix(digest, &command.ClipRect, sizeof command.ClipRect);
      digest = mix(digest, &command.ElemCount, sizeof command.ElemCount);
    }
  }
  return digest;
}

}  // namespace loom::ui
