// Entries that are like another one.
#include "app/gallery/gallery_looks.h"
#include "app/gallery/gallery_schema.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace loom::app {
namespace {

float squaredDistance(const float* a, const float* b, std::size_t count) {
  float sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return sum;
}

/// The `count` nearest of (distance, id), the nearest first; of equal ones the older.
template <typename Distance>
std::vector<EntryId> nearest(std::vector<std::pair<Distance, EntryId>> all, std::size_t count) {
  const std::size_t taken = std::min(count, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(taken), all.end());
  std::vector<EntryId> ids;
  for (std::size_t i = 0; i < taken; ++i) {
    ids.push_back(all[i].second);
  }
  return ids;
}

bool contains(const std::vector<EntryId>& ascending, EntryId id) {
  return std::binary_search(ascending.begin(), ascending.end(), id);
}

class Groups {
 public:
  explicit Groups(std::size_t count) : m_above(count) { std::iota(m_above.begin(), m_above.end(), std::size_t{0}); }
  std::size_t of(std::size_t i) {
    while (m_above[i] != i) {
      i = m_above[i] = m_above[m_above[i]];
    }
    return i;
  }
  void join(std::size_t a, std::size_t b) { m_above[std::max(of(a), of(b))] = std::min(of(a), of(b)); }

 private:
  std::vector<std::size_t> m_above;
};

}  // namespace

const Gallery::Looks& Gallery::looks() const {
  if (!m_looks) {
    m_looks = std::make_unique<Looks>();
  }
  Looks& looks = *m_looks;
  QSqlQuery query = m_database->run(
      QStringLiteral("SELECT look.entry, hash, features, sketch, model FROM look JOIN entry ON entry.id = look.entry"
                     " WHERE look.entry > ? ORDER BY look.entry"),
      {looks.ids.empty() ? 0 : looks.ids.back()});
  while (m_database->next(query)) {
    QByteArray features = query.value(2).toByteArray();
    features.resize(kFeatureCount);  // of a damaged row: it is like nothing
    looks.ids.push_back(query.value(0).toLongLong());
    looks.hashes.push_back(static_cast<std::uint64_t>(query.value(1).toLongLong()));
    looks.features.insert(looks.features.end(), features.begin(), features.end());
    looks.models.push_back(query.value(4).toLongLong());
    const std::vector<float> sketch = bytesAsFloats(query.value(3).toByteArray());
    const bool whole = sketch.size() == kSketchLength;
    looks.sketchPlace.push_back(whole ? static_cast<std::int64_t>(looks.sketches.size()) : -1);
    looks.sketches.insert(looks.sketches.end(), sketch.begin(), whole ? sketch.end() : sketch.begin());
  }
  return looks;
}

std::vector<EntryId> Gallery::removedIds() const {
  std::vector<EntryId> ids;
  QSqlQuery query = m_database->run(QStringLiteral("SELECT id FROM entry WHERE removed IS NOT NULL ORDER BY id"));
  while (m_database->next(query)) {
    ids.push_back(query.value(0).toLongLong());
  }
  return ids;
}

std::vector<EntryId> Gallery::alikeInStyle(EntryId id, std::size_t count) const {
  constexpr std::size_t kCandidates = 1000;
  const Looks& all = looks();
  const auto at = std::lower_bound(all.ids.begin(), all.ids.end(), id);
  const auto self = static_cast<std::size_t>(at - all.ids.begin());
  if (at == all.ids.end() || *at != id || all.sketchPlace[self] < 0) {
    return {};
  }
  const float* sketch = &all.sketches[static_cast<std::size_t>(all.sketchPlace[self])];
  const std::vector<EntryId> removed = removedIds();
  std::vector<std::pair<float, EntryId>> rough;
  for (std::size_t i = 0; i < all.ids.size(); ++i) {
    if (i != self && !contains(removed, all.ids[i]) && all.models[i] == all.models[self] && all.sketchPlace[i] >= 0) {
      rough.emplace_back(
          squaredDistance(sketch, &all.sketches[static_cast<std::size_t>(all.sketchPlace[i])], kSketchLength),
          all.ids[i]);
    }
  }
  const std::vector<float> style =
      bytesAsFloats(m_database->value(QStringLiteral("SELECT bytes FROM style WHERE entry = ?"), {id}).toByteArray());
  std::vector<std::pair<float, EntryId>> exact;
  for (const EntryId candidate : nearest(std::move(rough), std::max(kCandidates, count))) {
    const auto other = bytesAsFloats(
        m_database->value(QStringLiteral("SELECT bytes FROM style WHERE entry = ?"), {candidate}).toByteArray());
    if (other.size() == style.size()) {
      exact.emplace_back(squaredDistance(style.data(), other.data(), style.size()), candidate);
    }
  }
  return nearest(std::move(exact), count);
}

std::vector<EntryId> Gallery::alikeInPicture(EntryId id, std::size_t count) const {
  const Looks& all = looks();
  const auto at = std::lower_bound(all.ids.begin(), all.ids.end(), id);
  if (at == all.ids.end() || *at != id) {
    return {};
  }
  const auto self = static_cast<std::size_t>(at - all.ids.begin());
  const std::vector<EntryId> removed = removedIds();
  std::vector<std::pair<int, EntryId>> distances;
  for (std::size_t i = 0; i < all.ids.size(); ++i) {
    if (i != self && !contains(removed, all.ids[i])) {
      distances.emplace_back(featureDistance(&all.features[self * kFeatureCount], &all.features[i * kFeatureCount]),
                             all.ids[i]);
    }
  }
  return nearest(std::move(distances), count);
}

std::vector<std::vector<EntryId>> Gallery::duplicates(const GalleryControl& control) const {
  const Looks& all = looks();
  Groups groups(all.ids.size());
  const auto same = [&](std::size_t a, std::size_t b) {
    return looksTheSame(all.hashes[a], &all.features[a * kFeatureCount], all.hashes[b],
                        &all.features[b * kFeatureCount]);
  };
  // Hashes that differ in at most four bits agree in at least one of five parts: only those are compared.
  constexpr int kParts = kSameBits + 1;
  constexpr int kPartBits = 13;
  for (int part = 0; part < kParts; ++part) {
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> buckets;
    for (std::size_t i = 0; i < all.ids.size(); ++i) {
      buckets[all.hashes[i] >> (part * kPartBits) & ((1u << kPartBits) - 1)].push_back(i);
    }
    std::size_t done = 0;
    for (const auto& [key, members] : buckets) {
      for (std::size_t a = 0; a < members.size(); ++a) {
        if (control.stop.stop_requested()) {
          throw GalleryStopped("The search for duplicates was cancelled.");
        }
        for (std::size_t b = 0; b < a; ++b) {
          if (groups.of(members[a]) != groups.of(members[b]) && same(members[a], members[b])) {
            groups.join(members[a], members[b]);
          }
        }
      }
      if (control.progress) {
        control.progress(QStringLiteral("Looking for duplicates"),
                         (part + static_cast<double>(++done) / static_cast<double>(buckets.size())) / kParts);
      }
    }
  }
  const std::vector<EntryId> removed = removedIds();
  std::map<std::size_t, std::vector<EntryId>> found;
  for (std::size_t i = 0; i < all.ids.size(); ++i) {
    if (!contains(removed, all.ids[i])) {
      found[groups.of(i)].push_back(all.ids[i]);
    }
  }
  std::vector<std::vector<EntryId>> result;
  for (auto& [first, ids] : found) {
    if (ids.size() > 1) {
      result.push_back(std::move(ids));
    }
  }
  return result;
}

}  // namespace loom::app
