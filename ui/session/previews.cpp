#include "ui/session/previews.h"

#include <algorithm>

namespace loom::ui {

std::optional<Previews::Picture> Previews::picture(const PreviewKey& key, std::uint64_t version,
                                                   const std::function<model::LatentState()>& state) {
  Entry& entry = m_entries[key];
  const bool fresh = entry.cell >= 0 && entry.shown == version;
  if (!fresh) {
    if (entry.wanted != version || entry.id == 0) {
      if (entry.wanted != version) {
        entry.failed = false;
      }
      m_requests.erase(entry.id);
      entry.wanted = version;
      entry.id = ++m_lastId;
      m_requests[entry.id] = key;
    }
    if (!entry.failed) {
      m_wishes.push_back({entry.id, state()});
    }
  }
  if (entry.cell < 0) {
    return std::nullopt;
  }
  const auto& place = m_atlas.use(entry.cell);
  return Picture{m_atlas.texture(), place.left, place.top, place.right, place.bottom, place.width, place.height, !fresh};
}

void Previews::beginFrame() {
  for (const model::Preview& came : m_came) {
    const auto request = m_requests.find(came.id);
    if (request == m_requests.end()) {
      continue;  // wanted no longer in this version
    }
    Entry& entry = m_entries[request->second];
    const int cell = m_atlas.put(entry.cell, came.frame, [&](int evicted) {
      for (auto& [key, other] : m_entries) {
        if (other.cell == evicted) {
          other.cell = -1;
        }
      }
    });
    if (cell >= 0) {
      entry.cell = cell;
      entry.shown = entry.wanted;
    }
    entry.failed = cell < 0;
    entry.id = 0;
    m_requests.erase(request);
  }
  m_came.clear();
}

void Previews::endFrame() {
  std::vector<std::uint64_t> ids;
  ids.reserve(m_wishes.size());
  for (const model::PreviewRequest& wish : m_wishes) {
    ids.push_back(wish.id);
  }
  m_waiting = ids.size();
  if (ids != m_sent) {
    // What has come meanwhile and waits for its upload need not be made again.
    std::erase_if(m_wishes, [&](const model::PreviewRequest& wish) {
      return std::any_of(m_came.begin(), m_came.end(), [&](const auto& came) { return came.id == wish.id; });
    });
    m_send(std::move(m_wishes), render::ThumbnailAtlas::kCell);
    m_sent = std::move(ids);
  }
  m_wishes.clear();
  m_atlas.nextRound();
}

void Previews::clear() {
  m_entries.clear();
  m_requests.clear();
  m_wishes.clear();
  m_came.clear();
  m_sent.clear();
  m_atlas.clear();
  m_waiting = 0;
}

void Previews::release() {
  m_atlas.release();
  for (auto& [key, entry] : m_entries) {
    entry.cell = -1;
  }
}

void Previews::take(model::Preview preview) { m_came.push_back(std::move(preview)); }

void Previews::fail(std::uint64_t id) {
  if (const auto request = m_requests.find(id); request != m_requests.end()) {
    m_entries[request->second].failed = true;
  }
}

}  // namespace loom::ui
