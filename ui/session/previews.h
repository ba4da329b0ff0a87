// The small pictures of walls, boards and strips: panels ask for them while they draw, the worker makes what is missing.
//
//   if (const auto picture = previews.picture({PreviewGroup::Wall, 7}, version, [&] { return stateOf(7); })) …draw it
//
// Lives on the UI thread. A picture that is asked for in a frame of the window is made once no request of the hand waits,
// in the order of asking; what is no longer asked for is not made.
#pragma once

#include "model/generation_worker.h"
#include "render/thumbnail_atlas.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loom::ui {

enum class PreviewGroup { Wall, Map, Sources, Mixing, Directions, Timeline, Strip };

struct PreviewKey {
  PreviewGroup group = PreviewGroup::Wall;
  std::int64_t index = 0;
  auto operator<=>(const PreviewKey&) const = default;
};

class Previews {
 public:
  using Send = std::function<void(std::vector<model::PreviewRequest>, int side)>;

  /// What a panel draws: a part of a texture. `stale`: of an earlier version, the new one is being made.
  struct Picture {
    unsigned int texture = 0;
    float left = 0.0F, top = 0.0F, right = 0.0F, bottom = 0.0F;
    int width = 0, height = 0;
    bool stale = false;
  };

  explicit Previews(Send send) : m_send(std::move(send)) {}

  /// The picture under `key`, and that it is wanted in this frame. `version` tells whether an earlier picture still is
  /// the right one; `state` is called where it is not. Nothing before the first was made.
  std::optional<Picture> picture(const PreviewKey& key, std::uint64_t version, const std::function<model::LatentState()>& state);

  /// Uploads what came; the OpenGL context is current. Before the panels are drawn.
  void beginFrame();
  /// Asks for what was wanted and is missing. After the panels were drawn.
  void endFrame();
  /// Another model: nothing holds any longer.
  void clear();
  void release();  ///< the OpenGL context goes

  void take(model::Preview preview);
  void fail(std::uint64_t id);
  /// Whether everything that was asked for in the last frame is there.
  bool complete() const { return m_waiting == 0; }

 private:
  struct Entry {
    int cell = -1;
    std::uint64_t shown = 0;   // version of the picture in the cell
    std::uint64_t wanted = 0;  // version
    std::uint64_t id = 0;      // of the request under way; 0: none
    bool failed = false;       // at `wanted`
  };

  Send m_send;
  render::ThumbnailAtlas m_atlas;
  std::map<PreviewKey, Entry> m_entries;
  std::map<std::uint64_t, PreviewKey> m_requests;  // id → what it is for
  std::vector<model::PreviewRequest> m_wishes;     // of this frame
  std::vector<std::uint64_t> m_sent;
  std::vector<model::Preview> m_came;
  std::uint64_t m_lastId = 0;
  std::size_t m_waiting = 0;
};

}  // namespace loom::ui
