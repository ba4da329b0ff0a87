// The controls that all panels share, so that every slider, heading and number looks and behaves the same.
#pragma once

#include <imgui.h>

namespace loom::ui {

/// Small drawn signs; fonts differ in which arrows they have.
enum class Icon { None, Previous, Next, Play, Pause, Dice, LockOpen, LockClosed };

/// A section's name in the strong face, with a line above it unless it stands at the top of its panel.
void heading(const char* text);

/// Dim text that wraps: hints and empty states.
void hint(const char* text);

/// A label at the left and dim text at the right, one row. Long text is cut with an ellipsis and told in a tooltip.
void factRow(const char* label, const char* value);

/// A button over `width` logical pixels (0: as wide as its content), with text, a sign, or both.
bool button(const char* id, const char* text, Icon icon = Icon::None, float width = 0.0F, bool pressed = false);

/// Tooltip for the item before, after the usual rest of the pointer.
void tooltip(const char* text);

struct SliderOptions {
  float low = -3.0F;
  float high = 3.0F;
  float origin = 0.0F;          ///< where the fill begins, and what a reset gives unless the caller says otherwise
  const char* format = "%+.2f";  ///< of the number at the right
  float typedLow = -10.0F;      ///< typed values may go beyond the track
  float typedHigh = 10.0F;
  float labelWidth = 72.0F;  ///< logical pixels
  bool emphasised = false;   ///< label in full text colour, e.g. an edited dimension
  bool lockable = false;     ///< a padlock at the right end
  bool locked = false;
};

struct SliderResult {
  bool changed = false;      ///< the value is another one
  bool reset = false;        ///< the user asked for the value it has by itself (right click → Reset)
  bool toggleLock = false;
};

/// A thin track with a round grab, the fill starting at `origin`; label left, number right. Drag or click to move;
/// double-click or Ctrl+click the number to type; Ctrl+wheel nudges by a hundredth of the track; arrows move it when it
/// has the keyboard's focus; right click: reset, copy, lock.
SliderResult slider(const char* id, const char* label, float& value, const SliderOptions& options);

/// Where the control `id` was last drawn, in logical pixels of the canvas: for the hints of the first start, and for
/// tests that press what a person would press. False where it was not drawn in the last frame.
bool placeOf(const char* id, ImVec2& min, ImVec2& max);

/// Remembers the place of the item before under `id`; `slider`, `button` and the pad do so by themselves. A slider's
/// number and padlock go by its id with ".number" and ".lock".
void notePlace(const char* id);
void notePlace(const char* id, ImVec2 min, ImVec2 max);

/// Text of a number drawn so that it ends at `right`, digits in equal widths and a true minus sign.
void drawNumber(ImDrawList& list, float right, float y, ImU32 color, const char* text);

}  // namespace loom::ui
