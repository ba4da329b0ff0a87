// Where one frame of Dear ImGui looks different from the one before: where the processor draws, a frame costs by the
// pixel, and most of them stay.
#pragma once

#include <imgui.h>

#include <QRegion>
#include <QSize>

#include <cstdint>
#include <vector>

namespace loom::ui {

/// What is drawn beneath Dear ImGui's controls, or by callbacks among them.
struct ScenePart {
  QRect area;                ///< device pixels
  std::uint64_t number = 0;  ///< stays while it is drawn the same
};

class ImGuiDamage {
 public:
  /// The device pixels that may differ from the frame told of last; all of them after forget() and for another size of
  /// the framebuffer. A square of 16 pixels is different where the triangles in it, or their order, are.
  QRegion next(const ImDrawData& data, const QSize& framebuffer, const std::vector<ScenePart>& scene);
  void forget() { m_squares.clear(); }

 private:
  void add(const QRect& area, std::uint64_t number);
  void add(const ImDrawData& data, const ImDrawList& list, const ImDrawCmd& command);

  QSize m_framebuffer;
  int m_across = 0;
  int m_down = 0;
  std::vector<std::uint64_t> m_squares;  // row by row, a digest of what is drawn there
  std::vector<std::uint64_t> m_before;
};

/// The pixels that Dear ImGui's OpenGL renderer lets through for `command`.
QRect scissorOf(const ImDrawData& data, const ImDrawCmd& command, const QSize& framebuffer);

/// A clip rectangle that makes that renderer let through just `box`, whatever its arithmetic rounds.
ImVec4 clipFor(const ImDrawData& data, const QRect& box);

/// Restricts frames to parts of the framebuffer, and gives them back as they were.
class DrawDataCut {
 public:
  DrawDataCut(ImDrawData& data, const QSize& framebuffer);
  ~DrawDataCut();
  DrawDataCut(const DrawDataCut&) = delete;
  DrawDataCut& operator=(const DrawDataCut&) = delete;

  /// From now on only what touches `part`, device pixels. Callbacks are called with the clip rectangle that is left to
  /// them, which may be empty.
  void to(const QRect& part);

 private:
  ImDrawData& m_data;
  QSize m_framebuffer;
  ImVector<ImDrawList*> m_lists;
  std::vector<ImVec4> m_clips;
};

}  // namespace loom::ui
