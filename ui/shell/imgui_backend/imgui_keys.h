// What Qt's key events mean to Dear ImGui.
#pragma once

#include <imgui.h>

#include <QString>
#include <Qt>

class QKeyEvent;

namespace loom::ui {

/// ImGuiKey_None for keys that Dear ImGui does not know.
ImGuiKey imguiKey(const QKeyEvent& event);

/// The modifiers that are down after the event: that of a modifier's own key may or may not tell of itself.
Qt::KeyboardModifiers modifiersAfter(const QKeyEvent& event);

/// Text that a key press types, without control characters (Ctrl+A gives U+0001) and without what Alt or Ctrl turn into
/// a command. Ctrl with Alt is AltGr on some keyboards and does type, as Option does on a Mac.
QString typedText(const QKeyEvent& event);

/// Keys that move about in an open menu, choose and close.
bool movesInMenu(const QKeyEvent& event);

/// Keys that a text field has a use for: it types, moves in the text, or is one of the usual editing commands.
bool editsText(const QKeyEvent& event);

}  // namespace loom::ui
