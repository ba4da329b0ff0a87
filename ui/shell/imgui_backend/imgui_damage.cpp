#include "ui/shell/imgui_backend/imgui_damage.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace loom::ui {
namespace {

constexpr int kSide = 16;      // of a square, device pixels
constexpr int kMostParts = 6;  // each part is a pass over the controls

std::uint64_t mixed(std::uint64_t digest, std::uint64_t word) {
  constexpr std::uint64_t kPrime = 0x9e3779b97f4a7c15ULL;
  digest = (digest ^ word) * kPrime;
  return digest ^ (digest >> 32U);
}

template <typename Value>
std::uint64_t mixedBytes(std::uint64_t digest, const Value& value) {
  static_assert(sizeof(Value) % 4 == 0);
  std::uint32_t words[sizeof(Value) / 4];
  std::memcpy(words, &value, sizeof value);
  for (std::size_t i = 0; i < std::size(words); i += 2) {
    const std::uint64_t high = i + 1 < std::size(words) ? words[i + 1] : 0;
    digest = mixed(digest, high << 32U | words[i]);
  }
  return digest;
}

/// Few parts that cover `region`: of many, those are joined that bring the least between them.
QRegion fewParts(const QRegion& region) {
  constexpr int kWorthThinking = 64;
  if (region.rectCount() <= kMostParts) {
    return region;
  }
  if (region.rectCount() > kWorthThinking) {
    return region.boundingRect();
  }
  std::vector<QRect> parts(region.begin(), region.end());
  const auto pixels = [](const QRect& rect) { return rect.width() * rect.height(); };
  while (parts.size() > kMostParts) {
    int least = std::numeric_limits<int>::max();
    std::pair<std::size_t, std::size_t> best;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      for (std::size_t j = i + 1; j < parts.size(); ++j) {
        const int more = pixels(parts[i] | parts[j]) - pixels(parts[i]) - pixels(parts[j]);
        if (more < least) {
          least = more;
          best = {i, j};
        }
      }
    }
    parts[best.first] |= parts[best.second];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best.second));
  }
  QRegion joined;  // which takes care of parts that overlap by now
  for (const QRect& part : parts) {
    joined += part;
  }
  return joined.rectCount() <= 2 * kMostParts ? joined : QRegion(joined.boundingRect());
}

}  // namespace

QRect scissorOf(const ImDrawData& data, const ImDrawCmd& command, const QSize& framebuffer) {
  const ImVec2 off = data.DisplayPos;
  const ImVec2 scale = data.FramebufferScale;
  const float left = (command.ClipRect.x - off.x) * scale.x;
  const float top = (command.ClipRect.y - off.y) * scale.y;
  const float right = (command.ClipRect.z - off.x) * scale.x;
  const float bottom = (command.ClipRect.w - off.y) * scale.y;
  if (right <= left || bottom <= top) {
    return {};
  }
  // As the renderer reckons, from the bottom up.
  const int height = static_cast<int>(bottom - top);
  const int below = static_cast<int>(static_cast<float>(framebuffer.height()) - bottom);
  return QRect(static_cast<int>(left), framebuffer.height() - below - height, static_cast<int>(right - left), height)
      .intersected(QRect(QPoint(0, 0), framebuffer));
}

ImVec4 clipFor(const ImDrawData& data, const QRect& box) {
  if (box.isEmpty()) {
    return {0.0F, 0.0F, 0.0F, 0.0F};
  }
  // The renderer cuts fractions off: of the left side, of the space below, of width and height.
  constexpr float kEighth = 0.125F;
  const ImVec2 off = data.DisplayPos;
  const ImVec2 scale = data.FramebufferScale;
  return {(static_cast<float>(box.left()) + kEighth) / scale.x + off.x,
          (static_cast<float>(box.top()) - 2.0F * kEighth) / scale.y + off.y,
          (static_cast<float>(box.left() + box.width()) + 2.0F * kEighth) / scale.x + off.x,
          (static_cast<float>(box.top() + box.height()) - kEighth) / scale.y + off.y};
}

QRegion ImGuiDamage::next(const ImDrawData& data, const QSize& framebuffer, const std::vector<ScenePart>& scene) {
  const QRect whole(QPoint(0, 0), framebuffer);
  m_before.swap(m_squares);
  const bool comparable = framebuffer == m_framebuffer && !m_before.empty();
  m_framebuffer = framebuffer;
  m_across = (framebuffer.width() + kSide - 1) / kSide;
  m_down = (framebuffer.height() + kSide - 1) / kSide;
  m_squares.assign(static_cast<std::size_t>(m_across) * static_cast<std::size_t>(m_down), 0);
  for (const ScenePart& part : scene) {
    add(part.area.intersected(whole), part.number);
  }
  for (const ImDrawList* list : data.CmdLists) {
    for (const ImDrawCmd& command : list->CmdBuffer) {
      if (!command.UserCallback) {
        add(data, *list, command);
      }
    }
  }
  if (!comparable) {
    return whole;
  }
  QRegion changed;
  for (int row = 0; row < m_down; ++row) {
    const auto start = static_cast<std::size_t>(row) * static_cast<std::size_t>(m_across);
    for (int from = 0; from < m_across; ++from) {
      int to = from;
      while (to < m_across && m_squares[start + static_cast<std::size_t>(to)] != m_before[start + static_cast<std::size_t>(to)]) {
        ++to;
      }
      if (to > from) {
        changed += QRect(from * kSide, row * kSide, (to - from) * kSide, kSide);
        from = to;
      }
    }
  }
  return fewParts(changed & whole);
}

void ImGuiDamage::add(const QRect& area, std::uint64_t number) {
  if (area.isEmpty()) {
    return;
  }
  for (int row = area.top() / kSide; row <= area.bottom() / kSide; ++row) {
    for (int column = area.left() / kSide; column <= area.right() / kSide; ++column) {
      std::uint64_t& square = m_squares[static_cast<std::size_t>(row * m_across + column)];
      square = mixed(square, number);
    }
  }
}

void ImGuiDamage::add(const ImDrawData& data, const ImDrawList& list, const ImDrawCmd& command) {
  const QRect clip = scissorOf(data, command, m_framebuffer);
  if (clip.isEmpty()) {
    return;
  }
  const ImTextureData* texture = command.TexRef._TexData;
  std::uint64_t base = mixedBytes(texture ? static_cast<std::uint64_t>(texture->UniqueID) + 1 : 0, command.ClipRect);
  base = mixed(base, texture ? 0 : static_cast<std::uint64_t>(command.TexRef._TexID));
  const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
  const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
  const ImVec2 off = data.DisplayPos;
  const ImVec2 scale = data.FramebufferScale;
  for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
    const ImDrawVert& a = vertices[indices[i]];
    const ImDrawVert& b = vertices[indices[i + 1]];
    const ImDrawVert& c = vertices[indices[i + 2]];
    const float left = (std::min({a.pos.x, b.pos.x, c.pos.x}) - off.x) * scale.x;
    const float right = (std::max({a.pos.x, b.pos.x, c.pos.x}) - off.x) * scale.x;
    const float top = (std::min({a.pos.y, b.pos.y, c.pos.y}) - off.y) * scale.y;
    const float bottom = (std::max({a.pos.y, b.pos.y, c.pos.y}) - off.y) * scale.y;
    const auto bounded = [](float value, int low, int high) {  // and no number is none of the pixels
      return value > static_cast<float>(low) ? static_cast<int>(std::min(value, static_cast<float>(high))) : low;
    };
    const QRect box(QPoint(bounded(std::floor(left), clip.left(), clip.right() + 1),
                           bounded(std::floor(top), clip.top(), clip.bottom() + 1)),
                    QPoint(bounded(std::ceil(right), clip.left() - 1, clip.right()),
                           bounded(std::ceil(bottom), clip.top() - 1, clip.bottom())));
    if (!box.isEmpty()) {
      add(box, mixedBytes(mixedBytes(mixedBytes(base, a), b), c));
    }
  }
}

DrawDataCut::DrawDataCut(ImDrawData& data, const QSize& framebuffer)
    : m_data(data), m_framebuffer(framebuffer), m_lists(data.CmdLists) {
  for (const ImDrawList* list : m_lists) {
    for (const ImDrawCmd& command : list->CmdBuffer) {
      m_clips.push_back(command.ClipRect);
    }
  }
}

DrawDataCut::~DrawDataCut() {
  m_data.CmdLists = m_lists;
  std::size_t i = 0;
  for (ImDrawList* list : m_lists) {
    for (ImDrawCmd& command : list->CmdBuffer) {
      command.ClipRect = m_clips[i++];
    }
  }
}

void DrawDataCut::to(const QRect& part) {
  m_data.CmdLists.resize(0);
  std::size_t i = 0;
  for (ImDrawList* list : m_lists) {
    bool touches = false;
    for (ImDrawCmd& command : list->CmdBuffer) {
      command.ClipRect = m_clips[i++];
      const QRect box = scissorOf(m_data, command, m_framebuffer).intersected(part);
      command.ClipRect = clipFor(m_data, box);
      touches = touches || !box.isEmpty();
    }
    if (touches) {
      m_data.CmdLists.push_back(list);
    }
  }
}

}  // namespace loom::ui
